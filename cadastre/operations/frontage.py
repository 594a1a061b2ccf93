"""Splitting by frontage: lots of a given width along a street, straight or not."""

import math

import shapely
from django.utils.translation import gettext_lazy as _
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from cadastre.operations.fabric import Change, Fabric, proven
from cadastre.operations.grid import REACH_M
from cadastre.operations.refusals import GeometryRefused
from cadastre.operations.rings import edges_of
from cadastre.operations.split import cut, split_change


def split_by_frontage(
    fabric: Fabric,
    key: str,
    *,
    side: LineString,
    frontage_m: float,
    spread: bool = False,
    bearing_deg: float | None = None,
) -> Change:
    """Split one parcel into lots that each have `frontage_m` metres along `side`, measured along its bends.

    `side` runs with the parcel's land to its left. What is left over becomes the last lot, or is spread
    over all of them. The lots' sides run parallel: at the given bearing, else square to the chord.
    """
    stations = _stations(side.length, frontage_m, spread)
    toward = _direction(side, bearing_deg)
    lines = [_ray(fabric[key], side.interpolate(station), toward) for station in stations]
    noded, faces = cut(fabric, key, lines)
    if len(faces) != len(stations) + 1:
        raise GeometryRefused(
            "lots-cross", _("The lots' sides would cross the street side again; give another bearing.")
        )
    faces.sort(key=lambda face: _first_station(face, side))
    return proven(fabric, split_change(fabric, noded, key, faces))


def _stations(length: float, frontage: float, spread: bool) -> list[float]:
    if not math.isfinite(frontage) or frontage <= 0:
        raise GeometryRefused("frontage", _("The frontage must be above zero."))
    whole = int((length + REACH_M) // frontage)
    if whole < 1 or length - frontage <= REACH_M:
        raise GeometryRefused(
            "side-too-short",
            _("The street side is too short for two lots."),
            detail=_("The side has %(length).2f m.") % {"length": length},
        )
    if whole > 500:
        raise GeometryRefused("frontage", _("The frontage would give more than 500 lots."))
    if spread:
        return [length * n / max(whole, 2) for n in range(1, max(whole, 2))]
    return [frontage * n for n in range(1, whole + 1) if length - frontage * n > REACH_M]


def _direction(side: LineString, bearing_deg: float | None) -> tuple[float, float]:
    (x0, y0), (x1, y1) = side.coords[0], side.coords[-1]
    chord = (x1 - x0, y1 - y0)
    inward = (-chord[1], chord[0])
    if bearing_deg is None:
        size = math.hypot(*inward)
        return (inward[0] / size, inward[1] / size) if size else (0.0, 1.0)
    angle = math.radians(bearing_deg)
    toward = (math.sin(angle), math.cos(angle))
    ahead = toward[0] * inward[0] + toward[1] * inward[1]
    return toward if ahead >= 0 else (-toward[0], -toward[1])


def _ray(shape: BaseGeometry, start: Point, toward: tuple[float, float]) -> LineString:
    """Return the line from a place on the outline through the parcel to where it first meets it again."""
    west, south, east, north = shape.bounds
    reach = math.hypot(east - west, north - south) + 1
    line = LineString([start, (start.x + toward[0] * reach, start.y + toward[1] * reach)])
    meetings = [Point(xy) for xy in shapely.get_coordinates(shape.boundary.intersection(line))]
    ahead = [point for point in meetings if point.distance(start) > 2 * REACH_M]
    if not ahead:
        raise GeometryRefused(
            "leaves-parcel", _("A lot's side would leave the parcel at once."), place=(start.x, start.y)
        )
    return LineString([start, min(ahead, key=start.distance)])


def _first_station(face: BaseGeometry, side: LineString) -> float:
    middles = (LineString(sorted(edge)).interpolate(0.5, normalized=True) for edge in edges_of(face))
    return min(
        (side.project(point) for point in middles if side.distance(point) <= REACH_M), default=math.inf
    )
