"""A queue as a list: filters, totals and columns that follow from its declaration."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, FloatField, Q, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.listing import Column, Listing
from layers.collections import FieldType
from reconciliation.access import Seen
from reconciliation.models import Case, CaseQuerySet, QueueRun

NUMBERS = (FieldType.INTEGER, FieldType.NUMBER)
WHOSE = (("", _("Everybody's")), ("mine", _("Mine")), ("nobody", _("Nobody's yet")))


@dataclass(frozen=True)
class Summary:
    """A queue at a glance: how much is open, whose, and what it is worth by currency."""

    seen: Seen
    open: int
    mine: int
    nobody: int
    closed: int
    values: tuple[tuple[str, Decimal], ...]
    latest: QueueRun | None


def summary(seen: Seen, user_id: int | None) -> Summary:
    """Count a queue's cases as the subject sees them."""
    is_open = Q(state="open")
    counts = seen.cases().aggregate(
        open=Count("pk", filter=is_open), closed=Count("pk", filter=Q(state="closed")),
        mine=Count("pk", filter=is_open & Q(assignee=user_id)),
        nobody=Count("pk", filter=is_open & Q(assignee=None)),
    )  # fmt: skip
    latest = QueueRun.objects.filter(queue=seen.queue.key).order_by("-at").first()
    return Summary(seen, values=totals(seen, seen.cases().open()), latest=latest, **counts)


def totals(seen: Seen, rows: QuerySet[Any]) -> tuple[tuple[str, Decimal], ...]:
    """Return what cases are worth in a year, by currency; nothing where the subject may not know."""
    if not seen.sees("yearly_value"):
        return ()
    found = rows.filter(yearly_value__isnull=False).order_by().values_list("currency")
    return tuple(found.annotate(total=Sum("yearly_value")).order_by("currency"))


def wanted(seen: Seen, request: HttpRequest) -> CaseQuerySet:
    """Return the cases that the page's filters leave."""
    state, whose = request.GET.get("state", "open"), request.GET.get("whose", "")
    rows = seen.cases().select_related("assignee", "district")
    if state in ("open", "closed"):
        rows = rows.filter(state=state)
    if whose == "mine":
        rows = rows.filter(assignee=request.user.pk)
    elif whose == "nobody":
        rows = rows.filter(assignee=None)
    return rows


def shows_value(seen: Seen) -> bool:
    """Say whether a column of values has anything to show to the subject."""
    return seen.sees("yearly_value") and seen.cases().filter(yearly_value__isnull=False).exists()


def listing(seen: Seen, request: HttpRequest) -> Listing:
    """Return the queue as the page lists it: by rank, until another order is asked for."""
    evidence = [one for one in seen.queue.evidence if seen.sees(one.name)]
    rows: Any = wanted(seen, request).annotate(**{f"e_{one.name}": _value(one) for one in evidence})
    columns = [
        Column("label", _("Case"), "label"),
        *(Column(one.name, _titled(one), f"e_{one.name}") for one in evidence),
        Column("assignee", _("Assigned to"), "assignee__username"),
        Column("found", _("First found"), "first_found_on"),
    ]
    if shows_value(seen):
        columns.insert(1, Column("value", _("Yearly value"), "yearly_value"))
    found = Listing(request, rows, columns=columns, search=("label", *_texts(evidence)))
    if not found.sort:
        found.rows = found.rows.order_by("-rank", "id")
    return found


def _titled(one: Any) -> str:
    return f"{one.title} ({one.unit})" if one.unit else str(one.title)


def _texts(evidence: list[Any]) -> list[str]:
    return [f"e_{one.name}" for one in evidence if one.type == FieldType.TEXT]


def _value(one: Any) -> Any:
    text = KT(f"evidence__{one.name}")
    return Cast(text, FloatField()) if one.type in NUMBERS else text


def case_of(seen: Seen, case_id: int) -> Case | None:
    """Return one case that the subject may see."""
    return seen.cases().select_related("assignee", "closed_by", "district").filter(pk=case_id).first()
