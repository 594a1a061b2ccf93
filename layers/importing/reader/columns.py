"""Columns of an Arrow batch on their way into PostgreSQL's COPY: readable text, one type each."""

import datetime
import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from layers.importing.reader import encodings

_NUL = b"\0"


def type_of(arrow: pa.DataType, ogr_type: str, ogr_subtype: str) -> str:
    """Return our name of a field's type.

    One of text, integer, bigint, real, boolean, date, datetime, instant (with a time zone), time,
    json, binary.
    """
    if ogr_subtype == "OFSTJSON" or ogr_type.endswith("List") or pa.types.is_nested(arrow):
        return "json"
    tests = (
        (pa.types.is_boolean, "boolean"),
        (pa.types.is_int64, "bigint"),
        (pa.types.is_uint64, "bigint"),
        (pa.types.is_uint32, "bigint"),
        (pa.types.is_integer, "integer"),
        (pa.types.is_floating, "real"),
        (pa.types.is_date, "date"),
        (lambda one: pa.types.is_timestamp(one) and one.tz is not None, "instant"),
        (pa.types.is_timestamp, "datetime"),
        (pa.types.is_time, "time"),
        (pa.types.is_binary, "binary"),
        (pa.types.is_large_binary, "binary"),
    )
    return next((name for test, name in tests if test(arrow)), "text")


def prepared(column: pa.Array, kind: str, encoding: str | None) -> tuple[pa.Array, int]:
    """Return the column as COPY takes it, and how many values had to lose unreadable characters.

    `encoding` is that of raw text; None says that the text claims to be UTF-8.
    """
    if isinstance(column, pa.DictionaryArray):
        column = column.dictionary_decode()
    if kind == "json":
        return _as_json(column), 0
    if kind == "text":
        return _as_text(column, encoding)
    return column, 0


def _as_text(column: pa.Array, encoding: str | None) -> tuple[pa.Array, int]:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        column = column.cast(pa.string())
    data = _buffer(column)
    if data is None:
        return column, 0
    clean = _NUL not in data
    if clean and (data.isascii() or (encoding in (None, "utf-8") and _is_utf8(column))):
        return column, 0
    binary = column.cast(pa.binary() if pa.types.is_string(column.type) else pa.large_binary())
    coded = binary.dictionary_encode()
    raws = coded.dictionary.to_pylist()
    texts = [encodings.decode(raw, encoding or "utf-8") for raw in raws]
    spoilt = {index for index, text in enumerate(texts) if "\ufffd" in text or _NUL in raws[index]}
    lost = sum(1 for index in coded.indices.to_pylist() if index in spoilt) if spoilt else 0
    return pa.array(texts, pa.string()).take(coded.indices), lost


def _is_utf8(column: pa.Array) -> bool:
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _buffer(column: pa.Array) -> bytes | None:
    """Return the bytes of all values of a text column run together."""
    offsets = np.frombuffer(
        column.buffers()[1], np.int64 if pa.types.is_large_string(column.type) else np.int32
    )
    first, last = int(offsets[column.offset]), int(offsets[column.offset + len(column)])
    data = column.buffers()[2]
    return None if data is None or first == last else data.slice(first, last - first).to_pybytes()


def _as_json(column: pa.Array) -> pa.Array:
    return pa.array([_json_text(value) for value in column.to_pylist()], pa.string())


def _json_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str | bytes):
        text = value if isinstance(value, str) else value.decode("utf-8", "replace")
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = text
    return json.dumps(value, ensure_ascii=False, default=str).replace("\\u0000", "")


def plain(value: Any, encoding: str | None = None) -> Any:
    """Return a value of a preview row as JSON can carry it."""
    if isinstance(value, bytes):
        return encodings.decode(value, encoding or "utf-8") if encoding else value.hex()[:40]
    if isinstance(value, datetime.date | datetime.time | datetime.datetime):
        return value.isoformat()
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value.replace("\0", "")[:500] if isinstance(value, str) else value


def wkb_geometry(column: pa.Array, shapes: Any, changed: Any) -> pa.Array:
    """Return the geometries as WKB; rows marked in `changed` are written anew from `shapes`.

    Where nothing changed, the buffer that GDAL filled is handed on: no object per row.
    """
    present = ~shapely.is_missing(shapes)
    if changed.any():
        written = column.to_numpy(zero_copy_only=False).copy()
        written[changed] = shapely.to_wkb(shapes[changed])
        column = pa.array(written, pa.binary())
    column = column.cast(pa.large_binary())
    return (
        column if present.all() else pc.if_else(pa.array(present), column, pa.scalar(None, pa.large_binary()))
    )
