"""The tax queues as rows that stay until somebody decides: looking, correcting, finding no fault."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from buildings.models import Unit
from core.errors import Conflict, Unprocessable
from reconciliation.actions import working
from reconciliation.models import Case
from taxation import queries
from taxation.actions import standing
from taxation.models import Discrepancy, DiscrepancyState, TaxUnit
from taxation.reconciliation import Found, Source, find

LOCK = 6_002_014
FACTS = (
    "label", "unit_id", "building_id", "parcel_id", "district_id", "evidence", "revenue", "currency",
)  # fmt: skip


@transaction.atomic
def look_at(source: Source, on: date) -> int:
    """Ask a queue's question again; return how many rows it has open.

    A decision holds for the evidence that it was made on: where that has changed, the row is open again.
    """
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
    _close_case(row, by)
    return row


def _close_case(row: Discrepancy, by: Any) -> None:
    """Close the reconciliation engine's case of the same difference, with the same reason."""
    case = (
        Case.objects.of(f"tax-{row.queue}")
        .open()
        .filter(subject=f"{row.collection}:{row.feature_id}")
        .first()
    )
    if case is not None:
        result = "corrected" if row.state == DiscrepancyState.ACCEPTED else "no-difference"
        working.close(case_id=case.pk, version=None, result=result, reason=row.reason, by=by)


def _take_in(row: Discrepancy) -> None:
    """Make the tax unit that is missing: of a unit, or of a building that has no units."""
    if not _made([(row.collection, row.feature_id)]):
        raise Conflict(_("The register no longer holds this."))


def _take_in_metered(row: Discrepancy) -> None:
    """Make the tax units of a building that are missing; what is not registered has to be registered first."""
    units = Unit.objects.filter(building_id=row.building_id or 0, end_lifespan=None).exclude(use="common")
    places = [("units", pk) for pk in units.values_list("pk", flat=True)]
    if not _made(places or [("buildings", row.building_id or 0)]):
        raise Conflict(_("Nothing more is registered here: enter the building or its units first."))


def _made(places: Iterable[tuple[str, int]]) -> list[int]:
    """Make the tax units of units or whole buildings of the register that no tax unit names yet."""
    made: list[int] = []
    with connection.cursor() as cursor:
        for collection, feature in places:
            cursor.execute(queries.sql("take_in_one"), {"collection": collection, "feature": feature})
            made += [pk for (pk,) in cursor.fetchall()]
    standing.look_again(made, on=timezone.localdate())
    return made


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
    "metered": _take_in_metered,
}
