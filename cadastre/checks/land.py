"""Rules about shapes: valid, in one piece, matching their neighbours, as large as their parents."""

import itertools
from collections.abc import Iterable, Sequence

import shapely
from django.utils.translation import gettext_lazy as _
from shapely.geometry.base import BaseGeometry

from cadastre.checks.registry import Draft, Found, Severity, rule
from cadastre.drafting.plots import Plot
from cadastre.models.parcel import SourceClass
from cadastre.operations.grid import GRID_M
from cadastre.operations.measure import tolerance_m2

# Smaller overlaps are rounding; at this size no survey tells them apart.
SMALLEST_M2 = 1e-3
SMALLEST_REGISTERED_M2 = 0.01
GAP_WIDTH_M = 0.2
# How much a survey class may miss an area: the factor k of max(0.5 m2, k * 0.2 * sqrt(A)).
FACTORS = {
    SourceClass.GNSS: 1.0,
    SourceClass.TRAVERSE: 2.0,
    SourceClass.PHOTO: 4.0,
    SourceClass.DIGITISED: 5.0,
}


def tolerance_of(plot: Plot, area: float) -> float:
    """Return the area difference that a plot's survey class tolerates, in m2."""
    return tolerance_m2(area, FACTORS.get(SourceClass(plot.source_class), 5.0))


def overlaps(firsts: Sequence[Plot], seconds: Sequence[Plot]) -> Iterable[tuple[Plot, Plot, BaseGeometry]]:
    """Yield pairs whose land overlaps, with the overlap."""
    if not firsts or not seconds:
        return
    tree = shapely.STRtree([plot.shape for plot in seconds])
    pairs = tree.query([plot.shape for plot in firsts], predicate="intersects").T
    for a, b in pairs:
        first, second = firsts[a], seconds[b]
        if first.key == second.key:
            continue
        common = first.shape.intersection(second.shape)
        if common.area > SMALLEST_M2:
            yield first, second, common


@rule("valid", _("Valid boundary"), Severity.BLOCKS)
def is_valid(draft: Draft) -> Found:
    """A boundary must not cross itself."""
    for plot in draft.proposed:
        if not plot.shape.is_valid:
            yield (
                plot.key,
                _("The boundary of %(number)s crosses itself.") % {"number": plot.number},
                plot.shape,
                (plot.key,),
            )


@rule("surface", _("Land to register"), Severity.BLOCKS)
def has_surface(draft: Draft) -> Found:
    """Areas are registered in hundredths of a square metre: what has none is no parcel."""
    for plot in draft.proposed:
        if plot.shape.area < SMALLEST_REGISTERED_M2 or plot.area_official_m2 == 0:
            text = _("Parcel %(number)s would have less than 0.01 m² of land.") % {"number": plot.number}
            yield plot.key, text, plot.shape, (plot.key,)


@rule("one-piece", _("Parcel in one piece"), Severity.NEEDS_REASON)
def is_one_piece(draft: Draft) -> Found:
    """A parcel is normally one piece of land."""
    for plot in draft.new:
        count = len(shapely.get_parts(plot.shape))
        if count > 1 and plot.role not in ("moved", "restored"):
            text = _("Parcel %(number)s would lie in %(count)d pieces.") % {
                "number": plot.number,
                "count": count,
            }
            yield plot.key, text, plot.shape, (plot.key,)


@rule("overlap", _("No overlap with land in force"), Severity.BLOCKS)
def does_not_overlap(draft: Draft) -> Found:
    """Proposals may overlap neither land in force nor each other."""
    inside = [pair for pair in overlaps(draft.proposed, draft.proposed) if pair[0].key < pair[1].key]
    for first, second, common in itertools.chain(inside, overlaps(draft.new, draft.around)):
        if _known_before(first, second, draft):
            continue
        text = _("%(first)s and %(second)s overlap by %(area).2f m².") % {
            "first": first.number, "second": second.number, "area": common.area,
        }  # fmt: skip
        yield f"{first.number}×{second.number}", text, common, (first.key, second.key)


def _known_before(first: Plot, second: Plot, draft: Draft) -> bool:
    """Say whether the parents overlapped the same neighbour already, so that this record adds nothing."""
    parents = [plot.shape for plot in draft.ended if plot.pk in first.parents]
    before = sum(parent.intersection(second.shape).area for parent in parents)
    return first.shape.intersection(second.shape).area <= before + SMALLEST_M2


