"""Working on cases: giving them to somebody, closing them with a reason, opening them again."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import Conflict, NotFound, Unprocessable
from reconciliation.errors import StaleCase
from reconciliation.models import Case, CaseState
from reconciliation.registry import find


def _locked(case_id: int, version: int | None) -> Case:
    case = Case.objects.select_for_update(of=("self",)).filter(pk=case_id).first()
    if case is None:
        raise NotFound(_("There is no such case."))
    if version is not None and case.version != version:
        raise StaleCase(case)
    return case


def _kept(case: Case, *fields: str) -> Case:
    case.version += 1
    case.save(update_fields=["version", *fields])
    return case


@transaction.atomic
def assign(*, case_id: int, version: int | None, to: User | None) -> Case:
    """Give an open case to somebody, or to nobody."""
    case = _locked(case_id, version)
    if case.state != CaseState.OPEN:
        raise Conflict(_("This case is not open."))
    case.assignee = to
    return _kept(case, "assignee")


@transaction.atomic
def assign_many(*, queue: str, case_ids: Sequence[int], to: User | None) -> int:
    """Give several open cases of a queue to somebody as a round; returns how many there were."""
    rows = Case.objects.of(queue).open().filter(pk__in=list(case_ids)[:1000])
    return rows.update(assignee=to, version=F("version") + 1)


@transaction.atomic
def close(*, case_id: int, version: int | None, result: str, reason: str, by: User) -> Case:
    """Close a case with its result and the reason for it."""
    case = _locked(case_id, version)
    if case.state == CaseState.CLOSED:
        raise Conflict(_("This case is closed already."))
    fields = {}
    if result not in find(case.queue).results:
        fields["result"] = _("Choose a result.")
    if not reason.strip():
        fields["reason"] = _("Enter the reason.")
    if fields:
        raise Unprocessable(_("The case cannot be closed yet."), fields=fields)
    case.state, case.result, case.reason = CaseState.CLOSED, result, reason.strip()[:2000]
    case.closed_by, case.closed_at = by, timezone.now()
    return _kept(case, "state", "result", "reason", "closed_by", "closed_at")


@transaction.atomic
def reopen(*, case_id: int, version: int | None) -> Case:
    """Open a closed case again; what was decided stays in the event log."""
    case = _locked(case_id, version)
    if case.state != CaseState.CLOSED:
        raise Conflict(_("This case is not closed."))
    case.state, case.result, case.reason = CaseState.OPEN, "", ""
    case.closed_by, case.closed_at = None, None
    return _kept(case, "state", "result", "reason", "closed_by", "closed_at")
