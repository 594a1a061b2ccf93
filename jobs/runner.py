"""One job taken, run and brought to its end, under an advisory lock that dies with the worker."""

import logging
import traceback
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone, translation
from django.utils.translation import gettext
from django_tasks.utils import get_module_path, normalize_json
from psycopg2.errors import QueryCanceled

from core import acting
from core.errors import DomainError
from jobs import progress
from jobs.backend import task_of
from jobs.errors import Cancelled, HandedBack
from jobs.models import Job, State
from jobs.stopping import Stopping, Watch

logger = logging.getLogger(__name__)
_LOOK_AT = 20


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended."""

    state: State
    result: Any = None
    error: str = ""
    fault: BaseException | None = None
    again_at: Any = None


class Runner:
    """Runs jobs one after another; its own session holds the lock of the job that it runs."""

    def __init__(self, name: str, stopping: Stopping) -> None:
        self.name = name
        self.stopping = stopping
        self.session: BaseDatabaseWrapper = connections.create_connection("default")

    def run_next(self) -> bool:
        """Run one due job that no living worker holds; say whether there was one."""
        for job in Job.objects.due()[:_LOOK_AT]:
            if self._lock(job):
                try:
                    taken = self._take(job)
                    if taken is not None:
                        self._finish(taken, self._attempt(taken))
                        return True
                finally:
                    self._unlock(job)
        return False

    def close(self) -> None:
        """End the session; the database gives back any lock."""
        self.session.close()

    def report(self, done: int, total: int | None, message: str) -> None:
        """Write progress down and stop the job if it must (a `progress.Reporter`)."""
        sql = """
            UPDATE jobs_job SET progress_done = %s, progress_total = %s, progress_message = %s, progress_at = now()
            WHERE id = %s RETURNING cancel_requested
        """
        with self.session.cursor() as cursor:
            cursor.execute(sql, [done, total, message[:300], self.running])
            row = cursor.fetchone()
        if row and row[0]:
            raise Cancelled
        if self.stopping.is_overdue:
            raise HandedBack

    def _lock(self, job: Job) -> bool:
        with self.session.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [job.lock_key])
            return bool(cursor.fetchone()[0])

    def _unlock(self, job: Job) -> None:
        with self.session.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [job.lock_key])

    @transaction.atomic
    def _take(self, job: Job) -> Job | None:
        """Mark the job as running here; None if it ended meanwhile or was begun too often."""
        job = Job.objects.select_for_update().get(pk=job.pk)
        if job.is_finished:
            return None
        now = timezone.now()
        if job.cancel_requested:
            _save(job, state=State.CANCELLED, finished_at=now)
            return None
        if job.attempts >= job.max_attempts:
            with translation.override(job.language):
                error = gettext("The job was begun %(count)s times and never came to its end.")
            _save(job, state=State.FAILED, finished_at=now, error=error % {"count": job.attempts})
            return None
        _save(
            job, state=State.RUNNING, started_at=now, attempts=job.attempts + 1, workers=[*job.workers, self.name],
            progress_done=0, progress_total=None, progress_message="",
        )  # fmt: skip
        return job

    def _attempt(self, job: Job) -> Outcome:
        self.running = job.pk
        doing = acting.acting(job.owner_id, "job", request=f"job {job.pk}")
        with (
            doing,
            translation.override(job.language),
            progress.reporting_to(self),
            Watch(job.pk, self.stopping),
        ):
            try:
                task = task_of(job)
                arguments = job.arguments
                return Outcome(
                    State.DONE, normalize_json(task.call(*arguments["args"], **arguments["kwargs"]))
                )
            except BaseException as fault:
                return self._judge(job, fault)

    def _judge(self, job: Job, fault: BaseException) -> Outcome:
        """Say what an exception means for the job; nothing that a job raises ends the worker."""
        if isinstance(fault, Cancelled):
            return Outcome(State.CANCELLED)
        if isinstance(fault, HandedBack | KeyboardInterrupt):
            return Outcome(State.READY)
        if isinstance(fault, DomainError):
            return Outcome(State.FAILED, error=_sentence(fault), fault=fault)
        if isinstance(fault.__cause__, QueryCanceled):
            return self._judge_canceled_statement(job, fault)
        if isinstance(fault, OperationalError | InterfaceError) and job.attempts < job.max_attempts:
            logger.warning("job %s (%s) lost the database, tried again later: %s", job.pk, job.kind, fault)
            return Outcome(State.READY, again_at=timezone.now() + timedelta(seconds=2**job.attempts))
        return _failure(job, fault)

    def _judge_canceled_statement(self, job: Job, fault: BaseException) -> Outcome:
        """Tell a statement that `Watch` stopped from one that ran into a time limit."""
        if self._asked_to_cancel(job):
            return Outcome(State.CANCELLED)
        return Outcome(State.READY) if self.stopping.is_overdue else _failure(job, fault)

    def _asked_to_cancel(self, job: Job) -> bool:
        with self.session.cursor() as cursor:
            cursor.execute("SELECT cancel_requested FROM jobs_job WHERE id = %s", [job.pk])
            return bool(cursor.fetchone()[0])

    def _finish(self, job: Job, outcome: Outcome) -> None:
        """Write the outcome down; a job handed back does not lose an attempt by it."""
        connection.close_if_unusable_or_obsolete()
        values: dict[str, Any] = {"state": outcome.state, "result": outcome.result, "error": outcome.error}
        if outcome.fault is not None:
            values["error_class"] = get_module_path(type(outcome.fault))
            values["traceback"] = "".join(traceback.format_exception(outcome.fault))
        if outcome.state == State.READY:
            values["run_after"] = outcome.again_at
            values["attempts"] = job.attempts if outcome.again_at else job.attempts - 1
        else:
            values["finished_at"] = timezone.now()
        # Whoever lost the lock with its session may find that another worker has begun since.
        Job.objects.filter(pk=job.pk, state=State.RUNNING, attempts=job.attempts).update(**values)


def _save(job: Job, **values: Any) -> None:
    for name, value in values.items():
        setattr(job, name, value)
    job.save(update_fields=list(values))


def _failure(job: Job, fault: BaseException) -> Outcome:
    logger.error("job %s (%s) failed", job.pk, job.kind, exc_info=fault)
    error = gettext("The job failed through an error of the portal, not of what you gave it.")
    return Outcome(State.FAILED, error=error, fault=fault)


def _sentence(refusal: DomainError) -> str:
    parts = [str(refusal.title), str(refusal.detail), *(str(detail) for detail in refusal.fields.values())]
    return " ".join(part for part in parts if part)
