"""Pages that follow background jobs."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import for_staff
from accounts.listing import Column, Listing, csv_response
from accounts.policy import subject_of
from jobs import actions
from jobs.access import job_of, jobs_of
from jobs.models import State

COLUMNS = (
    Column("title", _("Job"), "title"),
    Column("state", _("State"), "state"),
    Column("progress", _("Progress")),
    Column("owner", _("Owner"), "owner__username"),
    Column("enqueued_at", _("Asked for"), "enqueued_at"),
    Column("finished_at", _("Finished"), "finished_at"),
)
SEARCHED = ("title", "kind", "owner__username", "owner__first_name", "owner__last_name", "error")


@never_cache
@for_staff
def job_list(request: HttpRequest) -> HttpResponseBase:
    """List one's own jobs, newest first; administrators see all."""
    jobs = jobs_of(subject_of(request)).select_related("owner").defer("traceback", "arguments", "result")
    state = request.GET.get("state", "")
    if state in State.values:
        jobs = jobs.filter(state=state)
    listing = Listing(request, jobs, columns=COLUMNS, search=SEARCHED, order=["-enqueued_at"])
    if listing.wants_csv:
        return _as_csv(listing)
    return render(
        request, "jobs/job_list.html", {"listing": listing, "states": State.choices, "state": state}
    )


@never_cache
@for_staff
def job_page(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Follow one job; while it runs, the page fetches itself again, by script or else as a whole."""
    return render(request, "jobs/job.html", {"job": job_of(subject_of(request), job_id)})


@require_POST
@for_staff
def cancel(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Cancel one job."""
    job = actions.cancel(job_of(subject_of(request), job_id))
    return redirect("job", job_id=job.pk)


def _as_csv(listing: Listing) -> HttpResponseBase:
    columns: dict[Any, Callable[[Any], Any]] = {
        _("Job"): str,
        _("State"): lambda job: job.state,
        _("Owner"): lambda job: job.owner.username if job.owner else "",
        _("Asked for"): lambda job: job.enqueued_at.isoformat(),
        _("Finished"): lambda job: job.finished_at.isoformat() if job.finished_at else "",
        _("Attempts"): lambda job: job.attempts,
        _("Error"): lambda job: job.error,
    }
    return csv_response("jobs", columns, listing.rows)
