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
        """Work the directions out once, on the terrain's own grid."""
        self._terrain = terrain
        rows, columns = terrain.heights.shape
        x, y = np.meshgrid(
            terrain.west + np.arange(columns) * terrain.step, terrain.south + np.arange(rows) * terrain.step
        )
        angle = np.arctan2(terrain.north_slope, terrain.east_slope) + np.pi / 2 + 0.55 * whim.at(x, y, 420)
        # A contour has no sense of direction, so the doubled angle is what can be averaged.
        self._doubled = np.stack([np.cos(2 * angle), np.sin(2 * angle)], axis=-1).reshape(-1, 2)
        self._columns, self._rows = columns, rows

    def along(self, x: Floats, y: Floats) -> Floats:
        """Return the direction of the contour line."""
        terrain = self._terrain
        u = np.minimum(np.maximum((x - terrain.west) / terrain.step, 0.0), self._columns - 1.001)
        v = np.minimum(np.maximum((y - terrain.south) / terrain.step, 0.0), self._rows - 1.001)
        i, j = u.astype(np.int64), v.astype(np.int64)
        du, dv = (u - i)[:, None], (v - j)[:, None]
        at, field = j * self._columns + i, self._doubled
        low = field[at] * (1 - du) + field[at + 1] * du
        high = field[at + self._columns] * (1 - du) + field[at + self._columns + 1] * du
        mean = low * (1 - dv) + high * dv
        return np.asarray(0.5 * np.arctan2(mean[:, 1], mean[:, 0]))

    def steepness(self, x: Floats, y: Floats) -> Floats:
        """Return the slope of the land, rise over run."""
        return np.hypot(*self._terrain.gradient(x, y))


def trace(compass: Compass, seeds: Floats, turn: Floats, reach: Floats) -> list[Floats]:
    """Return one line for each seed (n, 2), running both ways from it for `reach` metres.

    `turn` is the angle to the contour at which each line runs (0 along it, pi/2 straight uphill).
    """
    count = len(seeds)
    heading = compass.along(seeds[:, 0], seeds[:, 1]) + turn
    both = _walk(
        compass,
        np.vstack([seeds, seeds]),
        np.tile(turn, 2),
        np.concatenate([heading, heading + np.pi]),
        reach,
    )
    steps = np.ceil(reach / STEP_M).astype(np.int64)
    return [np.vstack([both[1 : n + 1, count + k][::-1], both[: n + 1, k]]) for k, n in enumerate(steps)]


def _walk(compass: Compass, seeds: Floats, turn: Floats, heading: Floats, reach: Floats) -> Floats:
    count = int(np.ceil(np.max(reach) / STEP_M))
    path = np.empty((count + 1, len(seeds), 2))
    path[0] = here = seeds
    for k in range(count):
        wanted = compass.along(here[:, 0], here[:, 1]) + turn
        # Of the two senses of a contour take the one that goes on as before.
        bend = (wanted - heading + np.pi / 2) % np.pi - np.pi / 2
        heading = heading + np.minimum(np.maximum(bend, -_MAX_TURN), _MAX_TURN)
        path[k + 1, :, 0] = here[:, 0] + STEP_M * np.cos(heading)
        path[k + 1, :, 1] = here[:, 1] + STEP_M * np.sin(heading)
        here = path[k + 1]
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
