"""Django's Tasks interface, kept in our own table (see docs/adr/0011)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction
from django.utils import translation
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError, TaskResult, TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.utils import normalize_json

from core import acting
from jobs.models import Job, State

CHANNEL = "gisportal_jobs"
_STATUS = {
    State.READY: TaskResultStatus.READY,
    State.RUNNING: TaskResultStatus.RUNNING,
    State.DONE: TaskResultStatus.SUCCESSFUL,
    State.FAILED: TaskResultStatus.FAILED,
    State.CANCELLED: TaskResultStatus.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTask(Task):
    """A task that also says how often it may be begun, and its name for people."""

    max_attempts: int = 3
    title: Any = ""


@dataclass(frozen=True)
class Order:
    """Who asks for a job, and the key under which asking twice gives one job."""

    owner: int | None = None
    key: str = ""
    title: Any = ""


_PLAIN = Order()
_order: ContextVar[Order] = ContextVar("order", default=_PLAIN)


@contextmanager
def ordered(order: Order) -> Iterator[None]:
    """Enqueue inside the block on somebody's behalf."""
    token = _order.set(order)
    try:
        yield
    finally:
        _order.reset(token)


class DatabaseBackend(BaseTaskBackend):
    """Jobs are rows, inserted in the caller's transaction; a notification wakes a worker on commit."""

    task_class = JobTask
    supports_defer = True
    supports_get_result = True
    supports_priority = True

    def enqueue(self, task: Task, args: Any, kwargs: Any) -> TaskResult:
        """Insert the job, or return the one that was asked for under the same key."""
        self.validate_task(task)
        order = _order.get()
        owner = order.owner if order.owner is not None else acting.current().actor
        values = {
            "title": str(order.title or getattr(task, "title", ""))[:200],
            "language": (translation.get_language() or "ar")[:2],
            "queue": task.queue_name,
            "priority": task.priority,
            "run_after": task.run_after,
            "arguments": {"args": normalize_json(list(args)), "kwargs": normalize_json(kwargs)},
            "max_attempts": getattr(task, "max_attempts", 3),
        }
        same = {"owner_id": owner, "kind": task.module_path, "idempotency_key": order.key}
        with transaction.atomic():
            if order.key:
                job, _made = Job.objects.get_or_create(**same, defaults=values)
            else:
                job = Job.objects.create(**same, **values)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
        return _result(job, task)

    def get_result(self, result_id: str) -> TaskResult:
        """Return how the job with this id stands."""
        try:
            job = Job.objects.get(pk=result_id)
        except (Job.DoesNotExist, ValueError) as error:
            raise TaskResultDoesNotExist(result_id) from error
        return _result(job, task_of(job))


def task_of(job: Job) -> Task:
    """Return the task that a job runs, by the dotted name in `kind`."""
    found = import_string(job.kind)
    if not isinstance(found, Task):
        raise ImportError(f"{job.kind} is not a task")
    return replace(found, queue_name=job.queue, priority=job.priority, run_after=job.run_after)


def _result(job: Job, task: Task) -> TaskResult:
    errors = (
        [TaskError(exception_class_path=job.error_class, traceback=job.traceback)] if job.error_class else []
    )
    result: TaskResult = TaskResult(
        task=task,
        id=str(job.pk),
        status=_STATUS[State(job.state)],
        enqueued_at=job.enqueued_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        last_attempted_at=job.started_at,
        args=job.arguments["args"],
        kwargs=job.arguments["kwargs"],
        backend=task.backend,
        errors=errors,
        worker_ids=job.workers,
    )
    object.__setattr__(result, "_return_value", job.result)
    return result
