"""Keeping the queue: what a check finds becomes rows that people work through."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cadastre.models import QualityFinding, QualityState
from cadastre.quality.coverage import Breach, breaches, read_coverage
from cadastre.quality.registers import register_breaches
from core.errors import NotFound, PreconditionFailed, Unprocessable

TITLES: dict[str, Any] = {
    "overlap": _("Parcels overlap"),
    "gap": _("Narrow gap or boundaries that do not match"),
    "area-official": _("Registered area does not fit the measured one"),
    "one-piece": _("Parcel in several pieces"),
    "shares": _("Owners' shares do not sum to 1"),
}
UNITS: dict[str, Any] = {"overlap": _("m²"), "gap": _("m"), "area-official": _("m²")}


def check_cadastre() -> dict[str, int]:
    """Check everything in force and bring the queue up to date; returns counts by rule, and what has gone."""
    found = [*breaches(*read_coverage()), *register_breaches()]
    return keep(found)


@transaction.atomic
def keep(found: Sequence[Breach]) -> dict[str, int]:
    """Write breaches into the queue: new ones open, known ones as they are, missing ones gone."""
    now = timezone.now()
    rows = [
        QualityFinding(
            rule=one.rule,
            subject=one.subject,
            parcels=list(one.parcels),
            measure=one.measure,
            place=GEOSGeometry(memoryview(one.place.wkb), srid=settings.GRID_SRID),
            seen_at=now,
        )
        for one in found
    ]
    QualityFinding.objects.bulk_create(
        rows,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["rule", "subject"],
        update_fields=["parcels", "measure", "place", "seen_at"],
    )
    QualityFinding.objects.filter(state=QualityState.GONE, seen_at=now).update(
        state=QualityState.OPEN, reason=""
    )
    gone = QualityFinding.objects.exclude(state=QualityState.GONE).filter(seen_at__lt=now)
    counts = {"gone": gone.update(state=QualityState.GONE)}
    for one in found:
        counts[one.rule] = counts.get(one.rule, 0) + 1
    return counts


@transaction.atomic
def accept(*, finding_id: int, version: int, by: User, reason: str) -> QualityFinding:
    """Accept a breach as it is, with a reason."""
    finding = QualityFinding.objects.select_for_update().filter(pk=finding_id).first()
    if finding is None:
        raise NotFound(_("There is no such finding."))
    if finding.version != version:
        raise PreconditionFailed(_("Somebody else has worked on this finding meanwhile."))
    if not reason.strip():
        raise Unprocessable(_("Enter the reason."), fields={"reason": _("Enter the reason.")})
    finding.state, finding.reason, finding.by = QualityState.ACCEPTED, reason.strip(), by
    finding.version += 1
    finding.save(update_fields=["state", "reason", "by", "version"])
    return finding
