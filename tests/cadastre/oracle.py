"""What is wrong with a coverage, found in other ways than the portal's: all pairs, free land, exact edges."""

import itertools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

Edge = frozenset[tuple[float, float]]
WIDTH_M = 0.5
# Below these nobody can tell a defect from rounding, or whether a notch is a gap.
SMALLEST_M2, SHORTEST_M, SURELY_NARROW_M, TOUCHING_M = 1e-4, 1.0, 0.45, 1e-3


@dataclass(frozen=True)
class Gap:
    """A strip of land that no parcel covers, and the parcels that run along it."""

    shape: BaseGeometry
    parcels: tuple[int, ...]


def overlaps(shapes: np.ndarray) -> dict[tuple[int, int], float]:
    """Return every pair of parcels whose interiors meet, with the common area, over all pairs."""
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = first < second
    areas = shapely.area(shapely.intersection(shapes[first[once]], shapes[second[once]]))
    pairs = zip(first[once].tolist(), second[once].tolist(), areas.tolist(), strict=True)
    return {(a, b): area for a, b, area in pairs if area > SMALLEST_M2}


def gaps(shapes: np.ndarray) -> list[Gap]:
    """Return the free land that is too narrow for a disc: pockets, and slots between parcels that do not touch there."""
    frame = shapely.box(*shapely.total_bounds(shapes)).buffer(2)
    free = frame.difference(shapely.union_all(shapes))
    wide = free.buffer(-SURELY_NARROW_M / 2).buffer(SURELY_NARROW_M / 2 + TOUCHING_M)
    strips = [part for part in shapely.get_parts(free.difference(wide)) if part.area > SMALLEST_M2]
    tree, found = shapely.STRtree(shapes), []
    for strip in strips:
        beside = tree.query(strip, predicate="dwithin", distance=TOUCHING_M)
        contact = [strip.boundary.intersection(shapes[n].buffer(TOUCHING_M)).length for n in beside]
        along = [int(n) for n, length in zip(beside, contact, strict=True) if length > SHORTEST_M]
        is_pocket = not strip.intersects(wide)
        apart = [
            (a, b) for a, b in itertools.combinations(sorted(along), 2)
            if is_pocket or shapes[a].intersection(strip.buffer(TOUCHING_M)).distance(shapes[b]) > TOUCHING_M
        ]  # fmt: skip
        if apart:
            found.append(Gap(strip, tuple(sorted({n for pair in apart for n in pair}))))
    return found


def edges_of(shape: BaseGeometry) -> list[Edge]:
    """Return the edges of all rings, without direction."""
    rings = [ring for part in shapely.get_parts(shape) for ring in shapely.get_rings(part)]
    found = (itertools.pairwise(map(tuple, shapely.get_coordinates(ring).tolist())) for ring in rings)
    return [frozenset(pair) for ring in found for pair in ring]


def unmatched_edges(shapes: np.ndarray) -> dict[int, set[Edge]]:
    """Return, parcel by parcel, the edges that no other parcel has from corner to corner."""
    every = [edges_of(shape) for shape in shapes]
    times = Counter(edge for edges in every for edge in edges)
    return {
        n: {edge for edge in edges if times[edge] == 1 and len(edge) == 2} for n, edges in enumerate(every)
    }


def is_named(gap: Gap, found: Mapping[str, Mapping[tuple[int, ...], BaseGeometry]]) -> bool:
    """Say whether the queue names a parcel along a gap, at its place."""
    return any(
        set(key) & set(gap.parcels) and place.distance(gap.shape) <= WIDTH_M
        for rows in found.values()
        for key, place in rows.items()
    )


def is_real(
    pair: tuple[int, ...], place: BaseGeometry, unmatched: Mapping[int, set[Edge]], others: "OthersEdges"
) -> bool:
    """Say whether somewhere in a finding an unmatched edge of one parcel runs beside one of the other."""
    return any(
        edge in unmatched[one] and others.run_along(edge, pair[1 - n])
        for edge in _segments(place)
        for n, one in enumerate(pair)
    )


def _segments(place: BaseGeometry) -> list[Edge]:
    lines = (map(tuple, shapely.get_coordinates(line).tolist()) for line in shapely.get_parts(place))
    return [frozenset(pair) for line in lines for pair in itertools.pairwise(line)]


class OthersEdges:
    """All unmatched edges, by place."""

    def __init__(self, unmatched: Mapping[int, set[Edge]]) -> None:
        pairs = [(parcel, edge) for parcel, edges in unmatched.items() for edge in edges]
        self.owners = np.array([parcel for parcel, _edge in pairs])
        self.lines = np.array([LineString(sorted(edge)) for _parcel, edge in pairs], dtype=object)
        self.tree = shapely.STRtree(self.lines)

    def run_along(self, edge: Edge, other: int) -> bool:
        """Say whether an edge of the other parcel runs within half a metre of one, for more than a corner's width."""
        line = LineString(sorted(edge))
        near = self.tree.query(line, predicate="dwithin", distance=WIDTH_M)
        beside = self.lines[near[self.owners[near] == other]]
        return any(
            line.intersection(one.buffer(WIDTH_M, cap_style="flat")).length
            > min(WIDTH_M, line.length / 2, one.length / 2)
            for one in beside
        )
