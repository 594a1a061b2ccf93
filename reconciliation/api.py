"""Queues and cases for programs; lists, areas and exports of cases are those of their layers."""

import json
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema
from ninja.utils import check_csrf

from accounts.authentication import bearer_token
from accounts.models import User
from accounts.policy import Verb, require, subject_of
from accounts.reasons import NOT_FOUND
from core.errors import Forbidden, NotFound, PreconditionRequired, Unprocessable
from core.middleware import problem
from jobs.actions import enqueue
from reconciliation.access import Seen, all_seen, seen
from reconciliation.actions import working
from reconciliation.errors import StaleCase
from reconciliation.listing import summary
from reconciliation.showing import as_json
from reconciliation.tasks import TITLE, fill_queue
from reconciliation.views import find_case, workers
from reconciliation.visits import router as visits

router = Router(tags=["queues"])
router.add_router("", visits)
_TAG = re.compile(r'"(\d+)-(\d+)"')


class CaseChange(Schema):
    """What to do with a case: give it to somebody (or nobody), close it with a reason, or open it again."""

    assignee: str | None = None
    state: str | None = None
    result: str = ""
    reason: str = ""


@router.get("/queues", summary="The queues that you may see")
def list_queues(request: HttpRequest) -> Any:
    """Return each queue with what is open in it; its cases are the items of its collection."""
    subject = subject_of(request)
    if not subject.is_staff:
        raise NotFound(NOT_FOUND)
    rows = (summary(one, subject.user_id) for one in all_seen(subject))
    return [
        {
            "key": row.seen.queue.key, "title": str(row.seen.queue.title),
            "question": str(row.seen.queue.question), "collection": row.seen.collection.id,
            "open": row.open, "closed": row.closed, "values": [{"currency": c, "total": t} for c, t in row.values],
            "results": [{"value": code, "label": str(title)} for code, title in row.seen.queue.results.items()],
            "compared_at": row.latest and row.latest.at,
        }
        for row in rows
    ]  # fmt: skip


@router.post("/queues/{slug:key}/fill", summary="Compare again", response={202: dict})
def fill(request: HttpRequest, key: str) -> HttpResponse:
    """Start the comparison in the background; returns its job."""
    it = _workable(request, key)
    asked_again = request.headers.get("Idempotency-Key", "")[:80]
    today = timezone.localdate().isoformat()
    job = enqueue(
        fill_queue,
        key,
        today,
        subject_of(request).user_id,
        title=TITLE % {"queue": it.queue.title},
        idempotency_key=asked_again,
    )
    return JsonResponse({"job": str(job.pk)}, status=202)


@router.get("/queues/{slug:key}/cases/{int:case_id}", summary="One case")
def read_case(request: HttpRequest, key: str, case_id: int) -> HttpResponse:
    """Return the case; its ETag goes into If-Match of every change."""
    it = seen(subject_of(request), key)
    return _answer(it, case_id)


@router.patch("/queues/{slug:key}/cases/{int:case_id}", summary="Assign, close or open a case again")
def change_case(request: HttpRequest, key: str, case_id: int, entry: CaseChange) -> HttpResponse:
    """Change one thing of a case under its version."""
    it = _workable(request, key)
    case = find_case(it, case_id)
    require(subject_of(request), Verb.EDIT, it.collection, district=case.district_id)
    try:
        _step(it, entry, subject_of(request).user_id)(case_id=case_id, version=_version(request, case_id))
    except StaleCase as stale:
        body = {**json.loads(problem(stale).content), "current": as_json(it, stale.current)}
        response = JsonResponse(body, status=412, content_type="application/problem+json")
        response["ETag"] = stale.current.etag
        return response
    return _answer(it, case_id)


def _step(it: Seen, entry: CaseChange, user_id: int | None) -> Callable[..., Any]:
    given = entry.dict(exclude_unset=True)
    if "assignee" in given:
        to = next((user for user in workers(it) if user.username == entry.assignee), None)
        if entry.assignee and to is None:
            raise Unprocessable(
                _("The request does not fit."), fields={"assignee": _("Nobody of this name works here.")}
            )
        return lambda **known: working.assign(to=to, **known)
    if entry.state == "closed":
        by = User.objects.get(pk=user_id or 0)
        return lambda **known: working.close(result=entry.result, reason=entry.reason, by=by, **known)
    if entry.state == "open":
        return working.reopen
    raise Unprocessable(_("The request does not fit."), fields={"state": _("Choose open or closed.")})


def _workable(request: HttpRequest, key: str) -> Seen:
    it = seen(subject_of(request), key)
    require(subject_of(request), Verb.EDIT, it.collection)
    if bearer_token(request) is None and check_csrf(request):
        raise Forbidden(_("This request did not come from the portal's own page."))
    return it


def _version(request: HttpRequest, case_id: int) -> int:
    header = request.headers.get("If-Match", "")
    if not header:
        raise PreconditionRequired(_("Say in If-Match which version of the case you changed."))
    found = _TAG.fullmatch(header.strip().removeprefix("W/"))
    return int(found.group(2)) if found and int(found.group(1)) == case_id else 0


def _answer(it: Seen, case_id: int) -> HttpResponse:
    case = find_case(it, case_id)
    response = JsonResponse(as_json(it, case), json_dumps_params={"ensure_ascii": False})
    response["ETag"] = case.etag
    response["Cache-Control"] = "private, no-cache"
    return response
