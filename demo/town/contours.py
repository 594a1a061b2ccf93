"""Contour lines of the terrain, by marching through its squares."""

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.town.noise import Floats
from demo.town.terrain import Terrain

_MOST_CELLS = 620


def contour_lines(
    terrain: Terrain, land: shapely.Geometry, interval_m: float
) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """Return heights in metres and lines, over the given land."""
    x, y, heights = _window(terrain, land)
    levels: list[int] = []
    lines: list[shapely.LineString] = []
    shapely.prepare(land)
    lowest = np.ceil(np.min(heights) / interval_m) * interval_m
    for level in np.arange(lowest, np.max(heights), interval_m):
        segments = _segments(x, y, heights, level + 1e-6)
        if not len(segments):
            continue
        merged = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(segments)))
        kept = shapely.get_parts(shapely.intersection(shapely.simplify(merged, 0.35), land))
        kept = kept[
            (shapely.get_type_id(kept) == shapely.GeometryType.LINESTRING) & (shapely.length(kept) > 25)
        ]
        lines += kept.tolist()
        levels += [round(float(level))] * len(kept)
    shapes = np.empty(len(lines), dtype=object)
    shapes[:] = lines
    return np.array(levels, dtype=np.int64), shapely.transform(shapes, lambda points: np.round(points, 2))


def _window(terrain: Terrain, land: shapely.Geometry) -> tuple[Floats, Floats, Floats]:
    """The part of the terrain under some land, thinned where there is very much of it."""
    west, south, east, north = land.bounds
    rows, columns = terrain.heights.shape
    low_i, high_i = (
        int(np.clip((edge - terrain.west) / terrain.step, 0, columns - 1)) for edge in (west, east)
    )
    low_j, high_j = (
        int(np.clip((edge - terrain.south) / terrain.step, 0, rows - 1)) for edge in (south, north)
    )
    every = max(1, max(high_i - low_i, high_j - low_j) // _MOST_CELLS)
    i, j = np.arange(low_i, high_i + 1, every), np.arange(low_j, high_j + 1, every)
    x, y = (
        np.asarray(edge + k * terrain.step, dtype=np.float64)
        for edge, k in ((terrain.west, i), (terrain.south, j))
    )
    return x, y, terrain.heights[np.ix_(j, i)]


def _segments(x: Floats, y: Floats, heights: Floats, level: float) -> Floats:
    """The pieces of one contour line, (n, 2, 2): in each square between the sides that it crosses."""
    above = heights > level
    across = above[:, 1:] != above[:, :-1]
    upwards = above[1:, :] != above[:-1, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        part_x = (level - heights[:, :-1]) / (heights[:, 1:] - heights[:, :-1])
        part_y = (level - heights[:-1, :]) / (heights[1:, :] - heights[:-1, :])
    on_row = np.stack(
        [x[None, :-1] + part_x * np.diff(x)[None, :], np.broadcast_to(y[:, None], part_x.shape)], axis=-1
    )
    on_column = np.stack(
        [np.broadcast_to(x[None, :], part_y.shape), y[:-1, None] + part_y * np.diff(y)[:, None]], axis=-1
    )
    # The sides of each square: south, east, north, west.
    crossed = np.stack([across[:-1, :], upwards[:, 1:], across[1:, :], upwards[:, :-1]], axis=-1)
    j, i = np.nonzero(crossed.any(axis=-1))
    sides = crossed[j, i]
    places = np.stack([on_row[j, i], on_column[j, i + 1], on_row[j + 1, i], on_column[j, i]], axis=1)
    two = sides.sum(axis=1) == 2
    order = np.argsort(~sides[two], axis=1, kind="stable")[:, :2]
    plain = np.take_along_axis(places[two], order[:, :, None], axis=1)
    saddle = places[~two]
    return np.concatenate([plain, saddle[:, [0, 1]], saddle[:, [2, 3]]])
