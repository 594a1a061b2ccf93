"""Asking for a job and cancelling one."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks.base import Task

from jobs.backend import Order, ordered
from jobs.models import Job, State


def enqueue(
    task: Task, *args: Any, owner: Any = None, idempotency_key: str = "", title: Any = "", **kwargs: Any
) -> Job:
    """Put a task on the queue for its owner (a user or id; by default whoever is acting).

    Arguments must be JSON. Asking again with the same key gives the first job. The job starts
    only after the caller's transaction commits.
    """
    owner_id = getattr(owner, "pk", owner)
    with ordered(Order(owner=owner_id, key=idempotency_key, title=title)):
        result = task.enqueue(*args, **kwargs)
    return Job.objects.get(pk=result.id)


@transaction.atomic
def cancel(job: Job) -> Job:
    """Cancel a job: at once while it waits, at its next sign of progress while it runs."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.state == State.READY:
        job.state, job.finished_at, job.cancel_requested = State.CANCELLED, timezone.now(), True
    elif job.state == State.RUNNING:
        job.cancel_requested = True
    job.save(update_fields=["state", "finished_at", "cancel_requested"])
    return job
