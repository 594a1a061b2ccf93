"""Approval: in one transaction the old rows end, the new ones begin, and everything attached follows."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from cadastre import follow
from cadastre.actions.drafting import release
from cadastre.actions.locking import locked, touch
from cadastre.actions.records import require_other, require_state
from cadastre.checks.drafts import findings_of, outstanding
from cadastre.checks.registry import Moment
from cadastre.errors import ChecksFailed, NoLongerInForce
from cadastre.models import DraftParcel, Lineage, Parcel, Record, RecordEvent, RecordState
from cadastre.succession import succession_of
from core import faults
from core.acting import acting

_COPIED = (
    "basin_id", "quarter", "number", "district_id", "street_id", "land_use", "zone_code", "source_class",
    "area_official_m2", "geom",
)  # fmt: skip


@transaction.atomic
def approve_record(*, record_id: int, version: int, by: User) -> Record:
    """Put a submitted record in force.

    Raises OwnApproval, ChecksFailed, or NoLongerInForce where the land has changed meanwhile; then
    nothing has happened.
    """
    record = locked(record_id, version=version)
    require_state(record, RecordState.SUBMITTED)
    require_other(record, by)
    with acting(by, record=record.number):
        return _put_in_force(record, by)


def _put_in_force(record: Record, by: User) -> Record:
    ended = _lock_parcels(record)
    faults.point("approval.locked")
    wrong = outstanding(record, findings_of(record, Moment.APPROVE))
    if wrong:
        raise ChecksFailed(wrong)
    drafts = list(record.draft_parcels.in_effect().order_by("id"))
    rows = _replace(record, ended, drafts)
    faults.point("approval.replaced")
    follow.carry_out(
        succession_of(record, {f"d{draft.pk}": row.pk for draft, row in rows}), record.choices, by=by
    )
    faults.point("approval.followed")
    release(record)
    record.state, record.decided_by, record.decided_at = RecordState.APPROVED, by, timezone.now()
    touch(record, "state", "decided_by", "decided_at")
    RecordEvent.objects.create(record=record, state=record.state, by=by)
    faults.point("approval.written")
    return record


def _lock_parcels(record: Record) -> list[Parcel]:
    claimed = list(record.claims.filter(is_live=True).values_list("parcel_id", flat=True))
    parcels = list(
        Parcel.objects.select_for_update(of=("self",))
        .filter(pk__in=claimed)
        .order_by("pk")
        .defer("geom", "geom_tile")
    )
    gone = [parcel.number for parcel in parcels if parcel.end_lifespan is not None]
    if gone or len(parcels) != len(claimed):
        raise NoLongerInForce(gone)
    return parcels


def _replace(
    record: Record, ended: list[Parcel], drafts: list[DraftParcel]
) -> list[tuple[DraftParcel, Parcel]]:
    """Retire the old rows, open the new ones, and join them by lineage."""
    now = timezone.now()
    ids = [parcel.pk for parcel in ended]
    Parcel.objects.filter(pk__in=ids).update(end_lifespan=now, closed_by=record)
    made = Parcel.objects.bulk_create(
        Parcel(opened_by=record, begin_lifespan=now, **{name: getattr(draft, name) for name in _COPIED})
        for draft in drafts
    )
    rows = list(zip(drafts, made, strict=True))
    Lineage.objects.bulk_create(
        Lineage(record=record, parent_id=parent, child=parcel, continues=draft.base_id == parent)
        for draft, parcel in rows
        for parent in draft.parents
    )
    return rows
