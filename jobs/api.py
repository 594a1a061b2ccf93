"""Jobs for programs and for the pages that follow one."""

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from accounts.policy import subject_of
from jobs import actions
from jobs.access import job_of

router = Router(tags=["jobs"])


class Progress(Schema):
    """How far a job is; `total` is null while it does not know."""

    done: int
    total: int | None
    message: str


class JobOut(Schema):
    """A job as its owner sees it."""

    id: str
    kind: str
    title: str
    state: str
    state_title: str
    progress: Progress
    result: Any
    error: str | None
    attempts: int
    cancel_requested: bool
    enqueued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@router.get("/jobs/{uuid:job_id}", response=JobOut, summary="How a job stands")
def job(request: HttpRequest, job_id: uuid.UUID) -> dict[str, Any]:
    """Return state, progress, result and error; 404 for somebody else's job."""
    return job_of(subject_of(request), job_id).as_dict()


@router.post("/jobs/{uuid:job_id}/cancel", response=JobOut, summary="Cancel a job")
def cancel_job(request: HttpRequest, job_id: uuid.UUID) -> dict[str, Any]:
    """Cancel a waiting job at once, a running one at its next sign of progress."""
    return actions.cancel(job_of(subject_of(request), job_id)).as_dict()
