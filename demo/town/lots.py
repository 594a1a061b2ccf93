"""Parcels: every block cut into pieces of land that share their vertices and leave no gap."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.town.frontages import cut_into_rows
from demo.town.layout import Layout
from demo.town.noise import Floats
from demo.town.rings import NO_STREET, Ring, cut
from demo.town.zones import CORE_ID, ZONES

MILLIMETRE = 0.001


@dataclass
class Lots:
    """Parcels of a town: shapes, and for each the block that it was cut from."""

    shapes: NDArray[np.object_]
    block: NDArray[np.int64]


def cut_parcels(
    layout: Layout, land: NDArray[np.object_], whole: NDArray[np.bool_], rng: np.random.Generator
) -> Lots:
    """Cut each block's land into parcels; `whole` marks blocks that stay one parcel."""
    shapes: list[shapely.Polygon] = []
    owner: list[int] = []
    for number, block in enumerate(layout.blocks):
        ground = land[number]
        if ground.is_empty or ground.area < 25:
            continue
        parts = [ground] if whole[number] else _cut_block(ground, block.zone, rng)
        shapes += parts
        owner += [number] * len(parts)
    return Lots(np.array(shapes, dtype=object), np.array(owner, dtype=np.int64))


def _cut_block(ground: shapely.Polygon, zone_id: int, rng: np.random.Generator) -> list[shapely.Polygon]:
    zone = ZONES[zone_id]
    if zone_id != CORE_ID:
        depth = zone.depth / min(zone.rows, 2) if zone.rows != 4 else zone.depth / 3.4
        rings = cut_into_rows(ground, rng, depth=depth, frontage=zone.frontage, most_rows=zone.rows + 1)
        if rings is not None:
            parts = shapely.polygons([shapely.linearrings(np.round(ring, 3)) for ring in rings])
            if _is_clean(parts, ground):
                return list(parts)
    target = zone.frontage * zone.depth / 2 if zone_id != CORE_ID else 118.0
    if zone.rows == 4:
        target = 3600.0
    return _halve(ground, target, rng, ragged=zone_id == CORE_ID)


def _is_clean(parts: NDArray[np.object_], ground: shapely.Polygon) -> bool:
    """Whether parts are whole, large enough and fill the ground."""
    area = shapely.area(parts)
    return bool(
        shapely.is_valid(parts).all()
        and area.min() > max(20.0, 0.12 * np.median(area))
        and abs(area.sum() - ground.area) < 0.002 * ground.area + 0.5
        and shapely.coverage_is_valid(parts)
    )


def _halve(
    ground: shapely.Polygon, target: float, rng: np.random.Generator, *, ragged: bool
) -> list[shapely.Polygon]:
    """Cut land again and again across its longer side until no part is much over the target area."""
    ring = np.round(shapely.get_coordinates(ground)[:-1], 3)
    waiting = [Ring(ring, np.full(len(ring), NO_STREET))]
    done: list[Ring] = []
    while waiting:
        piece = waiting.pop()
        size = piece.polygon.area
        if size < target * rng.uniform(1.1, 2.1):
            done.append(piece)
            continue
        line = _crossing(piece, rng, 0.24 if ragged else 0.08)
        if line is None:
            done.append(piece)
            continue
        halves = cut(piece, line, NO_STREET)
        if min(half.polygon.area for half in halves) < 0.3 * target:
            done.append(piece)
        else:
            waiting += halves
    return _share_vertices([piece.polygon for piece in done], ground)


def _crossing(piece: Ring, rng: np.random.Generator, tilt: float) -> Floats | None:
    """A line across the longer side of a piece, a little askew and sometimes with a jog."""
    polygon = piece.polygon
    box = shapely.get_coordinates(shapely.oriented_envelope(polygon))
    if len(box) < 4:
        return None
    one, other = box[1] - box[0], box[2] - box[1]
    short = one if np.hypot(*one) < np.hypot(*other) else other
    angle = np.arctan2(short[1], short[0]) + rng.normal(0, tilt)
    centre = shapely.get_coordinates(polygon.centroid)[0]
    longer = other if short is one else one
    centre = centre + longer * rng.uniform(-0.12, 0.12)
    way = np.array([np.cos(angle), np.sin(angle)]) * (np.hypot(*one) + np.hypot(*other))
    crossing = shapely.intersection(shapely.LineString([centre - way, centre + way]), polygon)
    parts = [p for p in shapely.get_parts(crossing) if p.geom_type == "LineString"]
    return np.round(shapely.get_coordinates(max(parts, key=lambda p: p.length)), 3) if parts else None


def _share_vertices(parts: list[shapely.Polygon], ground: shapely.Polygon) -> list[shapely.Polygon]:
    """Bring parts that only touch to a coverage: every vertex on a common side belongs to both."""
    if len(parts) == 1:
        return parts
    lines = shapely.union_all(shapely.boundary(np.array(parts, dtype=object)), grid_size=MILLIMETRE)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    faces = faces[shapely.area(faces) > 4]
    if (
        len(faces)
        and shapely.coverage_is_valid(faces)
        and abs(shapely.area(faces).sum() - ground.area) < 1 + 0.002 * ground.area
    ):
        return list(faces)
    return [ground]
