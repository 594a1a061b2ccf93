"""Buildings: what stands on each parcel, turned to its street and kept off its boundaries."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.town.noise import Floats
from demo.town.rings import Ints
from demo.town.zones import CORE_ID, FARM_ID, INDUSTRY_ID, INNER_ID, NEW_A_ID, ZONES

Shapes = NDArray[np.object_]
_SHRINK = 0.88
_TRIES = 11
_CAP_M2 = {"res-c": 230.0, "res-b": 330.0, "res-a": 300.0, "ind": 1500.0, "agr": 90.0, "core": 400.0}


@dataclass
class Footprints:
    """Footprints and the parcel that each stands on."""

    shapes: Shapes
    parcel: Ints


def build_on(
    parcels: Shapes,
    zones: Ints,
    bearing: Floats,
    kerb: Floats,
    rng: np.random.Generator,
    *,
    every: bool = False,
) -> Footprints:
    """Return the buildings of ordinary parcels, some left open unless `every` one is wanted.

    `bearing` is the direction of each parcel's street in radians, `kerb` (n, 2) the nearest place on it.
    """
    share = np.array([zone.built for zone in ZONES])[zones]
    wanted = (rng.random(len(parcels)) < share) | every
    core = np.flatnonzero(wanted & (zones == CORE_ID))
    rows = np.flatnonzero(wanted & (zones == INNER_ID) & (rng.random(len(parcels)) < 0.45))
    free = np.setdiff1d(np.flatnonzero(wanted & (zones != CORE_ID)), rows)
    shapes = np.full(len(parcels), shapely.Polygon(), dtype=object)
    shapes[core] = _around_courts(parcels[core], rng)
    shapes[rows] = _in_rows(parcels[rows], bearing[rows], kerb[rows], rng)
    failed = rows[shapely.area(shapes[rows]) < 45]
    free = np.union1d(free, failed)
    shapes[free] = _detached(parcels[free], zones[free], bearing[free], kerb[free], rng)
    annex, annex_parcel = _annexes(parcels, zones, bearing, shapes, rng)
    stands = shapely.area(shapes) > 18
    return Footprints(
        np.concatenate([shapes[stands], annex]),
        np.concatenate([np.flatnonzero(stands), annex_parcel]).astype(np.int64),
    )


def _around_courts(parcels: Shapes, rng: np.random.Generator) -> Shapes:
    """Old town houses: walls on the boundary, a court in the middle of the larger ones."""
    count = len(parcels)
    area = shapely.area(parcels)
    shapes = shapely.buffer(parcels, -rng.uniform(0.06, 0.22, count), join_style="mitre")
    court = shapely.buffer(parcels, -np.sqrt(area) * rng.uniform(0.26, 0.36, count), join_style="mitre")
    court = np.where(shapely.area(court) > 6, court, shapely.Polygon())
    has_court = (area > 95) & (rng.random(count) < 0.55)
    shapes[has_court] = shapely.difference(shapes[has_court], court[has_court])
    yard = ~has_court & (rng.random(count) < 0.3)
    shapes[yard] = _without_yard(shapes[yard], rng)
    return _single(shapes)


def _without_yard(shapes: Shapes, rng: np.random.Generator) -> Shapes:
    """Leave a corner of the plot open."""
    bounds = shapely.bounds(shapes)
    size = np.sqrt(shapely.area(shapes)) * rng.uniform(0.35, 0.5, len(shapes))
    corner = rng.integers(0, 2, (len(shapes), 2))
    x = np.where(corner[:, 0], bounds[:, 0], bounds[:, 2])
    y = np.where(corner[:, 1], bounds[:, 1], bounds[:, 3])
    return np.asarray(shapely.difference(shapes, shapely.box(x - size, y - size, x + size, y + size)))


def _in_rows(parcels: Shapes, bearing: Floats, kerb: Floats, rng: np.random.Generator) -> Shapes:
    """Row houses: from side wall to side wall, a small yard before and a larger one behind."""
    count = len(parcels)
    inward = shapely.get_coordinates(shapely.centroid(parcels)) - kerb
    across = np.column_stack([-np.sin(bearing), np.cos(bearing)])
    across *= np.sign((across * inward).sum(axis=1))[:, None]
    gap = shapely.distance(parcels, shapely.points(kerb))
    front, deep = gap + rng.choice([0.0, 1.2, 2.0], count), rng.uniform(9.5, 13.5, count)
    middle = kerb + across * (front + deep / 2)[:, None]
    strip = _turned_boxes(middle, bearing, np.full(count, 90.0), deep)
    return _single(shapely.intersection(parcels, strip))


def _detached(
    parcels: Shapes, zones: Ints, bearing: Floats, kerb: Floats, rng: np.random.Generator
) -> Shapes:
    """Free-standing buildings of several plans, shrunk until they keep their distance."""
    count = len(parcels)
    zone = [ZONES[k] for k in zones]
    area = shapely.area(parcels)
    cap = np.array([_CAP_M2[z.kind] for z in zone]) * rng.uniform(0.45, 1.0, count)
    target = np.minimum(area * np.array([z.coverage for z in zone]) * rng.uniform(0.7, 1.1, count), cap)
    room = shapely.buffer(parcels, -np.array([z.setback for z in zone]), join_style="mitre")
    tight = shapely.area(room) < 0.3 * area
    room[tight] = shapely.buffer(parcels[tight], -1.2, join_style="mitre")
    middle = shapely.get_coordinates(shapely.centroid(np.where(shapely.is_empty(room), parcels, room)))
    toward = kerb - middle
    far = np.hypot(*toward.T)
    middle = (
        middle + toward / np.maximum(far, 1)[:, None] * (rng.uniform(0, 0.16, count) * np.sqrt(area))[:, None]
    )
    aspect = rng.uniform(0.62, 1.05, count)
    wide, deep = np.sqrt(target / aspect), np.sqrt(target * aspect)
    plans = plan_outlines(count, rng)
    turn = bearing + rng.normal(0, 0.035, count)
    return fit(plans, middle, turn, wide, deep, room)


def fit(
    plans: list[Floats], middle: Floats, turn: Floats, wide: Floats, deep: Floats, room: Shapes
) -> Shapes:
    """Place outlines of the unit square at their middles and shrink each until it is inside its room."""
    shapes = np.full(len(plans), shapely.Polygon(), dtype=object)
    left, scale = np.arange(len(plans)), 1.0
    for _ in range(_TRIES):
        placed = _place(
            [plans[k] for k in left], middle[left], turn[left], wide[left] * scale, deep[left] * scale
        )
        inside = shapely.contains(room[left], placed)
        shapes[left[inside]] = placed[inside]
        left, scale = left[~inside], scale * _SHRINK
        if not len(left):
            break
    return shapes


def plan_outlines(count: int, rng: np.random.Generator) -> list[Floats]:
    """House plans within the unit square around zero: plain, with a corner left out, with a bay, stepped."""
    kind = rng.choice(4, count, p=[0.34, 0.38, 0.18, 0.10])
    a, b = rng.uniform(0.25, 0.5, (2, count))
    flip = rng.choice([-1.0, 1.0], (count, 2))
    outlines = []
    for k, u, v, mirror in zip(kind, a, b, flip, strict=True):
        if k == 0:
            points: list[tuple[float, float]] = [(0, 0), (1, 0), (1, 1), (0, 1)]
        elif k == 1:
            points = [(0, 0), (1, 0), (1, 1 - v), (1 - u, 1 - v), (1 - u, 1), (0, 1)]
        elif k == 2:
            points = [
                (0, 0),
                (1, 0),
                (1, 0.8),
                (0.5 + u / 2, 0.8),
                (0.5 + u / 2, 1),
                (0.5 - u / 2, 1),
                (0.5 - u / 2, 0.8),
                (0, 0.8),
            ]
        else:
            points = [
                (0, 0),
                (1 - u / 2, 0),
                (1 - u / 2, v / 2),
                (1, v / 2),
                (1, 1),
                (u / 2, 1),
                (u / 2, 1 - v / 2),
                (0, 1 - v / 2),
            ]
        outlines.append((np.array(points) - 0.5) * mirror)
    return outlines


def _place(plans: list[Floats], middle: Floats, turn: Floats, wide: Floats, deep: Floats) -> Shapes:
    if not plans:
        return np.empty(0, dtype=object)
    sizes = np.array([len(plan) for plan in plans])
    points = np.vstack(plans)
    owner = np.repeat(np.arange(len(plans)), sizes)
    x, y = points[:, 0] * wide[owner], points[:, 1] * deep[owner]
    cos, sin = np.cos(turn)[owner], np.sin(turn)[owner]
    placed = middle[owner] + np.column_stack([x * cos - y * sin, x * sin + y * cos])
    return np.asarray(shapely.polygons(shapely.linearrings(placed, indices=owner)))


def _turned_boxes(middle: Floats, turn: Floats, wide: Floats, deep: Floats) -> Shapes:
    square = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
    return _place([square] * len(middle), middle, turn, wide, deep)


def _annexes(
    parcels: Shapes, zones: Ints, bearing: Floats, houses: Shapes, rng: np.random.Generator
) -> tuple[Shapes, Ints]:
    """Garages, stores and sheds beside some houses, and second sheds in the industrial area."""
    odds = np.select(
        [zones == NEW_A_ID, zones == INDUSTRY_ID, zones == CORE_ID, zones == FARM_ID], [0.2, 0.5, 0, 0], 0.11
    )
    chosen = np.flatnonzero((rng.random(len(parcels)) < odds) & ~shapely.is_empty(houses))
    works = zones[chosen] == INDUSTRY_ID
    rooms = shapely.difference(
        shapely.buffer(parcels[chosen], -0.8), shapely.buffer(houses[chosen], 2.2, join_style="mitre")
    )
    rooms = _single(rooms)
    middle = shapely.get_coordinates(
        shapely.point_on_surface(np.where(shapely.is_empty(rooms), parcels[chosen], rooms))
    )
    square = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
    size = np.where(works, 26.0, rng.uniform(4.5, 7.0, len(chosen)))
    shapes = fit([square] * len(chosen), middle, bearing[chosen], size * 1.25, size, rooms)
    good = shapely.area(shapes) > 11
    return shapes[good], chosen[good]


def _single(shapes: Shapes) -> Shapes:
    """Keep the largest polygon of each shape."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    area = shapely.area(parts)
    order = np.lexsort((-area, owner))
    kept, first = np.unique(owner[order], return_index=True)
    single = np.full(len(shapes), shapely.Polygon(), dtype=object)
    single[kept] = parts[order][first]
    is_polygon = shapely.get_type_id(single) == shapely.GeometryType.POLYGON
    single[~is_polygon] = shapely.Polygon()
    return single
