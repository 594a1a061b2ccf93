"""From a record's draft to what followers see of it."""

from collections.abc import Mapping

from cadastre.drafting.plots import Plot, in_force_by_id, proposed_by
from cadastre.follow import Predecessor, Succession, Successor
from cadastre.models import Record


def succession_of(record: Record, rows: Mapping[str, int] | None = None) -> Succession:
    """Return what a record changes; `rows` gives each successor's new parcel once there is one."""
    proposed = proposed_by(record)
    claimed = list(record.claims.filter(is_live=True).values_list("parcel_id", flat=True))
    opened = rows or {}
    return Succession(
        record_id=record.pk,
        record_number=record.number,
        record_kind=record.kind,
        effective_on=record.effective_on,
        ended=tuple(
            Predecessor(plot.pk, plot.number, plot.shape, plot.area_official_m2)
            for plot in in_force_by_id(claimed)
        ),
        opened=tuple(_successor(plot, opened.get(plot.key)) for plot in proposed),
    )


def _successor(plot: Plot, parcel_id: int | None) -> Successor:
    return Successor(
        key=plot.key,
        number=plot.number,
        shape=plot.shape,
        land_use=plot.land_use,
        area_official_m2=plot.area_official_m2,
        parents=plot.parents,
        continues=plot.base,
        restores=plot.restores,
        agreed_shares=plot.agreed_shares,
        parcel_id=parcel_id,
    )
