"""Drawing streets by following the hill: along a contour, or up and down it at an angle."""

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.town.noise import Floats, Noise
from demo.town.terrain import Terrain

STEP_M = 7.0
_MAX_TURN = 0.13  # radians at each step: no bend of a radius under 54 m


class Compass:
    """Which way streets run at any place, in radians, from the hill and a little whim."""

    def __init__(self, terrain: Terrain, whim: Noise) -> None:
        """Follow this terrain; `whim` bends streets off the pure contour."""
        self._terrain, self._whim = terrain, whim

    def along(self, x: Floats, y: Floats) -> Floats:
        """Return the direction of the contour line."""
        east, north = self._terrain.gradient(x, y)
        angle = np.arctan2(north, east) + np.pi / 2
        return np.asarray(angle + 0.55 * self._whim.at(x, y, 420))

    def steepness(self, x: Floats, y: Floats) -> Floats:
        """Return the slope of the land, rise over run."""
        return np.hypot(*self._terrain.gradient(x, y))


def trace(compass: Compass, seeds: Floats, turn: Floats, reach: Floats) -> list[Floats]:
    """Return one line for each seed (n, 2), running both ways from it for `reach` metres.

    `turn` is the angle to the contour at which each line runs (0 along it, pi/2 straight uphill).
    """
    ahead = _walk(compass, seeds, turn, reach, 0.0)
    behind = _walk(compass, seeds, turn, reach, np.pi)
    steps = np.ceil(reach / STEP_M).astype(np.int64)
    return [np.vstack([behind[1 : n + 1, k][::-1], ahead[: n + 1, k]]) for k, n in enumerate(steps)]


def _walk(compass: Compass, seeds: Floats, turn: Floats, reach: Floats, flip: float) -> Floats:
    count = int(np.ceil(reach.max() / STEP_M))
    path = np.empty((count + 1, len(seeds), 2))
    path[0] = seeds
    heading = compass.along(seeds[:, 0], seeds[:, 1]) + turn + flip
    for k in range(count):
        here = path[k]
        wanted = compass.along(here[:, 0], here[:, 1]) + turn + flip
        # A contour has no direction: take the sense that goes on as before.
        bend = (wanted - heading + np.pi / 2) % np.pi - np.pi / 2
        heading = heading + np.clip(bend, -_MAX_TURN, _MAX_TURN)
        path[k + 1] = here + STEP_M * np.column_stack([np.cos(heading), np.sin(heading)])
    return path


def pieces_inside(lines: list[Floats], polygons: NDArray[np.object_], seeds: Floats) -> list[Floats | None]:
    """Return for each line the part that lies inside its polygon and holds its seed, if there is one."""
    shapes = np.array([shapely.LineString(line) for line in lines], dtype=object)
    parts, owner = shapely.get_parts(shapely.intersection(shapes, polygons), return_index=True)
    is_line = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING
    parts, owner = parts[is_line], owner[is_line]
    gap = shapely.distance(parts, shapely.points(seeds[owner]))
    found: list[Floats | None] = [None] * len(lines)
    best = np.full(len(lines), 0.05)
    simple = shapely.get_coordinates
    for part, who, far in zip(shapely.simplify(parts, 0.2), owner, gap, strict=True):
        if far < best[who]:
            best[who], found[who] = far, simple(part)
    return found
