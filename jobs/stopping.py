"""Stopping: a worker told to go, and the thread that reaches into a job's long statement."""

import threading
import time
import uuid
from typing import Any

from django.db import Error, connection, connections

GRACE_S = 5.0


class Stopping:
    """Whether the worker was told to go, and whether its job has had its time to finish."""

    def __init__(self, grace_s: float = GRACE_S) -> None:
        self.grace_s = grace_s
        self.asked_at: float | None = None
        self.event = threading.Event()

    def ask(self) -> None:
        """Tell the worker to go; safe in a signal handler."""
        if self.asked_at is None:
            self.asked_at = time.monotonic()
        self.event.set()

    @property
    def is_asked(self) -> bool:
        """Say whether no further job may begin."""
        return self.asked_at is not None

    @property
    def is_overdue(self) -> bool:
        """Say whether the running job must be handed back."""
        return self.asked_at is not None and time.monotonic() - self.asked_at >= self.grace_s


class Watch:
    """Cancels the statement that a job is waiting for, when the job must stop and does not report.

    Runs in a thread with a connection of its own while the block lasts.
    """

    INTERVAL_S = 1.0

    def __init__(self, job_id: uuid.UUID, stopping: Stopping) -> None:
        self.job_id = job_id
        self.stopping = stopping
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch, name="job-watch", daemon=True)

    def __enter__(self) -> "Watch":
        connection.ensure_connection()
        self.raw: Any = connection.connection
        self.thread.start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self.over.set()
        self.thread.join()

    def _watch(self) -> None:
        own = connections.create_connection("default")
        must_since: float | None = None
        try:
            while not self.over.wait(self.INTERVAL_S):
                must_since = (must_since or time.monotonic()) if self._must_stop(own) else None
                # One interval is left for the job to notice by itself, at its next report.
                if must_since and time.monotonic() - must_since >= self.INTERVAL_S and not self.raw.closed:
                    self.raw.cancel()
        finally:
            own.close()

    def _must_stop(self, own: Any) -> bool:
        if self.stopping.is_overdue:
            return True
        try:
            with own.cursor() as cursor:
                cursor.execute("SELECT cancel_requested FROM jobs_job WHERE id = %s", [self.job_id])
                row = cursor.fetchone()
        except Error:
            own.close()
            return False
        return bool(row and row[0])
