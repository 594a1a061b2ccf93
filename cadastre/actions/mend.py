"""Mending: a finding of the quality queue becomes a draft that closes it, for a person to look at."""

from datetime import date

import shapely
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from shapely.geometry.base import BaseGeometry

from accounts.models import User
from cadastre.actions.drafting import keep_operation
from cadastre.actions.records import open_record
from cadastre.checks.land import tolerance_of
from cadastre.drafting.plots import Plot, surroundings
from cadastre.models import Parcel, QualityFinding, QualityState, Record, RecordKind
from cadastre.models.parcel import SourceClass
from cadastre.operations import Fabric
from cadastre.quality.coverage import GAP_WIDTH_M, Breach
from cadastre.quality.mending import Plan, plan
from core.errors import Conflict, NotFound
from core.text import listed

MENDED = ("overlap", "gap")
# From the best measured to the least.
_RANKS = {code: rank for rank, code in enumerate(SourceClass.values)}


@transaction.atomic
def mend(*, finding_id: int, by: User, on: date) -> Record:
    """Open a record whose draft closes a gap or an overlap; nothing in force changes before its approval.

    The vertices of the parcel that is measured worse (of two alike, the younger) go onto its neighbour's
    boundary. Raises Conflict where that would move a vertex by more than half a metre, change an area by
    more than its survey class tolerates, or leave anything else less well matched than it is.
    """
    finding = QualityFinding.objects.filter(pk=finding_id, state=QualityState.OPEN, rule__in=MENDED).first()
    if finding is None:
        raise NotFound(_("There is no such finding."))
    found = _safe_plan(finding)
    if found is None:
        raise Conflict(
            _("No safe correction can be suggested here."),
            detail=_("It would move a boundary too far, or change another one; decide on the map."),
        )
    note = _("Suggested by the quality queue: parcels %(numbers)s.") % {"numbers": _numbers(finding)}
    record = open_record(kind=RecordKind.CORRECTION, by=by, on=on, note=str(note))
    for kind, arguments in found.steps:
        record, _made = keep_operation(
            record_id=record.pk, version=record.version, kind=kind, arguments=arguments, by=by
        )
    return record


def _safe_plan(finding: QualityFinding) -> Plan | None:
    place = _place(finding)
    plots = surroundings(None, [f"p{pk}" for pk in finding.parcels], [place]).plots
    fabric = Fabric({key: plot.shape for key, plot in plots.items()})
    concerned = [key for key, shape in fabric.items() if shape.distance(place) <= GAP_WIDTH_M]
    for key in _weakest_first(concerned):
        # All that is wrong with the parcel at once, or else this place alone.
        for where in (_everywhere(key, place), place):
            beside = _beside(fabric, key, where)
            if not beside or _weakest_first([key, *beside])[0] != key:
                continue
            breach = Breach(finding.rule, tuple(finding.parcels), finding.measure, where)
            found = plan(fabric, key, beside, breach)
            if found and all(_is_tolerated(plots[one], found.after[one]) for one in fabric):
                return found
    return None


def _place(finding: QualityFinding) -> BaseGeometry:
    return shapely.from_wkb(bytes(finding.place.wkb))


def _everywhere(key: str, place: BaseGeometry) -> BaseGeometry:
    """Return a place with all others where the queue names a parcel."""
    also = QualityFinding.objects.filter(
        parcels__contains=[int(key[1:])], state=QualityState.OPEN, rule__in=MENDED
    )
    return shapely.union_all([place, *(_place(one) for one in also)])


def _beside(fabric: Fabric, key: str, place: BaseGeometry) -> list[str]:
    """Return the other parcels that run along the boundary of one at a place."""
    stretch = place.intersection(fabric[key].boundary.buffer(GAP_WIDTH_M))
    return [other for other in fabric if other != key and fabric[other].distance(stretch) <= GAP_WIDTH_M]


def _weakest_first(keys: list[str]) -> list[str]:
    ids = [int(key[1:]) for key in keys]
    known = Parcel.objects.filter(pk__in=ids).values_list("pk", "source_class", "begin_lifespan")
    ranks = {f"p{pk}": (_RANKS[source], begun, pk) for pk, source, begun in known}
    return sorted(keys, key=lambda key: ranks[key], reverse=True)


def _is_tolerated(plot: Plot, after: BaseGeometry) -> bool:
    return abs(after.area - plot.shape.area) <= tolerance_of(plot, plot.shape.area)


def _numbers(finding: QualityFinding) -> str:
    return listed(
        Parcel.objects.filter(pk__in=finding.parcels).order_by("pk").values_list("number", flat=True)
    )
