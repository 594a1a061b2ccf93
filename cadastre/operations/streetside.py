"""Where a parcel meets the street: the edges that no other parcel shares."""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence

import shapely
from django.utils.translation import gettext_lazy as _
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from cadastre.operations.fabric import Fabric
from cadastre.operations.grid import REACH_M
from cadastre.operations.refusals import GeometryRefused
from cadastre.operations.rings import edges_of, parts, rings_of

XY = tuple[float, float]
Edge = tuple[XY, XY]
CORNER_DEG = 45.0
# A corner may be rounded or cut off: the turn then spreads over at most this length.
ROUNDING_M = 8.0


def street_sides(fabric: Fabric, key: str, roads: Iterable[str] = ()) -> list[LineString]:
    """Return the sides of a parcel that face a street, its land to the left, longest first.

    An edge faces a street when it is shared with no parcel, or with a parcel that is a road. A side
    follows the street's bends and ends at a corner, where the outline turns by 45 degrees or more, be it
    sharp or rounded; a rounded corner belongs half to each side.
    """
    return sorted(
        (side for side, is_free in _sides(fabric, key, roads) if is_free), key=lambda side: -side.length
    )


def _sides(fabric: Fabric, key: str, roads: Iterable[str]) -> list[tuple[LineString, bool]]:
    """Return all sides of a parcel, its land to the left, each with whether it faces a street."""
    road_keys = set(roads)
    near = [
        k for k, other in fabric.items() if k != key and k not in road_keys and other.intersects(fabric[key])
    ]
    shared = set().union(*(edges_of(fabric[k]) for k in near)) if near else set()
    return [run for part in parts(fabric[key]) for run in _runs(_outline(part), shared)]


def _outline(part: BaseGeometry) -> list[XY]:
    return rings_of(orient(part))[0]


def _runs(ring: list[XY], shared: set[frozenset[XY]]) -> list[tuple[LineString, bool]]:
    edges = list(itertools.pairwise(ring))
    free = [frozenset(edge) not in shared for edge in edges]
    corners = _corners(edges)
    ends = [free[n] != free[n - 1] or n in corners for n in range(len(edges))]
    if not any(ends):
        return [(LineString(ring), free[0])]
    # Begin where a side begins, so that none is broken by the ring's seam.
    first = ends.index(True)
    sides: list[tuple[list[XY], bool]] = []
    for n in (*range(first, len(edges)), *range(first)):
        if ends[n]:
            sides.append(([edges[n][0]], free[n]))
        sides[-1][0].append(edges[n][1])
    return [(LineString(side), is_free) for side, is_free in sides]


def _corners(edges: list[Edge]) -> set[int]:
    """Return the edges that begin at a corner, or in the middle of a rounded one."""
    size = len(edges)
    lengths = [math.dist(*edge) for edge in edges]
    turns = [_turn(edges[n - 1], edges[n]) for n in range(size)]
    # Begin after the longest edge, so that no rounding is broken by the ring's seam.
    first = lengths.index(max(lengths)) + 1
    order = [n % size for n in range(first, first + size)]
    found, at = set(), 0
    while at < size:
        window = _rounding(order[at:], lengths, turns)
        if abs(sum(turns[n] for n in window)) >= CORNER_DEG:
            found.add(_middle(window, turns))
            at += len(window)
        else:
            at += 1
    return found


def _rounding(order: list[int], lengths: list[float], turns: list[float]) -> list[int]:
    """Return the vertices from the first on that turn the same way within the length of a rounding."""
    window, run = [order[0]], 0.0
    for before, n in itertools.pairwise(order):
        run += lengths[before]
        if run > ROUNDING_M or turns[n] * turns[order[0]] <= 0:
            break
        window.append(n)
    return window


def _middle(window: list[int], turns: list[float]) -> int:
    """Return the vertex at which half of the turn is made."""
    half, turned = abs(sum(turns[n] for n in window)) / 2, 0.0
    for n in window:
        turned += abs(turns[n])
        if turned >= half - 1e-9:
            return n
    return window[-1]


def _turn(before: Edge, after: Edge) -> float:
    """Return by how many degrees the outline turns between two edges, to the left above zero."""
    (ax, ay), (bx, by) = ((edge[1][0] - edge[0][0], edge[1][1] - edge[0][1]) for edge in (before, after))
    return math.degrees(math.atan2(ax * by - ay * bx, ax * bx + ay * by))


def chosen_side(
    fabric: Fabric, key: str, *, near: XY | None, between: tuple[XY, XY] | None, roads: Iterable[str] = ()
) -> LineString:
    """Return the side of a parcel that is meant, with the parcel's land to its left.

    That is the outline between two of its vertices where `between` gives them (the shorter way
    round), else the side nearest to `near`, on a street or not, else the longest street side.
    """
    if between is not None:
        return _between(fabric[key], between)
    if near is not None:
        return min((side for side, _is_free in _sides(fabric, key, roads)), key=_gap(near))
    sides = street_sides(fabric, key, roads)
    if not sides:
        raise GeometryRefused("no-street", _("The parcel touches no street; choose one of its edges."))
    return sides[0]


def sides_along(
    fabric: Fabric, keys: Sequence[str], *, near: XY, roads: Iterable[str] = ()
) -> dict[str, LineString]:
    """Return the side nearest to a place, and of every further parcel the side that runs on from it.

    A parcel that does not adjoin gives its own side nearest to the place.
    """
    roads = tuple(roads)
    left = {key: [side for side, _is_free in _sides(fabric, key, roads)] for key in keys}
    found: dict[str, LineString] = {}
    while left:
        on = {key: [side for side in left[key] if _runs_on(side, found.values())] for key in left}
        key = min(left, key=lambda one: (not on[one], min(map(_gap(near), left[one]))))
        found[key] = min(on[key] or left[key], key=_gap(near))
        del left[key]
    return {key: found[key] for key in keys}


def _runs_on(side: LineString, found: Iterable[LineString]) -> bool:
    """Say whether a side continues one that was found: it begins where that ends, or ends where it begins."""
    start, end = side.coords[0], side.coords[-1]
    return any(start == one.coords[-1] or end == one.coords[0] for one in found)


def _gap(near: XY) -> Callable[[LineString], float]:
    return lambda side: float(side.distance(Point(near)))


def _between(shape: BaseGeometry, ends: tuple[XY, XY]) -> LineString:
    for part in parts(shape):
        ring = _outline(part)[:-1]
        start, end = (_index(ring, place) for place in ends)
        if start is not None and end is not None and start != end:
            ways = [_way(ring, start, end), _way(ring, end, start)]
            return min(ways, key=lambda way: way.length)
    raise GeometryRefused("not-a-side", _("The two places are not vertices of one outline."), place=ends[0])


def _index(ring: list[XY], xy: XY) -> int | None:
    gaps = [max(abs(x - xy[0]), abs(y - xy[1])) for x, y in ring]
    best = min(range(len(ring)), key=gaps.__getitem__)
    return best if gaps[best] <= REACH_M else None


def _way(ring: list[XY], start: int, end: int) -> LineString:
    turned = ring[start:] + ring[:start]
    return LineString(turned[: (end - start) % len(ring) + 1])


def frontage_m(shape: BaseGeometry, side: LineString) -> float:
    """Return how much of a side (as it was before nodes were added) bounds the shape, in metres."""
    edges = [LineString(sorted(edge)) for edge in edges_of(shape)]
    middles = shapely.line_interpolate_point(edges, 0.5, normalized=True)
    return float(shapely.length(edges)[shapely.dwithin(side, middles, REACH_M)].sum())
