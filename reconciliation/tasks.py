"""Filling queues in the background."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_tasks import task

from accounts.models import User
from core.acting import acting
from reconciliation.actions.filling import fill
from reconciliation.models import QueueRun
from reconciliation.registry import find


def counts(run: QueueRun) -> dict[str, Any]:
    """Return what a run found, as the job's result."""
    return {
        "found": run.found, "new": run.opened, "opened_again": run.reopened, "decided_before": run.kept_closed,
        "gone": run.gone,
    }  # fmt: skip


@task()
def fill_queue(key: str, on: str, by: int | None = None) -> dict[str, Any]:
    """Bring one queue up to date, as of a day; running it again does no harm."""
    user = User.objects.filter(pk=by).first() if by else None
    with acting(channel="job"):
        return counts(fill(queue=find(key), on=date.fromisoformat(on), by=user))


TITLE = _("Compare again: %(queue)s")
