"""Judging a batch of geometries: kept as it is, repaired with the reason, or refused with the reason."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

MAX_VERTICES = 1_000_000
# shapely's type ids: which of them belong to each dimension; -1 (missing) belongs to none.
POINTS, LINES, AREAS = frozenset((0, 4)), frozenset((1, 2, 5)), frozenset((3, 6))
_KIND = np.array([0, 1, 1, 2, 0, 1, 2, 3, -1])  # by type id; 3 = mixed collection, -1 = missing


@dataclass
class Judged:
    """A batch after judging: geometries to keep, which rows, and what happened to which."""

    shapes: Any
    keep: Any
    changed: Any
    repaired: list[tuple[int, str]] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    flattened: int = 0
    placeless: int = 0


def judge(wkb: Any, bounds: tuple[float, float, float, float] | None) -> Judged:
    """Judge geometries given as WKB (None where a row has none).

    `bounds` (west, south, east, north in the file's own coordinates) is where the coordinate
    reference system may be used; what lies outside is refused. Repairs keep the dimension: an
    area stays an area (shapely's make_valid, parts of lower dimension are let go). A row without
    a place is kept, without a place.
    """
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    judged = Judged(shapes, np.ones(len(shapes), bool), np.zeros(len(shapes), bool))
    _settle_missing(judged, wkb)
    _flatten(judged)
    _refuse_coordinates(judged, bounds)
    _refuse_lines_without_length(judged)
    _repair(judged)
    _refuse_areas_without_surface(judged)
    return judged


def _refuse(judged: Judged, rows: Any, reason: str) -> None:
    rows = rows & judged.keep
    judged.keep &= ~rows
    judged.refused += [(int(row), reason) for row in np.flatnonzero(rows)]


def _settle_missing(judged: Judged, wkb: Any) -> None:
    missing = shapely.is_missing(judged.shapes)
    for row in np.flatnonzero(missing):
        if wkb[row] is not None:
            _mend_unreadable(judged, int(row), wkb[row])
    empty = shapely.is_empty(judged.shapes)
    if empty.any():
        judged.shapes[empty] = None
        judged.changed |= empty
    judged.placeless = int((shapely.is_missing(judged.shapes) & judged.keep).sum())
    _refuse(judged, shapely.get_num_coordinates(judged.shapes) > MAX_VERTICES, "geometry_too_large")


def _mend_unreadable(judged: Judged, row: int, wkb: bytes) -> None:
    """Read once more what GEOS would not take, closing open rings (`on_invalid="fix"`)."""
    try:
        shape = shapely.from_wkb(wkb, on_invalid="fix")
    except (shapely.errors.GEOSException, ValueError):
        shape = None
    if shape is None or shape.is_empty:
        judged.keep[row] = False
        judged.refused.append((row, "geometry_unreadable"))
        return
    judged.shapes[row] = shape
    judged.changed[row] = True
    judged.repaired.append((row, "Ring is not closed"))


def _flatten(judged: Judged) -> None:
    deep = shapely.has_z(judged.shapes) & judged.keep
    if deep.any():
        judged.flattened = int(deep.sum())
        judged.shapes[deep] = shapely.force_2d(judged.shapes[deep])
        judged.changed |= deep


def _refuse_coordinates(judged: Judged, bounds: tuple[float, float, float, float] | None) -> None:
    box = shapely.bounds(judged.shapes)
    finite = np.isfinite(box).all(axis=1) | shapely.is_missing(judged.shapes)
    if not finite[judged.keep].all():
        _refuse(judged, ~finite, "coordinates_not_numbers")
    if bounds is not None:
        west, south, east, north = bounds
        outside = (box[:, 0] < west) | (box[:, 1] < south) | (box[:, 2] > east) | (box[:, 3] > north)
        _refuse(judged, outside, "outside_grid")


def _repair(judged: Judged) -> None:
    invalid = judged.keep & ~shapely.is_valid(judged.shapes) & ~shapely.is_missing(judged.shapes)
    for row in np.flatnonzero(invalid):
        shape = judged.shapes[row]
        reason = shapely.is_valid_reason(shape).partition("[")[0].strip()
        mended = _of_kind(shapely.make_valid(shape), int(_KIND[shapely.get_type_id(shape)]))
        if mended is None:
            _refuse(judged, np.arange(len(judged.keep)) == row, "geometry_collapsed")
            continue
        judged.shapes[row] = mended
        judged.changed[row] = True
        judged.repaired.append((int(row), reason))


def _of_kind(shape: Any, kind: int) -> Any:
    """Return the parts of that dimension as one geometry, None when nothing is left."""
    if kind == 3 or int(_KIND[shapely.get_type_id(shape)]) == kind:
        return None if shape.is_empty else shape
    parts = [part for part in shapely.get_parts(shape) if int(_KIND[shapely.get_type_id(part)]) == kind]
    singles = [single for part in parts for single in shapely.get_parts(part)]
    if not singles:
        return None
    if len(singles) == 1:
        return singles[0]
    return (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)[kind](singles)


def _refuse_lines_without_length(judged: Judged) -> None:
    kinds = _KIND[shapely.get_type_id(judged.shapes)]
    _refuse(judged, (kinds == 1) & (shapely.length(judged.shapes) == 0), "line_without_length")


def _refuse_areas_without_surface(judged: Judged) -> None:
    kinds = _KIND[shapely.get_type_id(judged.shapes)]
    _refuse(judged, (kinds == 2) & (shapely.area(judged.shapes) == 0), "area_without_surface")
