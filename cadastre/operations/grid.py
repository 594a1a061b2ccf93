"""The survey grid: where new vertices may lie."""

from collections.abc import Iterable

import numpy as np
import shapely
from shapely.geometry import LineString

Point = tuple[float, float]

# A tenth of a millimetre: far below survey accuracy, so that rounding is never seen in an area, and
# coarse enough that doubles hold any national grid's coordinates exactly.
DECIMALS = 4
GRID_M = 10.0**-DECIMALS
# How far a rounded point can lie from the edge that it was computed on.
ON_EDGE_M = 0.75 * GRID_M
# A point given within this distance of a vertex or an edge means that vertex or edge.
REACH_M = 0.002


def on_grid(point: Iterable[float]) -> Point:
    """Return the grid's nearest point to (x, y)."""
    x, y = list(point)[:2]
    return (round(float(x), DECIMALS), round(float(y), DECIMALS))


def line_on_grid(line: LineString) -> LineString:
    """Return the line with its vertices on the grid, without repeated ones."""
    points = np.round(shapely.get_coordinates(line), DECIMALS)
    keep = np.ones(len(points), dtype=bool)
    keep[1:] = np.any(points[1:] != points[:-1], axis=1)
    points = points[keep]
    return LineString(points if len(points) > 1 else np.repeat(points, 2, axis=0))
