"""The town seen from the air: land, roofs and shadows painted into cells, from the same shapes as the map."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import Affine

from demo.town.noise import Noise
from demo.town.place import CENTRE
from demo.town.tables import Table
from demo.town.terrain import Terrain

Grid32 = NDArray[np.float32]
_WIDEST_M = 3200.0
_MOST_CELLS = 3200
_SUN = (0.62, -0.62)  # a shadow's way over the ground, in metres for each metre of height

_SOIL, _FIELD, _GARDEN, _PARK, _ASPHALT, _STONE, _TRACK, _YARD = range(8)
_COLOURS = np.array([
    (176, 160, 130), (164, 150, 112), (150, 146, 108), (108, 126, 78),
    (122, 120, 118), (186, 176, 158), (188, 170, 136), (172, 164, 150),
], dtype=np.float32)  # fmt: skip
_ROOFS = np.array([
    (214, 208, 196), (196, 190, 180), (228, 222, 210), (182, 176, 168), (206, 196, 178), (170, 104, 82), (158, 160, 164),
], dtype=np.float32)  # fmt: skip


@dataclass
class Picture:
    """Cells of an image, (3, rows, columns), and where they lie."""

    cells: NDArray[np.uint8]
    place: Affine


def paint(
    terrain: Terrain, tables: dict[str, Table], land: shapely.Geometry, rng: np.random.Generator
) -> Picture:
    """Return the town from the air; of a large municipality only the middle."""
    west, south, east, north = _window(land)
    size = max(east - west, north - south)
    cell = max(0.4, round(size / _MOST_CELLS, 2))
    shape = (int((north - south) / cell), int((east - west) / cell))
    place = Affine(cell, 0.0, west, 0.0, -cell, north)
    frame = shapely.box(west, south, east, north)
    cover = _cover(tables, frame, shape, place)
    height = _heights(terrain, shape, place)
    colours = _COLOURS[cover]
    colours *= _light(height, cell)[..., None]
    colours *= _grain(shape, rng)[..., None]
    _terraces(colours, cover, height)
    _trees(colours, cover, place, cell, rng)
    _roofs(colours, tables["footprints"], frame, shape, place, cell)
    return Picture(np.ascontiguousarray(np.clip(colours, 0, 255).astype(np.uint8).transpose(2, 0, 1)), place)


def _window(land: shapely.Geometry) -> tuple[float, float, float, float]:
    west, south, east, north = land.bounds
    if max(east - west, north - south) > _WIDEST_M:
        half = _WIDEST_M / 2
        return CENTRE[0] - half, CENTRE[1] - half, CENTRE[0] + half, CENTRE[1] + half
    return west - 40, south - 40, east + 40, north + 40


def _cover(
    tables: dict[str, Table], frame: shapely.Polygon, shape: tuple[int, int], place: Affine
) -> NDArray[np.uint8]:
    """What covers each cell: soil, field, garden, street."""
    parcels, streets = tables["parcels"], tables["streets"]
    kind = np.full(len(parcels["geom"]), _YARD)
    kind[parcels["land_use"] == "residential"] = _GARDEN
    kind[parcels["land_use"] == "vacant"] = _SOIL
    kind[parcels["land_use"] == "agricultural"] = _FIELD
    kind[np.isin(parcels["land_use"], ["park", "cemetery"])] = _PARK
    kind[parcels["zone_code"] == "OLD"] = _STONE
    paved = np.where(np.isin(streets["street_class"], ["lane", "steps"]), _STONE, _ASPHALT)
    paved = np.where(streets["street_class"] == "track", _TRACK, paved)
    near = shapely.intersects(parcels["geom"], frame)
    on = shapely.intersects(streets["geom"], frame)
    ribbons = shapely.buffer(streets["geom"][on], streets["width_m"][on] / 2 - 0.4, quad_segs=2)
    # Narrow ways first, so that wide streets run through where they meet.
    order = np.argsort(streets["width_m"][on], kind="stable")
    painted = [*zip(parcels["geom"][near], kind[near], strict=True)]
    painted += [(ribbons[k], paved[on][k]) for k in order]
    return np.asarray(rasterize(painted, out_shape=shape, transform=place, fill=_FIELD, dtype="uint8"))


def _heights(terrain: Terrain, shape: tuple[int, int], place: Affine) -> Grid32:
    """The ground's height at each cell."""
    x = place.c + (np.arange(shape[1]) + 0.5) * place.a
    y = place.f + (np.arange(shape[0]) + 0.5) * place.e
    rows, columns = terrain.heights.shape
    u = np.clip((x - terrain.west) / terrain.step, 0, columns - 1.001)
    v = np.clip((y - terrain.south) / terrain.step, 0, rows - 1.001)
    i, j = u.astype(np.int64), v.astype(np.int64)
    du, dv = (u - i).astype(np.float32), (v - j).astype(np.float32)[:, None]
    grid = terrain.heights.astype(np.float32)
    across = grid[:, i] * (1 - du) + grid[:, i + 1] * du
    return np.asarray(across[j] * (1 - dv) + across[j + 1] * dv)


