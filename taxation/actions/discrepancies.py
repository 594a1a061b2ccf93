"""The tax queues as rows that stay until somebody decides: looking, correcting, finding no fault."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict, Unprocessable
from taxation import queries
from taxation.actions import standing
from taxation.models import Discrepancy, DiscrepancyState, TaxUnit
from taxation.reconciliation import SOURCES, Found, Source, find

Report = Callable[[int, int | None, str], None]
LOCK = 6_002_014
FACTS = (
    "label", "unit_id", "building_id", "parcel_id", "district_id", "evidence", "revenue", "currency",
)  # fmt: skip


def look(*, on: date, report: Report = lambda done, total, message: None) -> dict[str, int]:
    """Ask every queue's question again; return how many rows each has open.

    A decision holds for the evidence that it was made on: where that has changed, the row is open again.
    """
    found = {}
    for number, source in enumerate(SOURCES):
        report(number, len(SOURCES), str(source.title))
        found[source.code] = _look(source, on)
    report(len(SOURCES), len(SOURCES), "")
    return found


@transaction.atomic
def _look(source: Source, on: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    kept = {
        (row.collection, row.feature_id): row
        for row in Discrepancy.objects.filter(queue=source.code).exclude(state=DiscrepancyState.GONE)
    }
    new, changed = [], []
    for one in find(source, on=on):
        row = kept.pop((one.collection, one.feature_id), None)
        if row is None:
            new.append(_row(one))
        elif _differs(row, one):
            changed.append(_renewed(row, one))
    Discrepancy.objects.bulk_create(new, batch_size=2000)
    Discrepancy.objects.bulk_update(
        changed, [*FACTS, "state", "reason", "decided_by", "decided_at"], batch_size=2000
    )
    Discrepancy.objects.filter(pk__in=[row.pk for row in kept.values()]).update(state=DiscrepancyState.GONE)
    return Discrepancy.objects.filter(queue=source.code, state=DiscrepancyState.OPEN).count()


def _row(one: Found) -> Discrepancy:
    facts = {name: getattr(one, name) for name in FACTS}
    return Discrepancy(queue=one.queue, collection=one.collection, feature_id=one.feature_id, **facts)


def _differs(row: Discrepancy, one: Found) -> bool:
    return any(getattr(row, name) != getattr(one, name) for name in FACTS)


def _renewed(row: Discrepancy, one: Found) -> Discrepancy:
    if row.evidence != one.evidence:
        row.state, row.reason, row.decided_by, row.decided_at = DiscrepancyState.OPEN, "", None, None
    for name in FACTS:
        setattr(row, name, getattr(one, name))
    return row


@transaction.atomic
def decide(row: Discrepancy, *, correct: bool, reason: str, by: Any) -> Discrepancy:
    """Correct the tax register by the evidence, or find no fault; either needs a reason."""
    row = Discrepancy.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.state != DiscrepancyState.OPEN:
        raise Conflict(_("This has been decided already."))
    if not reason.strip():
        raise Unprocessable(_("A decision needs its reason"), fields={"reason": _("Write the reason.")})
    if correct:
        CORRECTIONS.get(row.queue, _leave)(row)
    row.state = DiscrepancyState.ACCEPTED if correct else DiscrepancyState.DISMISSED
    row.reason, row.decided_by, row.decided_at = reason.strip()[:300], by, timezone.now()
    row.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    return row


def _take_in(row: Discrepancy) -> None:
    """Make the tax unit that is missing: of a unit, or of a building that has no units."""
    with connection.cursor() as cursor:
        cursor.execute(queries.sql("take_in_one"), {"collection": row.collection, "feature": row.feature_id})
        made = [pk for (pk,) in cursor.fetchall()]
    if not made:
        raise Conflict(_("The register no longer holds this."))
    standing.look_again(made, on=timezone.localdate())


def _unit(row: Discrepancy) -> TaxUnit:
    return TaxUnit.objects.select_for_update(of=("self",)).get(discrepancies=row)


def _retire(row: Discrepancy) -> None:
    unit = _unit(row)
    unit.retired_at, unit.version = timezone.now(), unit.version + 1
    unit.save(update_fields=["retired_at", "version"])


def _take_facts(row: Discrepancy) -> None:
    """Take the register's area and use; the assessment itself stays until it is made anew."""
    if row.unit_id is None:
        return
    unit = _unit(row)
    unit.area_m2 = row.evidence["area"]
    unit.use = "residential" if row.evidence["use"] == "apartment" else "non_residential"
    unit.version += 1
    unit.save(update_fields=["area_m2", "use", "version"])


def _leave(_row: Discrepancy) -> None:
    """Leave the correction to whoever keeps the register or the file that is wrong."""


CORRECTIONS: dict[str, Callable[[Discrepancy], None]] = {
    "untaxed": _take_in,
    "unfound": _retire,
    "differs": _take_facts,
}
