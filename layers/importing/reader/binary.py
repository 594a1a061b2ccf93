"""Rows in PostgreSQL's binary COPY format, a whole batch at a time: no text is written, none is parsed.

The format: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format". A value is its
length (4 bytes, -1 for NULL) and its bytes as the type's receive function takes them, in network order.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
_BYTES = pa.large_binary()
_NOTHING = pa.scalar(b"", _BYTES)
_EPOCH_DAYS = 10_957  # from 1970-01-01 to PostgreSQL's 2000-01-01
_EPOCH_US = _EPOCH_DAYS * 86_400_000_000
_FIXED: dict[str, tuple[pa.DataType, str, int]] = {
    "integer": (pa.int32(), ">i4", 0),
    "bigint": (pa.int64(), ">i8", 0),
    "real": (pa.float64(), ">f8", 0),
    "date": (pa.date32(), ">i4", _EPOCH_DAYS),
    "datetime": (pa.timestamp("us"), ">i8", _EPOCH_US),
    "instant": (pa.timestamp("us", "UTC"), ">i8", _EPOCH_US),
    "time": (pa.time64("us"), ">i8", 0),
}
_JSONB_VERSION = pa.scalar(b"\x01", _BYTES)


def rows(columns: Sequence[pa.Array], kinds: Sequence[str]) -> pa.Buffer | None:
    """Return the rows of equally long columns, None where there are none.

    Kinds are those of `columns.type_of`, and "wkb". Raises `pa.ArrowInvalid` for a value that its kind
    does not hold.
    """
    if not len(columns[0]):
        return None
    parts: list[Any] = [pa.scalar(len(columns).to_bytes(2, "big"), _BYTES)]
    for column, kind in zip(columns, kinds, strict=True):
        parts += _values(column, kind)
    joined = pc.binary_join_element_wise(*parts, _NOTHING)
    return joined.buffers()[2].slice(0, int(np.frombuffer(joined.buffers()[1], np.int64)[len(joined)]))


def _values(column: pa.Array, kind: str) -> list[Any]:
    if kind in _FIXED:
        arrow, written, epoch = _FIXED[kind]
        column = column.cast(arrow)
        plain = pa.int32() if kind == "date" else pa.float64() if kind == "real" else pa.int64()
        plain = pa.int32() if kind == "integer" else plain
        numbers = column.view(plain).fill_null(0).to_numpy(zero_copy_only=False)
        return [_fixed((numbers - epoch if epoch else numbers).astype(written), column)]
    if kind == "boolean":
        return [_fixed(column.cast(pa.uint8()).fill_null(0).to_numpy(zero_copy_only=False), column)]
    held = column.cast(_BYTES) if kind in ("binary", "wkb") else column.cast(pa.large_string()).cast(_BYTES)
    return _variable(held, _JSONB_VERSION if kind == "json" else None)


def _fixed(numbers: Any, column: pa.Array) -> pa.Array:
    width = numbers.dtype.itemsize
    block = np.empty((len(numbers), 4 + width), np.uint8)
    block[:, :4] = np.frombuffer(width.to_bytes(4, "big"), np.uint8)
    block[:, 4:] = numbers.view(np.uint8).reshape(-1, width)
    if not column.null_count:
        return _cut(block.reshape(-1), np.full(len(numbers), 4 + width))
    absent = column.is_null().to_numpy(zero_copy_only=False)
    block[absent, :4] = 255
    kept = np.ones(block.shape, bool)
    kept[absent, 4:] = False
    return _cut(block[kept], np.where(absent, 4, 4 + width))


def _variable(column: pa.Array, version: pa.Scalar | None) -> list[Any]:
    extra = 0 if version is None else 1
    lengths = pc.binary_length(column).fill_null(-1 - extra).to_numpy(zero_copy_only=False) + extra
    sizes = _cut(lengths.astype(">i4").view(np.uint8), np.full(len(column), 4))
    values = column.fill_null(b"") if column.null_count else column
    if version is None:
        return [sizes, values]
    marked = pc.if_else(column.is_null(), _NOTHING, version) if column.null_count else version
    return [sizes, marked, values]


def _cut(data: Any, lengths: Any) -> pa.Array:
    """Return bytes cut into values of the given lengths."""
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return pa.Array.from_buffers(_BYTES, len(lengths), [None, pa.py_buffer(offsets), pa.py_buffer(data)])
