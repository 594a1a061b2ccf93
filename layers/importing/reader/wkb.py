"""Coordinates in a column of well-known binary, moved where they stand: no geometry object is made for a row.

The format: OGC 06-103r4, clause 8.2. A run is a point, a line or a ring: its coordinates follow each other.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_POINT, _AREA, _MULTI, _MIXED = 1, 3, 4, 7
_XY = 16  # bytes of a position
_NO_RING, _EXTERIOR, _HOLE = 0, 1, 2


def moved(column: pa.Array, move: Callable[[Any], Any]) -> pa.Array:
    """Return the geometries (large binary, 2D, read before by GEOS) with their positions as `move` returns them.

    `move` gets positions (n × 2). Areas come with exterior rings clockwise and holes the other way, as tiles
    have them. Raises ValueError for what is not plain: big-endian numbers, collections of mixed geometries.
    """
    absent, column = column.is_null(), column.fill_null(b"")
    offsets = np.frombuffer(column.buffers()[1], np.int64)[column.offset :][: len(column) + 1]
    data = np.frombuffer(column.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
    begins, counts, kinds = _runs(data, (offsets[:-1] - offsets[0])[np.diff(offsets) > 0])
    written = data.copy()
    if len(begins):
        inside = _inside(len(data), begins, counts)
        points = data[inside].view("<f8").reshape(-1, 2)
        turned = _turned(points, counts, kinds)
        reached = move(points)
        written[inside] = (
            np.ascontiguousarray(reached if turned is None else reached[turned]).view(np.uint8).ravel()
        )
    parts = [None, pa.py_buffer(offsets - offsets[0]), pa.py_buffer(written)]
    whole = pa.Array.from_buffers(pa.large_binary(), len(column), parts)
    return pc.if_else(absent, pa.scalar(None, whole.type), whole) if pc.any(absent).as_py() else whole


def _runs(data: Any, at: Any) -> tuple[Any, Any, Any]:
    """Return where each run begins (byte), how many positions it has and what it is, in the order of bytes.

    `at` is where the geometries begin; all of them are walked through at once, part by part.
    """
    found: list[tuple[Any, Any, Any]] = []
    kinds = _kinds(data, at)
    many = kinds >= _MULTI
    left = np.ones_like(at)
    left[many] = _numbers(data, at[many] + 5)
    at = np.where(many, at + 9, at)
    while (going := left > 0).any():
        at, left = at[going], left[going] - 1
        at = _part(data, at, _kinds(data, at), found)
    if not found:
        return (np.zeros(0, np.int64),) * 3
    begins, counts, what = map(np.concatenate, zip(*found, strict=True))
    order = np.argsort(begins, kind="stable")
    return begins[order], counts[order], what[order]


def _part(data: Any, at: Any, kinds: Any, found: list[tuple[Any, Any, Any]]) -> Any:
    """Note the runs of one point, line or area of each geometry; return where the next part begins."""
    areas = kinds == _AREA
    at, rings = at + 5, np.ones_like(at)
    rings[areas] = _numbers(data, at[areas])
    at[areas] += 4
    kind = _EXTERIOR
    going = np.flatnonzero(rings > 0)
    while going.size:
        begins, counts = at[going], np.ones_like(going)
        counted = kinds[going] != _POINT
        counts[counted] = _numbers(data, begins[counted])
        begins[counted] += 4
        found.append((begins, counts, np.where(areas[going], kind, _NO_RING)))
        at[going] = begins + _XY * counts
        rings[going] -= 1
        going = going[rings[going] > 0]
        kind = _HOLE
    return at


def _kinds(data: Any, at: Any) -> Any:
    kinds = _numbers(data, at + 1)
    if (data[at] != 1).any() or ((kinds < _POINT) | (kinds >= _MIXED)).any():
        raise ValueError("not plain well-known binary")
    return kinds


def _numbers(data: Any, at: Any) -> Any:
    return data[at[:, None] + np.arange(4)].view("<u4").ravel().astype(np.int64)


def _inside(size: int, begins: Any, counts: Any) -> Any:
    """Return for each byte whether it is of a position."""
    between = np.concatenate(([0], begins + _XY * counts))
    lengths = np.concatenate((begins, [size])) - between
    # Where the bytes between the runs are: few beside those within.
    first = np.cumsum(lengths) - lengths
    inside = np.ones(size, bool)
    inside[np.repeat(between - first, lengths) + np.arange(lengths.sum())] = False
    return inside


def _turned(points: Any, counts: Any, kinds: Any) -> Any:
    """Return the order of positions in which every ring runs as it should, None where all do so already."""
    ends = np.cumsum(counts)
    begins = ends - counts
    filled = counts > 0
    x, y = (points[:, axis] - np.repeat(points[begins[filled], axis], counts[filled]) for axis in (0, 1))
    across = np.zeros(len(points))
    across[:-1] = x[:-1] * y[1:] - x[1:] * y[:-1]
    # A ring's own origin is its first position: what leads from one run to the next counts nothing.
    surface = np.zeros(len(counts))
    surface[filled] = np.add.reduceat(across, begins[filled])
    wrong = ((kinds == _EXTERIOR) & (surface > 0)) | ((kinds == _HOLE) & (surface < 0))
    if not wrong.any():
        return None
    order = np.arange(len(points))
    backwards = np.repeat(wrong, counts)
    order[backwards] = (np.repeat(begins + ends - 1, counts) - order)[backwards]
    return order
