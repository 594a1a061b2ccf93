"""Long work of the building register, in the background."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_tasks import task

from accounts.models import User
from buildings.footprints.comparing import Tolerance, compare
from buildings.queues import FED
from core.acting import acting
from layers import registry
from reconciliation.actions.filling import fill

COMPARE = _("Compare footprints: %(layer)s")


@task()
def compare_footprints(
    layer: str, on: str, by: int | None = None, tolerance: dict[str, float] | None = None
) -> dict[str, Any]:
    """Compare a layer with the register as of a day and bring the queues up to date."""
    user = User.objects.filter(pk=by).first() if by else None
    day = date.fromisoformat(on)
    with acting(channel="job"):
        run = compare(layer=registry.find(layer), on=day, by=user, tolerance=Tolerance(**(tolerance or {})))
        for queue in FED:
            fill(queue=queue, on=day, by=user)
    return dict(run.counts)
