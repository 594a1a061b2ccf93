"""The queues' pages: all of them, one as a list, one case."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import for_staff
from accounts.listing import csv_response
from accounts.models import User
from accounts.policy import Verb, decide, require, subject_of
from core.errors import DomainError, NotFound
from jobs.actions import enqueue
from reconciliation import showing
from reconciliation.access import Seen, all_seen, seen
from reconciliation.actions import working
from reconciliation.listing import WHOSE, case_of, listing, shows_value, summary, totals
from reconciliation.models import Case, CaseState
from reconciliation.picture import picture
from reconciliation.tasks import TITLE, fill_queue


@require_GET
@for_staff
def queue_list(request: HttpRequest) -> HttpResponse:
    """Show every queue that one may see, with what is open and what it is worth."""
    found = [summary(one, request.user.pk) for one in all_seen(subject_of(request))]
    return render(request, "reconciliation/queues.html", {"summaries": found})


@require_GET
@for_staff
def queue_page(request: HttpRequest, key: str) -> HttpResponseBase:
    """List the cases of a queue, the most urgent first; or all of them as CSV."""
    it = seen(subject_of(request), key)
    rows = listing(it, request)
    if rows.wants_csv:
        require(subject_of(request), Verb.EXPORT, it.collection)
        return _as_csv(it, rows.rows)
    context = {
        "seen": it, "queue": it.queue, "listing": rows, "summary": summary(it, request.user.pk),
        "cases": [(case, showing.facts(it, case)) for case in rows.page],
        "totals": totals(it, rows.rows), "state": request.GET.get("state", "open"),
        "states": [*CaseState.choices[:2], ("all", _("All"))],
        "whose": request.GET.get("whose", ""), "whose_choices": WHOSE, "workers": workers(it),
        "sees_value": shows_value(it),
    }  # fmt: skip
    return render(request, "reconciliation/queue.html", context)


def workers(it: Seen) -> list[User]:
    """Return whom a case of this queue can be given to."""
    users = User.objects.filter(is_active=True, memberships__role__in=it.collection.edit_roles)
    return list(users.distinct().order_by("username"))


def _as_csv(it: Seen, rows: Any) -> HttpResponseBase:
    columns: dict[Any, Callable[[Case], Any]] = {_("Case"): lambda case: case.label}
    for one in it.queue.evidence:
        if it.sees(one.name):
            columns[one.title] = lambda case, name=one.name: case.evidence.get(name)  # type: ignore[misc]
    if it.sees("yearly_value"):
        columns |= {
            _("Yearly value"): lambda case: case.yearly_value,
            _("Currency"): lambda case: case.currency,
        }
    columns |= {
        _("State"): lambda case: case.get_state_display(),
        _("Assigned to"): lambda case: case.assignee.username if case.assignee else "",
        _("Result"): lambda case: case.result_title if case.result else "",
        _("Reason"): lambda case: case.reason,
        _("First found"): lambda case: case.first_found_on.isoformat(),
    }
    return csv_response(it.queue.key, columns, rows)


@require_POST
@for_staff
def queue_fill(request: HttpRequest, key: str) -> HttpResponse:
    """Compare again, in the background."""
    it = _workable(request, key)
    today = timezone.localdate().isoformat()
    job = enqueue(fill_queue, key, today, request.user.pk, title=TITLE % {"queue": it.queue.title})
    return redirect("job", job_id=job.pk)


@require_POST
@for_staff
def queue_assign(request: HttpRequest, key: str) -> HttpResponse:
    """Give the chosen cases to somebody as a round."""
    it = _workable(request, key)
    chosen = [int(value) for value in request.POST.getlist("case") if value.isdigit()]
    within = it.cases().filter(pk__in=chosen).values_list("pk", flat=True)
    count = working.assign_many(queue=key, case_ids=list(within), to=_worker(it, request.POST.get("to", "")))
    flash.success(request, _("Cases assigned: %(count)d.") % {"count": count})
    return redirect(f"{request.path.removesuffix('assign/')}?{request.POST.get('back', '')}")


def _workable(request: HttpRequest, key: str) -> Seen:
    it = seen(subject_of(request), key)
    require(subject_of(request), Verb.EDIT, it.collection)
    return it


def _worker(it: Seen, username: str) -> User | None:
    return next((user for user in workers(it) if user.username == username), None)


def find_case(it: Seen, case_id: int) -> Case:
    """Return a case of the queue that the subject may see, or refuse as if there were none."""
    case = case_of(it, case_id)
    if case is None:
        raise NotFound(_("There is no such case."))
    return case


@require_GET
@for_staff
def case_page(request: HttpRequest, key: str, case_id: int) -> HttpResponse:
    """Show one case: evidence, place, what was decided and what can be done."""
    it = seen(subject_of(request), key)
    return _case(request, it, find_case(it, case_id))


def _case(
    request: HttpRequest, it: Seen, case: Case, *, errors: Any = None, status: int = 200
) -> HttpResponse:
    context = {
        "seen": it, "queue": it.queue, "case": case, "facts": showing.facts(it, case),
        "picture": picture(subject_of(request), case.geom), "workers": workers(it),
        "events": showing.history(case), "visits": showing.visits(case), "results": it.queue.results.items(), "errors": errors or {},
        "sees_value": it.sees("yearly_value"), "may_work": _may_work(request, it, case),
    }  # fmt: skip
    return render(request, "reconciliation/case.html", context, status=status)


def _may_work(request: HttpRequest, it: Seen, case: Case) -> bool:
    return bool(decide(subject_of(request), Verb.EDIT, it.collection, district=case.district_id))


@require_POST
@for_staff
def case_step(request: HttpRequest, key: str, case_id: int, step: str) -> HttpResponse:
    """Assign, close or open a case again."""
    it = seen(subject_of(request), key)
    case = find_case(it, case_id)
    require(subject_of(request), Verb.EDIT, it.collection, district=case.district_id)
    version = int(request.POST.get("version", "0")) if request.POST.get("version", "").isdigit() else 0
    known: dict[str, Any] = {"case_id": case_id, "version": version}
    try:
        if step == "assign":
            working.assign(to=_worker(it, request.POST.get("to", "")), **known)
        elif step == "close":
            result, reason = request.POST.get("result", ""), request.POST.get("reason", "")
            working.close(result=result, reason=reason, by=User.objects.get(pk=request.user.pk or 0), **known)
        elif step == "reopen":
            working.reopen(**known)
        else:
            raise NotFound(_("There is no such case."))
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        flash.error(request, f"{refusal.title} {refusal.detail}".strip())
        return _case(request, it, find_case(it, case_id), errors=refusal.fields, status=refusal.status)
    return redirect("case", key=key, case_id=case_id)
