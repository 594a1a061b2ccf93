"""What is written beside a shape on a plan: areas, lengths and bearings."""

import itertools
import math
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from cadastre.operations.rings import parts

XY = tuple[float, float]
M2_PER_DUNUM = 1000.0


@dataclass(frozen=True)
class Edge:
    """One edge of an outline: its ends, length (m) and bearing (degrees clockwise from grid north)."""

    start: XY
    end: XY
    length_m: float
    bearing_deg: float


def edges(shape: BaseGeometry) -> list[Edge]:
    """Return the outline's edges, clockwise as surveyors list them."""
    found = []
    for part in parts(shape):
        ring = [(x, y) for x, y in shapely.get_coordinates(orient(part, -1.0).exterior)]
        for (x0, y0), (x1, y1) in itertools.pairwise(ring):
            bearing = math.degrees(math.atan2(x1 - x0, y1 - y0)) % 360
            found.append(Edge((x0, y0), (x1, y1), math.dist((x0, y0), (x1, y1)), bearing))
    return found


def tolerance_m2(area_m2: float, factor: float) -> float:
    """Return the area difference that a survey class tolerates: max(0.5, k * 0.2 * sqrt(A))."""
    return max(0.5, factor * 0.2 * math.sqrt(max(area_m2, 0.0)))
