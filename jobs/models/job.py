"""One piece of background work: the row is queue, progress and result in one."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a job stands; the last three are final."""

    READY = "ready", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


UNFINISHED = (State.READY.value, State.RUNNING.value)


class JobQuerySet(models.QuerySet["Job"]):
    """Verbs on sets of jobs."""

    def of(self, user_id: int | None) -> "JobQuerySet":
        """Return the jobs that a person started."""
        return self.filter(owner_id=user_id) if user_id is not None else self.none()

    def unfinished(self) -> "JobQuerySet":
        """Return the jobs that wait or run."""
        return self.filter(state__in=UNFINISHED)

    def due(self) -> "JobQuerySet":
        """Return what a worker may take, in order: waiting jobs, and running ones in case their worker died."""
        startable = Q(run_after=None) | Q(run_after__lte=timezone.now())
        return self.filter(Q(state=State.RUNNING) | Q(startable, state=State.READY)).order_by(
            "-priority", "enqueued_at"
        )


class Job(models.Model):
    """A task with its arguments, asked for by somebody.

    `state` says `running` from the moment a worker takes the job; whether that worker still lives
    is known by the advisory lock `lock_key` alone, which the database gives back when the worker's
    session ends.
    """

    audit_ignored = ("progress_done", "progress_total", "progress_message", "progress_at")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=200)
    title = models.CharField(_("job"), max_length=200, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="jobs",
        verbose_name=_("owner"),
    )
    language = models.CharField(max_length=2, default="ar")
    queue = models.CharField(max_length=40, default="default")
    priority = models.SmallIntegerField(default=0)
    arguments = models.JSONField(default=dict)
    idempotency_key = models.CharField(max_length=100, blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.READY)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    workers = models.JSONField(default=list)
    cancel_requested = models.BooleanField(default=False)
    progress_done = models.BigIntegerField(default=0)
    progress_total = models.BigIntegerField(null=True, blank=True)
    progress_message = models.CharField(max_length=300, blank=True, default="")
    progress_at = models.DateTimeField(null=True, blank=True)
    run_after = models.DateTimeField(null=True, blank=True)
    enqueued_at = models.DateTimeField(_("asked for"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(_("error"), blank=True, default="")
    traceback = models.TextField(blank=True, default="")
    error_class = models.CharField(max_length=200, blank=True, default="")

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-enqueued_at"]
        indexes = [
            models.Index(
                F("priority").desc(), "enqueued_at", name="job_due", condition=Q(state__in=UNFINISHED)
            ),
            models.Index(fields=["owner", "-enqueued_at"], name="job_by_owner"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="job_state_known"),
            models.UniqueConstraint(
                fields=["owner", "kind", "idempotency_key"],
                name="job_once",
                condition=~Q(idempotency_key=""),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.kind

    @property
    def lock_key(self) -> int:
        """Return the key of the advisory lock that the job's worker holds (64 bits of its id)."""
        return int.from_bytes(self.pk.bytes[:8], "big", signed=True)

    @property
    def is_finished(self) -> bool:
        """Say whether the job has come to its end."""
        return self.state not in UNFINISHED

    @property
    def can_be_cancelled(self) -> bool:
        """Say whether a cancel would still change anything."""
        return not self.is_finished and not self.cancel_requested

    @property
    def share(self) -> float | None:
        """Return how much is done, from 0 to 1, where the job knows its total."""
        if self.state == State.DONE:
            return 1.0
        return min(1.0, self.progress_done / self.progress_total) if self.progress_total else None

    @property
    def state_title(self) -> str:
        """Return the state for people, a requested cancel included."""
        if self.state == State.RUNNING and self.cancel_requested:
            return gettext("being cancelled")
        return str(State(self.state).label)

    @property
    def result_lines(self) -> list[tuple[str, Any]]:
        """Return a result that is a mapping line by line, each name in the reader's language.

        Tasks mark their names with `gettext_noop`; names that start with `_` are for programs.
        """
        if not isinstance(self.result, dict):
            return []
        return [(gettext(name), value) for name, value in self.result.items() if not name.startswith("_")]

    def as_dict(self) -> dict[str, Any]:
        """Return what the API shows."""
        return {
            "id": str(self.pk),
            "kind": self.kind,
            "title": str(self),
            "state": self.state,
            "state_title": self.state_title,
            "progress": {
                "done": self.progress_done,
                "total": self.progress_total,
                "message": self.progress_message,
            },
            "result": self.result,
            "error": self.error or None,
            "attempts": self.attempts,
            "cancel_requested": self.cancel_requested,
            "enqueued_at": self.enqueued_at,
            "started_at": self.started_at,
            "finished_at": self.finished_at,
        }
