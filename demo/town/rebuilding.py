"""What was built over since the register was made: wings torn down, neighbours joined, houses built anew beside."""

import numpy as np
import shapely

from demo.town.rings import Ints
from demo.town.tables import Column, Table

AGREES, SMALLER, JOINED, MOVED = 0, 4, 5, 6
_SHARE = 0.012
# Of the few that have room for it.
_MOVED_SHARE = 0.04
_LARGE_M2 = 90.0
_NEAR_M = 1.2
_CLEAR_M = 0.3
_COMMON = (0.53, 0.64)


def rebuild_some(seen: Table, plots: Column, rng: np.random.Generator) -> Table:
    """Change a few of the footprints that agree with the register; `second` is the other building of two joined."""
    seen["second"] = np.full(len(seen["geom"]), -1, dtype=np.int64)
    _move(seen, plots, rng)
    _tear_down(seen, rng)
    gone = _join(seen, rng)
    kept = np.setdiff1d(np.arange(len(seen["geom"])), gone)
    return {name: column[kept] for name, column in seen.items()}


def _some(able: Ints, rng: np.random.Generator, share: float = _SHARE) -> Ints:
    """Return a few of the rows, at least one if there is one."""
    count = min(len(able), max(1, round(share * len(able))))
    return np.sort(rng.choice(able, count, replace=False)) if count else able


def _agreeing(seen: Table, smallest_m2: float) -> Ints:
    return np.flatnonzero((seen["verdict"] == AGREES) & (shapely.area(seen["geom"]) > smallest_m2))


def _sides(shape: shapely.Polygon) -> tuple[Column, Column]:
    """Return the longer and the shorter side of a shape's smallest rectangle, as vectors."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(shape))
    one, two = corners[1] - corners[0], corners[2] - corners[1]
    return (one, two) if np.hypot(*one) >= np.hypot(*two) else (two, one)


def _shifted(shape: shapely.Polygon, by: Column) -> shapely.Polygon:
    return shapely.transform(shape, lambda points: np.round(points + by, 1))


def _move(seen: Table, plots: Column, rng: np.random.Generator) -> None:
    """Let houses be torn down and built anew beside their old place, where their plot has room for it."""
    tree = shapely.STRtree(seen["geom"])
    places: dict[int, shapely.Polygon] = {}
    for row in _agreeing(seen, 30):
        old, plot = seen["geom"][row], plots[seen["parcel"][row]]
        for side in _sides(old):
            for by in (0.45 * side, -0.45 * side):
                new = _shifted(old, by)
                if not new.is_valid:
                    continue
                near = tree.query(new, predicate="dwithin", distance=_CLEAR_M)
                # Enough in common to be the same house, too little to be the same shape.
                common = shapely.intersection(old, new).area / old.area
                is_free = shapely.contains(plot, new) and set(near.tolist()) <= {int(row)}
                if is_free and _COMMON[0] < common < _COMMON[1]:
                    places.setdefault(int(row), new)
    for row in _some(np.array(sorted(places), dtype=np.int64), rng, _MOVED_SHARE):
        seen["geom"][row], seen["verdict"][row] = places[int(row)], MOVED


def _tear_down(seen: Table, rng: np.random.Generator) -> None:
    """Take a third off the longer end of some of the larger houses."""
    for row in _some(_agreeing(seen, _LARGE_M2), rng):
        old = seen["geom"][row]
        long, _short = _sides(old)
        rest = shapely.intersection(
            old, shapely.transform(shapely.oriented_envelope(old), lambda p, by=long: p + by / 3)
        )
        parts = shapely.get_parts(rest)
        left = shapely.transform(parts[shapely.area(parts).argmax()], lambda p: np.round(p, 1))
        if left.is_valid and 0.55 < left.area / old.area < 0.8:
            seen["geom"][row], seen["verdict"][row] = left, SMALLER


def _join(seen: Table, rng: np.random.Generator) -> Ints:
    """Let pairs of near houses become one each; return the rows that are now part of another."""
    able = _agreeing(seen, 30)
    shapes = seen["geom"][able]
    one, two = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=_NEAR_M)
    pairs = np.stack([able[one], able[two]], axis=1)[one < two]
    gone: list[int] = []
    taken: set[int] = set()
    for pair in pairs[_some(np.arange(len(pairs)), rng)]:
        whole = shapely.union_all(seen["geom"][pair])
        whole = shapely.transform(
            shapely.buffer(shapely.buffer(whole, _NEAR_M, join_style="mitre"), -_NEAR_M, join_style="mitre"),
            lambda p: np.round(p, 1),
        )
        if taken & set(pair.tolist()) or whole.geom_type != "Polygon" or not whole.is_valid:
            continue
        taken |= set(pair.tolist())
        first, second = pair
        seen["geom"][first], seen["verdict"][first] = whole, JOINED
        seen["second"][first] = seen["building"][second]
        gone.append(int(second))
    return np.array(gone, dtype=np.int64)
