"""Vertices and edges of polygons: nodes put into rings, vertices replaced, edges listed."""

import itertools
from collections.abc import Callable, Mapping

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from cadastre.operations.grid import ON_EDGE_M, Point

Vertices = list[Point]


def parts(shape: BaseGeometry) -> list[Polygon]:
    """Return the polygons of a polygon or multipolygon."""
    return [part for part in shapely.get_parts(shape) if not part.is_empty]


def rings_of(shape: BaseGeometry) -> list[Vertices]:
    """Return every ring as its vertices, the first repeated at the end."""
    return [
        [(x, y) for x, y in shapely.get_coordinates(ring)]
        for part in parts(shape)
        for ring in (part.exterior, *part.interiors)
    ]


def edges_of(shape: BaseGeometry) -> set[frozenset[Point]]:
    """Return the boundary as a set of undirected edges."""
    return {frozenset(pair) for ring in rings_of(shape) for pair in itertools.pairwise(ring)}


def rebuilt(shape: BaseGeometry, change: Callable[[Vertices], Vertices]) -> BaseGeometry:
    """Return the shape with each ring passed through `change`; of one part, a polygon."""
    made = [
        Polygon(_ring(part.exterior, change), [_ring(hole, change) for hole in part.interiors])
        for part in parts(shape)
    ]
    return made[0] if len(made) == 1 else MultiPolygon(made)


def _ring(ring: BaseGeometry, change: Callable[[Vertices], Vertices]) -> Vertices:
    return change([(x, y) for x, y in shapely.get_coordinates(ring)])


def with_nodes(shape: BaseGeometry, nodes: np.ndarray, *, within_m: float = ON_EDGE_M) -> BaseGeometry:
    """Return the shape with each of the (n, 2) `nodes` put into the edges that run through it.

    A shape that gains nothing is returned as it is, so that identity says "untouched".
    """
    if not len(nodes):
        return shape
    boundary = shape.boundary
    near = nodes[shapely.dwithin(boundary, shapely.points(nodes), within_m)]
    known = set(map(tuple, shapely.get_coordinates(shape)))
    wanted = [point for point in dict.fromkeys(map(tuple, near.tolist())) if point not in known]
    if not wanted:
        return shape
    return rebuilt(shape, lambda ring: _noded(ring, np.asarray(wanted), within_m))


def _noded(ring: Vertices, nodes: np.ndarray, within_m: float) -> Vertices:
    coordinates = np.asarray(ring)
    starts, ends = coordinates[:-1], coordinates[1:]
    direction = ends - starts
    length2 = np.maximum((direction**2).sum(axis=1), 1e-30)
    # One row for each node, one column for each edge.
    along = ((nodes[:, None, :] - starts[None]) * direction[None]).sum(axis=2) / length2
    foot = starts[None] + np.clip(along, 0, 1)[:, :, None] * direction[None]
    distance = np.hypot(*np.moveaxis(nodes[:, None, :] - foot, 2, 0))
    on = (distance <= within_m) & (along > 0) & (along < 1)
    result: Vertices = []
    for edge, start in enumerate(ring[:-1]):
        result.append(start)
        hits = np.flatnonzero(on[:, edge])
        result.extend(tuple(nodes[hit]) for hit in hits[np.argsort(along[hits, edge])])
    return [*result, result[0]]


def replaced(shape: BaseGeometry, moves: Mapping[Point, Point | None]) -> BaseGeometry:
    """Return the shape with vertices moved, or removed where the new place is None.

    Raises ValueError when a ring keeps fewer than three vertices.
    """

    def change(ring: Vertices) -> Vertices:
        kept: Vertices = []
        for vertex in ring[:-1]:
            new = moves.get(vertex, vertex)
            if new is not None and (not kept or kept[-1] != new):
                kept.append(new)
        while len(kept) > 1 and kept[0] == kept[-1]:
            kept.pop()
        if len(kept) < 3:
            raise ValueError("a ring needs three vertices")
        return [*kept, kept[0]]

    return rebuilt(shape, change)