def _light(height: Grid32, cell: float) -> Grid32:
    """How much of the morning sun each slope gets."""
    down, right = np.gradient(height, np.float32(cell))
    return np.asarray(np.clip(1.0 + 0.9 * (right - down) * -0.7, 0.72, 1.25), dtype=np.float32)


def _grain(shape: tuple[int, int], rng: np.random.Generator) -> Grid32:
    """Unevenness of the ground: fine grain over broad patches."""
    fine = rng.standard_normal(shape, dtype=np.float32) * np.float32(0.045)
    noise = Noise(rng)
    y, x = np.mgrid[0 : shape[0] : 8, 0 : shape[1] : 8].astype(np.float64)
    broad = (0.11 * noise.at(x, y, 90.0) + 0.06 * noise.at(x, y, 30.0)).astype(np.float32)
    broad = np.repeat(np.repeat(broad, 8, axis=0), 8, axis=1)[: shape[0], : shape[1]]
    return np.asarray(1 + fine + broad)


def _terraces(colours: Grid32, cover: NDArray[np.uint8], height: Grid32) -> None:
    """Dry stone walls along the contours of the fields."""
    wall = ((height % 3.2) < 0.35) & (cover == _FIELD)
    colours[wall] *= np.float32(0.8)


def _trees(
    colours: Grid32, cover: NDArray[np.uint8], place: Affine, cell: float, rng: np.random.Generator
) -> None:
    """Olive groves in rows on the fields, trees scattered in gardens and parks."""
    rows, columns = cover.shape
    every = max(2, int(8.5 / cell))
    y, x = np.mgrid[0:rows:every, 0:columns:every]
    y = np.clip(y + rng.integers(-every // 3, every // 3 + 1, y.shape), 3, rows - 4).ravel()
    x = np.clip(x + rng.integers(-every // 3, every // 3 + 1, x.shape), 3, columns - 4).ravel()
    odds = np.array([0.06, 0.62, 0.24, 0.6, 0.0, 0.01, 0.0, 0.05])[cover[y, x]]
    here = rng.random(len(y)) < odds
    y, x = y[here], x[here]
    radius = 2.1 / cell
    reach = int(np.ceil(radius))
    green = rng.uniform(0.85, 1.2, len(y)).astype(np.float32)[:, None] * np.array(
        [84, 98, 62], dtype=np.float32
    )
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            if dy * dy + dx * dx <= radius * radius + 0.3:
                yy, xx = np.clip(y + dy, 0, rows - 1), np.clip(x + dx, 0, columns - 1)
                colours[yy, xx] = green * np.float32(0.8 if dy + dx > 0 else 1.08)


def _roofs(
    colours: Grid32,
    buildings: Table,
    frame: shapely.Polygon,
    shape: tuple[int, int],
    place: Affine,
    cell: float,
) -> None:
    """Roofs in the colours of stone and concrete, each with the shadow of its height."""
    near = np.flatnonzero(shapely.intersects(buildings["geom"], frame))
    if not len(near):
        return
    shapes = buildings["geom"][near]
    number = rasterize(
        [(shape_, k + 1) for k, shape_ in enumerate(shapes)],
        out_shape=shape,
        transform=place,
        fill=0,
        dtype="int32",
    )
    tall = np.concatenate([[0.0], buildings["height_m"][near].astype(np.float64)])[number]
    shade = np.zeros(shape, dtype=bool)
    for step in range(1, 1 + int(np.ceil(min(16.0, tall.max()) * _SUN[0] / cell))):
        reached = tall >= step * cell / _SUN[0]
        shade[step:, step:] |= reached[:-step, :-step]
    colours[shade & (number == 0)] *= np.float32(0.62)
    tint = _ROOFS[(np.arange(len(near)) * 7919 + near) % len(_ROOFS)]
    tint = tint * (0.94 + 0.12 * ((near * 31) % 17) / 17)[:, None].astype(np.float32)
    roof = number > 0
    colours[roof] = tint[number[roof] - 1] * (0.9 + 0.1 * (colours[roof].mean(axis=1, keepdims=True) > 120))
