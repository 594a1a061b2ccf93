"""GeoParquet 1.0 and 1.1, read with Arrow: one geometry column in WKB, the rest attributes."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from layers.importing.reader.refusals import Refusal

# What the standard says of a file that names no system: longitude and latitude on WGS 84.
DEFAULT_CRS = "EPSG:4326"
_BUFFER = 1 << 18


def information(path: Path) -> dict[str, Any]:
    """Return what `pyogrio.read_info` would say of it; refuse what is not GeoParquet in WKB."""
    file = pq.ParquetFile(path)
    schema, about = file.schema_arrow, _about(file)
    name = str(about["primary_column"])
    shape = about["columns"][name]
    fields = [field.name for field in schema if field.name not in about["columns"]]
    bounds = shape.get("bbox")
    return {
        "fields": fields,
        "ogr_types": ["" for _ in fields],
        "ogr_subtypes": ["" for _ in fields],
        "features": file.metadata.num_rows,
        "crs": _crs(shape),
        "geometry_name": name,
        # No such column: rows are numbered.
        "fid_column": "row number",
        "total_bounds": bounds if bounds and len(bounds) == 4 else None,
    }


@contextmanager
def stream(
    path: Path,
    *,
    batch_size: int,
    columns: Sequence[str] | None = None,
    return_fids: bool = False,
    where: str | None = None,
) -> Iterator[tuple[dict[str, Any], Any]]:
    """Open it as a stream of Arrow batches."""
    found = information(path)
    # Read through a buffer for each column: a row group may be as large as the file.
    with pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False) as file:
        wanted = [*(found["fields"] if columns is None else columns), found["geometry_name"]]
        yield found, _Batches(file, wanted, batch_size)


class _Batches:
    """The batches of some columns of a file, with their schema."""

    def __init__(self, file: pq.ParquetFile, columns: Sequence[str], size: int) -> None:
        self.schema = pa.schema([file.schema_arrow.field(name) for name in columns])
        self._file, self._columns, self._size = file, columns, size

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        yield from self._file.iter_batches(self._size, columns=list(self._columns), use_threads=False)


def _about(file: pq.ParquetFile) -> dict[str, Any]:
    try:
        about = json.loads((file.schema_arrow.metadata or {})[b"geo"])
        shape = about["columns"][about["primary_column"]]
        column = file.schema_arrow.field(about["primary_column"])
    except (KeyError, ValueError, TypeError) as error:
        raise Refusal("parquet_without_geometry") from error
    if shape.get("encoding") != "WKB" or not pa.types.is_binary(column.type) | pa.types.is_large_binary(
        column.type
    ):
        raise Refusal("parquet_encoding", encoding=str(shape.get("encoding"))[:40])
    return dict(about)


def _crs(shape: dict[str, Any]) -> str | None:
    said = shape.get("crs", DEFAULT_CRS)
    if said is None or isinstance(said, str):
        return said
    known = said.get("id") or {}
    code = str(known.get("code", ""))
    if known.get("authority") == "EPSG" and code.isdigit():
        return f"EPSG:{code}"
    return DEFAULT_CRS if known.get("authority") == "OGC" and code == "CRS84" else json.dumps(said)
