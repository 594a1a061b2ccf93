"""Work on outlines: right angles where they are nearly right."""

import math
from itertools import pairwise
from typing import Any

import shapely
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.utils.translation import gettext_lazy as _

from core.errors import Unprocessable

# An edge within this angle of the building's own directions is turned into them.
NEARLY_DEG = 12.0


def squared(shape: MultiPolygon) -> MultiPolygon:
    """Return an outline whose nearly right angles are right; its area stays within a few per cent.

    Every edge near one of the two directions of the building is laid along it, through its own
    middle; the corners are where neighbouring edges meet.
    """
    parts = [_squared(part) for part in shapely.get_parts(shapely.from_wkb(bytes(shape.wkb)))]
    result: Any = shapely.multipolygons(parts)
    if not result.is_valid or abs(result.area - shape.area) > 0.1 * shape.area:
        raise Unprocessable(
            _("This outline cannot be squared."),
            fields={"geometry": _("Its corners are too far from right angles.")},
        )
    return to_django(result)


def _squared(part: shapely.Polygon) -> shapely.Polygon:
    turn = _direction(part)
    return shapely.Polygon(_ring(part.exterior, turn), [_ring(ring, turn) for ring in part.interiors])


def _direction(part: shapely.Polygon) -> float:
    """Return the building's main direction: the mean of its edges modulo a right angle, by length."""
    east = north = 0.0
    points = list(part.exterior.coords)
    for (ax, ay), (bx, by) in pairwise(points):
        angle = 4 * math.atan2(by - ay, bx - ax)
        length = math.hypot(bx - ax, by - ay)
        east, north = east + length * math.cos(angle), north + length * math.sin(angle)
    return math.atan2(north, east) / 4


def _ring(ring: Any, turn: float) -> list[tuple[float, float]]:
    points = list(ring.coords)
    lines = [_line(a, b, turn) for a, b in pairwise(points) if a != b]
    corners = []
    for number, (point, way) in enumerate(lines):
        before, along = lines[number - 1]
        corners.append(_meeting(before, along, point, way) or points[number])
    return [(round(x, 3), round(y, 3)) for x, y in [*corners, corners[0]]]


def _line(a: Any, b: Any, turn: float) -> tuple[tuple[float, float], float]:
    """Return an edge as a point and a direction, turned to the building's where it nearly is."""
    angle = math.atan2(b[1] - a[1], b[0] - a[0])
    steps = round((angle - turn) / (math.pi / 2))
    ideal = turn + steps * math.pi / 2
    return ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), ideal if abs(angle - ideal) <= math.radians(
        NEARLY_DEG
    ) else angle


def _meeting(p: Any, way: float, q: Any, other: float) -> tuple[float, float] | None:
    """Return where two lines meet; None where they are nearly parallel."""
    cross = math.cos(way) * math.sin(other) - math.sin(way) * math.cos(other)
    if abs(cross) < 0.05:
        return None
    far = ((q[0] - p[0]) * math.sin(other) - (q[1] - p[1]) * math.cos(other)) / cross
    return p[0] + far * math.cos(way), p[1] + far * math.sin(way)


def to_django(shape: Any) -> MultiPolygon:
    """Return an area in the national grid as the models hold it."""
    made: Any = GEOSGeometry(memoryview(shape.wkb), srid=settings.GRID_SRID)
    found: MultiPolygon = made
    return found
