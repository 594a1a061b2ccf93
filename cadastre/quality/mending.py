"""How a narrow gap or overlap can be closed: vertices of one parcel go onto its neighbour's boundary.

Only geometry is planned here, as operations that a person could have drawn; whether a plan is safe is
shown by carrying it out on the side and checking the land again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from cadastre.drafting.arguments import Arguments
from cadastre.drafting.commands import command
from cadastre.drafting.plots import Surroundings
from cadastre.operations import Fabric, GeometryRefused
from cadastre.operations.grid import on_grid
from cadastre.quality.coverage import GAP_WIDTH_M, SMALLEST_M2, Breach, breaches

XY = tuple[float, float]
Step = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Plan:
    """Operations that close a gap or an overlap, and the land as it then is."""

    steps: tuple[Step, ...]
    after: Fabric
    farthest_m: float


def plan(fabric: Fabric, key: str, beside: Iterable[str], finding: Breach) -> Plan | None:
    """Return how the boundary of `key` comes to lie on that of its neighbours where a breach is, if it safely can."""
    steady = shapely.union_all([fabric[other].boundary for other in beside])
    near = finding.place.buffer(GAP_WIDTH_M)
    inserted, moves = _onto(fabric[key], steady, near)
    if not moves:
        return None
    steps: list[Step] = [("insert_vertex", {"at": list(foot)}) for foot in inserted]
    steps.append(("move", {"moves": [[list(old), list(new)] for old, new in moves.items()]}))
    try:
        after = carried_out(fabric, steps)
    except GeometryRefused:
        return None
    if not is_better(fabric, after, finding):
        return None
    return Plan(tuple(steps), after, max(Point(old).distance(Point(new)) for old, new in moves.items()))


def _onto(shape: BaseGeometry, steady: BaseGeometry, near: BaseGeometry) -> tuple[list[XY], dict[XY, XY]]:
    """Return vertices to put into a boundary, and where those and the present ones go."""
    corners = [vertex for vertex in _vertices(steady) if near.intersects(Point(vertex))]
    own = set(_vertices(shape))
    moves: dict[XY, XY] = {}
    for vertex in sorted(own - set(corners)):
        if near.intersects(Point(vertex)) and steady.distance(Point(vertex)) <= GAP_WIDTH_M:
            moves[vertex] = _target(vertex, steady, corners)
    inserted = []
    for corner in corners:
        foot = on_grid(shapely.get_coordinates(shapely.shortest_line(shape.boundary, Point(corner)))[0])
        away = Point(foot).distance(Point(corner))
        if corner not in own and corner not in moves.values() and away <= GAP_WIDTH_M and foot not in own:
            inserted.append(foot)
            if foot != corner:
                moves[foot] = corner
    return inserted, {old: new for old, new in moves.items() if old != new}


def _vertices(shape: BaseGeometry) -> list[XY]:
    return sorted({(float(x), float(y)) for x, y in shapely.get_coordinates(shape)})


def _target(vertex: XY, steady: BaseGeometry, corners: list[XY]) -> XY:
    """Return the nearest vertex of the steady boundary within reach, else the nearest place on it."""
    if corners:
        distances = np.hypot(*(np.array(corners) - vertex).T)
        if distances.min() <= GAP_WIDTH_M:
            return corners[int(distances.argmin())]
    return on_grid(shapely.get_coordinates(shapely.shortest_line(steady, Point(vertex)))[0])


def carried_out(fabric: Fabric, steps: Iterable[Step]) -> Fabric:
    """Return the land after the steps."""
    for kind, arguments in steps:
        change = command(kind).run(fabric, Arguments(arguments), Surroundings({}))
        fabric = fabric.after(change)
    return fabric


def is_better(before: Fabric, after: Fabric, finding: Breach) -> bool:
    """Say whether a breach is found no more, and no parcel overlaps or departs from its neighbours more than before."""
    was, now = _overlaps_of(before), _overlaps_of(after)
    apart_before, apart_after = _apart_m(before), _apart_m(after)
    return (
        not any(area > was.get(pair, 0.0) + SMALLEST_M2 for pair, area in now.items())
        and not (apart_after > apart_before + GAP_WIDTH_M).any()
        and not any((one.rule, one.subject) == (finding.rule, finding.subject) for one in _found_in(after))
    )


def _overlaps_of(fabric: Fabric) -> dict[tuple[int, ...], float]:
    return {one.parcels: one.measure for one in _found_in(fabric) if one.rule == "overlap"}


def _apart_m(fabric: Fabric) -> np.ndarray:
    """Return the length of boundary, parcel by parcel, that matches no neighbour, by GEOS."""
    shapes = np.array(list(fabric.values()), dtype=object)
    return np.asarray(shapely.length(shapely.coverage_invalid_edges(shapes, gap_width=GAP_WIDTH_M)))


def _found_in(fabric: Fabric) -> list[Breach]:
    ids = np.array([int(key[1:]) for key in fabric], dtype=np.int64)
    return breaches(ids, np.array(list(fabric.values()), dtype=object))
