"""Cases as a person or a program reads them: evidence in words, cut to what the subject may see."""

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from audit.models import AuditEvent
from audit.showing import Shown
from layers.features.card import word
from reconciliation.access import Seen
from reconciliation.forms.answering import as_asked
from reconciliation.models import Case, Visit, VisitPhoto
from reconciliation.registry import find

_HISTORY = 30


@dataclass(frozen=True)
class Fact:
    """One value of a case's evidence, with what it is called and counted in."""

    name: str
    title: Any
    value: str
    unit: Any
    is_number: bool


def facts(seen: Seen, case: Case) -> list[Fact]:
    """Return the evidence in the order in which the queue declares it."""
    return [
        Fact(
            one.name,
            one.title,
            word(one, case.evidence.get(one.name)),
            one.unit,
            one.type in ("number", "integer"),
        )
        for one in seen.queue.evidence
        if seen.sees(one.name)
    ]


def as_json(seen: Seen, case: Case) -> dict[str, Any]:
    """Return a case for programs; its `etag` goes into If-Match of every change."""
    content: dict[str, Any] = {
        "id": case.pk,
        "etag": case.etag,
        "queue": case.queue,
        "label": case.label,
        "collection": case.collection or None,
        "feature": case.feature,
        "evidence": {
            one.name: case.evidence.get(one.name) for one in seen.queue.evidence if seen.sees(one.name)
        },
        "state": case.state,
        "assignee": case.assignee.username if case.assignee else None,
        "result": case.result or None,
        "reason": case.reason or None,
        "first_found_on": case.first_found_on,
        "closed_at": case.closed_at,
    }
    if seen.sees("yearly_value"):
        content |= {
            "yearly_value": case.yearly_value, "currency": case.currency or None, "rank": case.rank,
        }  # fmt: skip
    if case.geom is not None:
        content["centroid"] = _lonlat(case.geom)
    return content


def _lonlat(shape: Any) -> tuple[float, float]:
    point = shape.centroid
    point.transform(4326)
    return round(point.x, 7), round(point.y, 7)


@dataclass(frozen=True)
class Made:
    """A visit as it is read: its answers in words, its photographs."""

    visit: Visit
    answers: list[tuple[str, str]]
    photos: list[VisitPhoto]


def visits(case: Case) -> list[Made]:
    """Return the visits to a case, the newest first, each answer beside its question."""
    rows = Visit.objects.filter(case=case).select_related("by", "form").prefetch_related("photos")
    return [Made(one, _answers(case, one), list(one.photos.all())) for one in rows]


def _answers(case: Case, visit: Visit) -> list[tuple[str, str]]:
    if visit.form is not None:
        asked = as_asked(visit.form.questions)
        titles = {one["name"]: one["title"] for one in asked}
        labels = {
            (one["name"], each["value"]): each["label"] for one in asked for each in one["choices"] or ()
        }
    else:
        own = find(case.queue).questions
        titles = {one.name: str(one.title) for one in own}
        labels = {(one.name, value): str(label) for one in own for value, label in one.choices.items()}
    shown = []
    for name, answer in visit.answers.items():
        words = str(answer).split() if any(named == name for named, _value in labels) else [str(answer)]
        shown.append((titles.get(name, name), " · ".join(labels.get((name, word), word) for word in words)))
    return shown


_TOLD = frozenset({"state", "assignee_id", "result", "reason"})


def history(case: Case) -> list[Shown]:
    """Return what was done to a case, the newest first; the evidence's own changes are left out."""
    events = AuditEvent.objects.filter(relation="public.reconciliation_case", row_id=str(case.pk))
    told = [one for one in events[:_HISTORY] if one.action != "update" or _TOLD & set(one.after or {})]
    names = {
        user.pk: user.display_name for user in User.objects.filter(pk__in={one.actor_id for one in told})
    }
    return [Shown(one, names.get(one.actor_id or 0, "")) for one in told]
