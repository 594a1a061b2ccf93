"""Visits as phones send them: each once, however often it comes, and never over somebody else's decision unseen."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import Conflict, DomainError, NotFound, Unprocessable
from core.pictures import redraw
from layers import values as written
from layers.collections import Field
from reconciliation.errors import Overtaken
from reconciliation.forms import answering
from reconciliation.models import Case, CaseState, Visit, VisitForm, VisitPhoto
from reconciliation.registry import find

MOST_PHOTOS = 30


@transaction.atomic
def receive(
    *, visit_id: uuid.UUID, case: Case, base_version: int, result: str, note: str, answers: Mapping[str, Any],
    visited_at: datetime, by: User, overrule: bool = False, form: int | None = None,
) -> Visit:  # fmt: skip
    """Keep a visit and close its case with the result, if it has one; the same visit again is the one kept.

    Raises `Overtaken` where the case was decided since `base_version`: the phone then shows both
    answers, and sends the visit again with `overrule` and the version that its user has seen.
    """
    _one_at_a_time(visit_id)
    sent = {
        "case": case.pk,
        "result": result,
        "note": note,
        "answers": dict(answers),
        "at": visited_at.isoformat(),
    }
    if form is not None:
        sent["form"] = form
    digest = hashlib.sha256(json.dumps(sent, sort_keys=True, default=str).encode()).hexdigest()
    known = Visit.objects.filter(pk=visit_id).first()
    if known is not None:
        if known.digest != digest or known.by_id != by.pk:
            raise Conflict(_("Another visit is kept under this id."))
        return known
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    filled = _form(case, form)
    _check(case, result, note, answers, filled, visited_at)
    replaced = _overtaken(case, base_version, result, note, overrule=overrule)
    visit = Visit.objects.create(
        pk=visit_id, case=case, result=result, note=note.strip(), answers=dict(answers), visited_at=visited_at,
        by=by, digest=digest, replaced=replaced, form=filled,
    )  # fmt: skip
    if result:
        case.state, case.result, case.closed_by, case.closed_at = CaseState.CLOSED, result, by, timezone.now()
        case.reason = note.strip() or str(_("Visited on %(day)s") % {"day": timezone.localdate(visited_at)})
        case.version += 1
        case.save(update_fields=["state", "result", "reason", "closed_by", "closed_at", "version"])
    return visit


def _one_at_a_time(key: uuid.UUID) -> None:
    """Let a repeated sending wait for the first one, so that it finds what that kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 56))", [str(key)])


def _form(case: Case, number: int | None) -> VisitForm | None:
    """Return the version of the form that the visit was made with; a phone may have kept an older one."""
    found = VisitForm.objects.filter(queue=case.queue, version=number).first() if number is not None else None
    if number is not None and found is None:
        raise Unprocessable(_("The visit does not fit."), fields={"form": _("There is no such form.")})
    return found


def _check(
    case: Case, result: str, note: str, answers: Mapping[str, Any], form: VisitForm | None, at: datetime
) -> None:
    queue, fields = find(case.queue), {}
    if result and result not in queue.results:
        fields["result"] = _("Choose a result.")
    if not result and not note.strip():
        fields["note"] = _("Say why the visit brought no result.")
    if form is not None:
        on = timezone.localdate(at)
        fields |= answering.faults(form.questions, answers, on, complete=bool(result))
    else:
        known = {one.name: one for one in queue.questions}
        named = ((name, _fault(known.get(name), answer)) for name, answer in answers.items())
        fields |= {name: fault for name, fault in named if fault}
    if fields:
        raise Unprocessable(_("The visit does not fit."), fields=fields)


def _fault(question: Field | None, answer: Any) -> Any:
    if question is None:
        return _("This form has no such question.")
    if answer in ("", None):
        return ""
    if question.choices:
        return "" if answer in question.choices else _("Choose one of the answers.")
    try:
        written.read(question.name, question.type, str(answer))
    except DomainError as refusal:
        return str(refusal.fields.get(question.name, refusal.title))
    return ""


def _overtaken(
    case: Case, base_version: int, result: str, note: str, *, overrule: bool
) -> dict[str, dict[str, str]] | None:
    """Return what the visit overrules; refuses while its user has not seen it."""
    if case.state != CaseState.CLOSED or not result:
        return None
    differences = {
        name: {"yours": yours, "theirs": theirs}
        for name, yours, theirs in (("result", result, case.result), ("note", note.strip(), case.reason))
        if yours != theirs
    }
    if not (overrule and base_version == case.version):
        raise Overtaken(case.version, differences)
    return differences


@transaction.atomic
def receive_photo(*, visit_id: uuid.UUID, photo_id: uuid.UUID, body: bytes, by: User) -> VisitPhoto:
    """Keep a photograph of a visit; the same one again is the one kept."""
    _one_at_a_time(photo_id)
    known = VisitPhoto.objects.filter(pk=photo_id).first()
    if known is not None:
        if known.visit_id != visit_id:
            raise Conflict(_("Another photograph is kept under this id."))
        return known
    visit = Visit.objects.filter(pk=visit_id, by=by).first()
    if visit is None:
        raise NotFound(_("There is no such visit."))
    if visit.photos.count() >= MOST_PHOTOS:
        raise Conflict(_("A visit has at most 30 photographs."))
    drawn, _width, _height = redraw(body)
    photo = VisitPhoto(pk=photo_id, visit=visit)
    photo.file.save(f"{photo_id}.jpg", ContentFile(drawn), save=False)
    photo.save(force_insert=True)
    return photo
