"""Gaps and overlaps among parcels in force, by GEOS's coverage functions.

GEOS says which parcels do not match their neighbours; only those few are then looked at in pairs, so
that the whole costs little more than the validation itself.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from django.db import connection
from shapely.geometry.base import BaseGeometry

GAP_WIDTH_M = 0.5
SMALLEST_M2 = 1e-4
# Inside a parcel, as seen from its boundary: above rounding, below any width.
INSIDE_M = 1e-3


@dataclass(frozen=True)
class Breach:
    """One defect: its rule, the parcels concerned, its size (m2, or m of boundary) and place."""

    rule: str
    parcels: tuple[int, ...]
    measure: float
    place: BaseGeometry

    @property
    def subject(self) -> str:
        """Return what names the breach from one check to the next."""
        return "×".join(str(parcel) for parcel in self.parcels)


def read_coverage() -> tuple[np.ndarray, np.ndarray]:
    """Return ids and shapes of all parcels in force; their boundaries come as one run of bytes, which is cut here."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT array_agg(id), array_agg(length(wkb)), string_agg(wkb, ''::bytea)
            FROM (SELECT id, ST_AsBinary(geom) AS wkb FROM cadastre_parcel WHERE end_lifespan IS NULL) parcel"""
        )
        ids, lengths, run = cursor.fetchone()
    if ids is None:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=object)
    ends = list(itertools.accumulate(lengths, initial=0))
    whole = bytes(run)
    return np.asarray(ids, dtype=np.int64), shapely.from_wkb(
        [whole[a:b] for a, b in itertools.pairwise(ends)]
    )


def breaches(ids: np.ndarray, shapes: np.ndarray, *, gap_width_m: float = GAP_WIDTH_M) -> list[Breach]:
    """Return every place where neighbours do not match: overlaps in pairs, and what else GEOS names."""
    if not len(ids):
        return []
    edges = shapely.coverage_invalid_edges(shapes, gap_width=gap_width_m)
    wrong = np.flatnonzero(shapely.length(edges) > 0)
    overlaps = list(_overlaps(ids, shapes, wrong))
    places: dict[int, list[BaseGeometry]] = {}
    for overlap in overlaps:
        for parcel in overlap.parcels:
            places.setdefault(parcel, []).append(overlap.place)
    return [*overlaps, *_mismatches(ids, shapes, edges, wrong, places, gap_width_m)]


def _overlaps(ids: np.ndarray, shapes: np.ndarray, wrong: np.ndarray) -> Iterator[Breach]:
    suspects = shapes[wrong]
    first, second = shapely.STRtree(suspects).query(suspects, predicate="intersects")
    pairs = first < second
    first, second = first[pairs], second[pairs]
    common = shapely.intersection(suspects[first], suspects[second])
    for n in np.flatnonzero(shapely.area(common) > SMALLEST_M2):
        parcels = tuple(sorted((int(ids[wrong[first[n]]]), int(ids[wrong[second[n]]]))))
        yield Breach("overlap", parcels, float(common[n].area), _polygons(common[n]))


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    """Return the areas of an intersection, without the lines and points where neighbours merely touch."""
    return shapely.union_all([part for part in shapely.get_parts(shape) if part.area > 0])


def _mismatches(
    ids: np.ndarray,
    shapes: np.ndarray,
    edges: np.ndarray,
    wrong: np.ndarray,
    overlaps: dict[int, list[BaseGeometry]],
    width: float,
) -> Iterator[Breach]:
    """Yield the pairs that do not match and do not overlap there: also on the other side of one that does."""
    starts, ends, owners, others = _faced(shapes[wrong], edges[wrong], width)
    segments = shapely.linestrings(np.stack([starts, ends], axis=1))
    sides: dict[tuple[int, int], dict[int, list[BaseGeometry]]] = {}
    for segment, owner, other in zip(segments, ids[wrong[owners]], ids[wrong[others]], strict=True):
        if not any(place.distance(segment) <= width for place in overlaps.get(int(owner), ())):
            pair = (int(min(owner, other)), int(max(owner, other)))
            sides.setdefault(pair, {}).setdefault(int(owner), []).append(segment)
    for pair, both in sides.items():
        longest = max(float(shapely.length(side).sum()) for side in both.values())
        yield Breach(
            "gap", pair, longest, shapely.MultiLineString([one for side in both.values() for one in side])
        )


def _faced(
    shapes: np.ndarray, edges: np.ndarray, width: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return starts, ends and owners of doubtful segments with another parcel close outside them, and that parcel.

    GEOS also names edges that are near a neighbour across the parcel's own land, where it runs out in a
    narrow tip: there is nothing wrong with those.
    """
    starts, ends, owners = _segments(edges)
    along = ends - starts
    aside = np.stack([-along[:, 1], along[:, 0]], axis=1) / np.hypot(*along.T)[:, None]
    middle = shapely.points((starts + ends) / 2 + aside * INSIDE_M)
    aside *= np.where(shapely.contains_properly(shapes[owners], middle), -width, width)[:, None]
    strips = shapely.polygons(np.stack([starts, ends, ends + aside, starts + aside], axis=1))
    place, other = shapely.STRtree(shapes).query(strips, predicate="intersects")
    place, other = place[owners[place] != other], other[owners[place] != other]
    close = shapely.area(shapely.intersection(strips[place], shapes[other])) > SMALLEST_M2
    place, other = place[close], other[close]
    return starts[place], ends[place], owners[place], other


def _segments(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return starts and ends of all segments of some lines, and which line each is of."""
    lines, owners = shapely.get_parts(edges, return_index=True)
    corners, line = shapely.get_coordinates(lines, return_index=True)
    same = line[1:] == line[:-1]
    return corners[:-1][same], corners[1:][same], owners[line[:-1][same]]
