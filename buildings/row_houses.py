"""A row of houses that was entered as one building, cut across its longer side into its houses."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy
import shapely
from django.conf import settings
from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import MultiPolygon, Point
from django.db import transaction
from django.utils.translation import gettext as _

from buildings.actions.editing import keep, retire, unfit
from buildings.actions.shaping import place
from buildings.models import Building
from buildings.outlines import to_django
from core.errors import Unprocessable

MOST_PARTS = 40
NARROWEST_M = 1.0
# Widths are read off a tape: what they miss of the row's length up to here belongs to the last house.
_TAPE_M = 0.5
_COPIED = (
    "street_id", "use", "condition", "construction", "floors", "height_m", "year_built",
)  # fmt: skip


@dataclass(frozen=True)
class Axis:
    """The longer side of an outline's smallest rectangle, from its western end, and the way across it."""

    start: Any
    along: Any
    across: Any
    length_m: float

    def at(self, distance_m: float) -> Any:
        """Return the place on the longer side that far from its start."""
        return self.start + self.along * distance_m

    def distance(self, place: Any) -> float:
        """Return how far along the row a place lies, in metres."""
        return float(numpy.dot(numpy.asarray(place) - self.start, self.along))


def axis(shape: MultiPolygon) -> Axis:
    """Return the line along which a row of houses is counted and measured."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(shapely.from_wkb(bytes(shape.wkb))))
    sides = [(corners[n], corners[n + 1] - corners[n], corners[n + 2] - corners[n + 1]) for n in range(3)]
    start, along, across = max(sides[:2], key=lambda side: math.hypot(*side[1]))
    if (round(along[0], 2), -along[1]) < (0, 0):
        start, along = start + along, -along
    length = math.hypot(*along)
    return Axis(start, along / length, across, length)


# Where along a row its houses meet, in metres from the start.
Places = Callable[[Axis], list[float]]


def into_equal(parts: int) -> Places:
    """Cut into houses of one width."""
    if not 2 <= parts <= MOST_PARTS:
        raise unfit("parts", _("Split into 2 to 40 houses."))
    return lambda row: [row.length_m * number / parts for number in range(1, parts)]


def into_widths(widths_m: Sequence[float]) -> Places:
    """Cut into houses of the given widths, in metres from the western end; what is left is one more house."""

    def places(row: Axis) -> list[float]:
        total = math.fsum(widths_m)
        if total > row.length_m + _TAPE_M:
            text = _("The widths add up to %(sum).2f m, and the row is %(length).2f m long.")
            raise unfit("widths_m", text % {"sum": total, "length": row.length_m})
        ends = [math.fsum(widths_m[:number]) for number in range(1, len(widths_m) + 1)]
        return [end for end in ends if end < row.length_m - _TAPE_M]

    if not all(math.isfinite(one) and one >= NARROWEST_M for one in widths_m):
        raise unfit("widths_m", _("Each house is at least 1 m wide."))
    return places


def at_places(points: Sequence[tuple[float, float]], *, srid: int) -> Places:
    """Cut across the row where each of the given points lies along it."""

    def places(row: Axis) -> list[float]:
        try:
            on_grid: list[Any] = [
                Point(*one, srid=srid).transform(settings.GRID_SRID, clone=True) for one in points
            ]
        except GDALException as error:
            raise unfit("cuts", _("This is no place on the map.")) from error
        found = sorted(row.distance(one.coords) for one in on_grid)
        if not all(0 < one < row.length_m for one in found):
            raise unfit("cuts", _("A cut lies beyond the ends of the row."))
        return found

    return places


def cut(shape: MultiPolygon, places: Places) -> tuple[list[MultiPolygon], list[float]]:
    """Return the houses that a row is cut into, from its western end, and their widths in metres."""
    row = axis(shape)
    ends = [0.0, *places(row), row.length_m]
    widths = [after - before for before, after in pairwise(ends)]
    if not 2 <= len(widths) <= MOST_PARTS:
        raise unfit("parts", _("Split into 2 to 40 houses."))
    if min(widths) < NARROWEST_M:
        raise unfit("parts", _("Each house is at least 1 m wide."))
    whole = shapely.from_wkb(bytes(shape.wkb))
    return [_piece(whole, row, before, after) for before, after in pairwise(ends)], widths


def _piece(whole: Any, row: Axis, before: float, after: float) -> MultiPolygon:
    a, b = row.at(before), row.at(after)
    piece = whole.intersection(shapely.Polygon([a, b, b + row.across, a + row.across]))
    areas = [one for one in shapely.get_parts(piece) if one.geom_type == "Polygon" and one.area > 1]
    if not areas:
        raise unfit("parts", _("A part would hold nothing."))
    return to_django(shapely.multipolygons(areas))


@transaction.atomic
def split_building(*, building_id: int, version: int | None, places: Places) -> list[Building]:
    """End a building and enter one for each house of the row, as it was; its units stay with its history.

    Refused while units are entered, since nobody but a person can say into which house each belongs.
    """
    old = retire(Building, building_id, version=version)
    if old.unit_set.filter(end_lifespan=None).exists():
        raise Unprocessable(
            _("This building has units."),
            fields={"parts": _("End its units first, or enter the houses one by one.")},
        )
    old.floor_set.filter(end_lifespan=None).update(end_lifespan=old.end_lifespan)
    old.entrances.filter(end_lifespan=None).update(end_lifespan=old.end_lifespan)
    made = []
    for shape in cut(old.geom, places)[0]:
        house = Building(**{name: getattr(old, name) for name in _COPIED})
        place(house, shape)
        keep(house)
        made.append(house)
    return made
