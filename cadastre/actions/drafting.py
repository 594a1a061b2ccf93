"""Drawing in a draft: keep an operation, undo, redo.

Two engineers may draw in one record: each save names the version it is based on, the row lock lets one
through at a time, and the other hears 412 with what is there now. A parcel in force is held by one open
record at most, by a unique index, so that of any number of writers exactly one wins.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cadastre.actions.locking import locked, touch
from cadastre.drafting.plots import Plot
from cadastre.drafting.proposal import Proposal, propose
from cadastre.errors import NoLongerInForce, ParcelHeld
from cadastre.models import DraftClaim, DraftOperation, DraftParcel, Parcel, Record
from core.errors import Conflict

_COPIED = (
    "basin_id", "quarter", "number", "district_id", "street_id", "land_use", "zone_code", "source_class",
    "area_official_m2", "role",
)  # fmt: skip


@transaction.atomic
def keep_operation(
    *, record_id: int, version: int, kind: str, arguments: Mapping[str, Any], by: User
) -> tuple[Record, list[DraftParcel]]:
    """Carry out an operation in the draft and log it; what was undone before is dropped for good."""
    record = locked(record_id, version=version, editable=True)
    proposal = propose(record, kind, arguments)
    return record, log_proposal(record, proposal, arguments, by=by)


def log_proposal(
    record: Record, proposal: Proposal, arguments: Mapping[str, Any], *, by: User
) -> list[DraftParcel]:
    """Write a proposal into the draft of a locked record."""
    _forget_undone(record)
    seq = record.cursor + 1
    DraftOperation.objects.create(
        record=record, seq=seq, kind=proposal.kind, arguments=dict(arguments), author=by
    )
    _claim(record, [plot.pk for plot in proposal.removed if plot.is_in_force], seq)
    drafts = [plot.pk for plot in proposal.removed if not plot.is_in_force]
    DraftParcel.objects.filter(record=record, pk__in=drafts).update(ended_by=seq)
    made = DraftParcel.objects.bulk_create(_row(record, plot, seq) for plot in proposal.added)
    record.cursor = seq
    touch(record, "cursor")
    return made


@transaction.atomic
def undo(*, record_id: int, version: int) -> Record:
    """Take back the last operation in effect."""
    record = locked(record_id, version=version, editable=True)
    if record.cursor == 0:
        raise Conflict(_("There is nothing to undo."))
    _move_cursor(record, record.cursor - 1)
    return record


@transaction.atomic
def redo(*, record_id: int, version: int) -> Record:
    """Put the last operation taken back into effect again."""
    record = locked(record_id, version=version, editable=True)
    if not record.operations.filter(seq=record.cursor + 1).exists():
        raise Conflict(_("There is nothing to redo."))
    _move_cursor(record, record.cursor + 1)
    return record


def release(record: Record) -> None:
    """Let go of every parcel that a record holds."""
    record.claims.update(is_live=False)


def _move_cursor(record: Record, to: int) -> None:
    record.claims.filter(made_by__gt=to).update(is_live=False)
    again = record.claims.filter(made_by__lte=to, is_live=False).values_list("parcel_id", flat=True)
    if again:
        _hold(record, list(again), lambda: record.claims.filter(parcel__in=list(again)).update(is_live=True))
    record.cursor = to
    touch(record, "cursor")


def _forget_undone(record: Record) -> None:
    after = record.cursor
    record.draft_parcels.filter(made_by__gt=after).delete()
    record.draft_parcels.filter(ended_by__gt=after).update(ended_by=None)
    record.claims.filter(made_by__gt=after).delete()
    record.operations.filter(seq__gt=after).delete()


def _claim(record: Record, parcels: list[int], seq: int) -> None:
    if not parcels:
        return
    rows = [DraftClaim(record=record, parcel_id=parcel, made_by=seq) for parcel in parcels]
    _hold(record, parcels, lambda: DraftClaim.objects.bulk_create(rows))
    in_force = Parcel.objects.filter(pk__in=parcels).in_force().values_list("pk", flat=True)
    gone = set(parcels) - set(in_force)
    if gone:
        raise NoLongerInForce(list(Parcel.objects.filter(pk__in=gone).values_list("number", flat=True)))


def _hold(record: Record, parcels: list[int], write: Any) -> None:
    """Take parcels for a record, or say who has one of them."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        if "parcel_one_draft" not in str(error):
            raise
        raise held_by_another(parcels, record) from error


def held_by_another(parcels: Iterable[int], record: Record | None) -> Conflict:
    """Return the refusal that names the open record which holds one of the parcels."""
    claim = (
        DraftClaim.objects.filter(parcel__in=list(parcels), is_live=True)
        .filter(~Q(record=record))
        .select_related("parcel", "record__created_by")
        .order_by(F("id"))
        .first()
    )
    if claim is None:
        return Conflict(_("Another open record works on this parcel."))
    return ParcelHeld(
        parcel=claim.parcel.number, record=claim.record.number, holder=claim.record.created_by.display_name
    )


def _row(record: Record, plot: Plot, seq: int) -> DraftParcel:
    return DraftParcel(
        record=record,
        made_by=seq,
        base_id=plot.base,
        restores_id=plot.restores,
        parents=list(plot.parents),
        agreed_shares=list(plot.agreed_shares),
        geom=as_multipolygon(plot.shape),
        **{name: getattr(plot, name) for name in _COPIED},
    )


def as_multipolygon(shape: Any) -> MultiPolygon:
    """Return a shape as the register stores it, coordinate for coordinate."""
    geometry = GEOSGeometry(memoryview(shape.wkb), srid=settings.GRID_SRID)
    if isinstance(geometry, MultiPolygon):
        return geometry
    return MultiPolygon(geometry, srid=settings.GRID_SRID)