@rule("gap", _("No gap to the neighbours"), Severity.NEEDS_REASON)
def leaves_no_gap(draft: Draft) -> Found:
    """What the parents covered must be covered again, and no sliver may stay beside the neighbours."""
    if draft.is_reversal:
        return
    ended = shapely.union_all([plot.shape for plot in draft.ended])
    lost = shapely.difference(ended, shapely.union_all([plot.shape for plot in draft.proposed]))
    if not lost.is_empty:
        # Where parents overlapped a neighbour, the land is the neighbour's.
        lost = lost.difference(shapely.union_all([plot.shape for plot in draft.around]))
    for part in shapely.get_parts(lost):
        # What is thinner than the last digit of coordinates is their rounding, however long it is.
        if part.area > max(SMALLEST_M2, part.length / 2 * GRID_M):
            yield (
                "lost",
                _("%(area).2f m² of the parents would belong to no parcel.") % {"area": part.area},
                part,
                (),
            )
    fresh = [plot for plot in draft.new if plot.role in ("new", "moved")]
    if fresh:
        every = [*draft.proposed, *draft.around]
        edges = shapely.coverage_invalid_edges([plot.shape for plot in every], gap_width=GAP_WIDTH_M)
        by_key = dict(zip((plot.key for plot in every), edges, strict=True))
        for plot in fresh:
            if by_key[plot.key].length > GAP_WIDTH_M:
                text = _("There is a narrow gap beside %(number)s.") % {"number": plot.number}
                yield plot.key, text, by_key[plot.key], (plot.key,)


@rule("other-draft", _("No other draft on the land"), Severity.BLOCKS)
def no_other_draft(draft: Draft) -> Found:
    """Land that another open record proposes cannot be proposed again."""
    for first, second, common in overlaps(draft.new, [plot for plot in draft.others if plot.role != "noded"]):
        text = _("%(first)s overlaps %(second)s of another open record.") % {
            "first": first.number, "second": second.number,
        }  # fmt: skip
        yield f"{first.number}×{second.key}", text, common, (first.key,)


@rule("area-sum", _("Areas add up"), Severity.BLOCKS)
def areas_add_up(draft: Draft) -> Found:
    """The registered areas that come out of a piece of land equal those that went in, as their survey tolerates."""
    if draft.is_reversal:
        return
    children = [plot for plot in draft.new if plot.parents]
    parents = {parent for plot in children for parent in plot.parents}
    ended = [plot for plot in draft.ended if plot.pk in parents]
    # What touches is one piece: along a boundary that is moved one plot gains what the other loses.
    for land in shapely.get_parts(shapely.union_all([plot.shape for plot in [*ended, *children]])):
        before, after = ([plot for plot in plots if _lies_in(plot, land)] for plots in (ended, children))
        if before and after and all(plot.area_official_m2 is not None for plot in [*before, *after]):
            yield from _unequal(before, after)


def _lies_in(plot: Plot, land: BaseGeometry) -> bool:
    return bool(land.intersects(plot.shape.representative_point()))


def _unequal(before: Sequence[Plot], after: Sequence[Plot]) -> Found:
    went_in, come_out = (
        sum(float(plot.area_official_m2 or 0) for plot in plots) for plots in (before, after)
    )
    allowed = sum(tolerance_of(plot, float(plot.area_official_m2 or 0)) for plot in before)
    if abs(come_out - went_in) > allowed:
        text = _("The registered areas add up to %(after).2f m², but were %(before).2f m² (tolerated: %(allowed).2f).") % {
            "after": come_out, "before": went_in, "allowed": allowed,
        }  # fmt: skip
        yield (
            str(before[0].pk),
            text,
            shapely.union_all([plot.shape for plot in before]),
            tuple(plot.key for plot in after),
        )


@rule("area-official", _("Registered and measured area"), Severity.NEEDS_REASON)
def official_fits_measured(draft: Draft) -> Found:
    """The registered area may differ from the measured one by what the survey class tolerates."""
    for plot in draft.new:
        if plot.area_official_m2 is None or plot.role == "restored":
            continue
        official, measured = float(plot.area_official_m2), plot.shape.area
        allowed = tolerance_of(plot, official)
        if abs(official - measured) > allowed:
            text = _("%(number)s: registered %(official).2f m², measured %(measured).2f m², tolerated ±%(allowed).2f.") % {
                "number": plot.number, "official": official, "measured": measured, "allowed": allowed,
            }  # fmt: skip
            yield plot.number, text, plot.shape, (plot.key,)
