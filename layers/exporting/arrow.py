"""Rows as a stream of Arrow batches, and the formats written from it: GeoPackage, shapefile, KML, GeoParquet."""

import binascii
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jobs import progress
from layers.collections import FieldType
from layers.exporting import geopackage_styles
from layers.exporting.features import Source
from layers.exporting.notes import Written, note

SHAPE = "geom"
_BLOCK = 4 << 20
_ROW_GROUP = 50_000
# What the dBase file of a shapefile can hold.
DBF_NAME, DBF_TEXT = 10, 254


class Stream:
    """The batches of a source: fields under their names, then the geometry as WKB."""

    def __init__(self, source: Source, stream: Any) -> None:
        import pyarrow as pa

        self.source, self._stream, self.count = source, stream, 0
        fields = [pa.field(one.name, _type(one.type)) for one in source.fields]
        self.schema = pa.schema([*fields, pa.field(SHAPE, pa.binary())])

    def __iter__(self) -> Iterator[Any]:
        import pyarrow as pa
        from pyarrow import ArrowInvalid
        from pyarrow import csv as arrow_csv

        names = ["_key", SHAPE, *(one.name for one in self.source.fields)]
        types = {one.name: _type(one.type) for one in self.source.fields}
        convert = arrow_csv.ConvertOptions(
            column_types={**types, SHAPE: pa.string(), "_key": pa.string()},
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
        )
        try:
            reader = arrow_csv.open_csv(
                self._stream,
                read_options=arrow_csv.ReadOptions(column_names=names, block_size=_BLOCK, use_threads=False),
                parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
                convert_options=convert,
            )
        except ArrowInvalid as fault:
            if "Empty CSV" in str(fault):
                return
            raise
        for batch in reader:
            self.count += len(batch)
            progress.report(self.count, self.source.total)
            columns = [batch.column(field.name) for field in self.schema if field.name != SHAPE]
            yield pa.RecordBatch.from_arrays([*columns, _binary(batch.column(SHAPE))], schema=self.schema)


@contextmanager
def streamed(source: Source) -> Iterator[Stream]:
    """Give the rows as a stream of Arrow batches; memory holds one batch at a time."""
    with source.copied("encode(ST_AsBinary({}), 'hex')") as stream:
        yield Stream(source, stream)


def geopackage(source: Source, out: Path, **options: Any) -> Written:
    """Write a GeoPackage with one layer, or with `append=True` one layer more, and its style as QGIS looks for it."""
    written = _by_gdal(source, out, "GPKG", layer=source.view.collection.id, **options)
    geopackage_styles.write(source.view.collection, out)
    return written


def kml(source: Source, out: Path) -> Written:
    """Write KML, which knows degrees alone."""
    return _by_gdal(source, out, "LIBKML", layer=source.view.collection.id)


def shapefile(source: Source, out: Path) -> Written:
    """Write a zipped shapefile in UTF-8, and say what of the layer it cannot hold."""
    name = source.view.collection.id
    with TemporaryDirectory(dir=out.parent, prefix=".shp-") as folder:
        written = _by_gdal(source, Path(folder) / f"{name}.shp", "ESRI Shapefile", encoding="UTF-8")
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for part in sorted(Path(folder).iterdir()):
                packed.write(part, part.name)
    long = [one.name for one in source.fields if len(one.name) > DBF_NAME]
    if long:
        written.notes.append(note("shapefile_names", fields=", ".join(long)))
    if any(one.type == FieldType.TEXT for one in source.fields):
        written.notes.append(note("shapefile_texts", limit=DBF_TEXT))
    if any(one.type == FieldType.DATETIME for one in source.fields):
        written.notes.append(note("shapefile_times"))
    return written


def _by_gdal(source: Source, out: Path, driver: str, *, layer: str | None = None, **options: Any) -> Written:
    import pyarrow as pa
    import pyogrio

    kind = source.view.collection.geometry_type
    placed = {
        "geometry_name": SHAPE, "geometry_type": "Unknown" if kind == "Geometry" else kind,
        "crs": f"EPSG:{source.srid}" if source.srid else None,
    }  # fmt: skip
    with streamed(source) as stream:
        # A table without places has no column for them.
        names = [one.name for one in stream.schema if kind or one.name != SHAPE]
        schema = pa.schema([stream.schema.field(name) for name in names])
        pyogrio.write_arrow(
            pa.RecordBatchReader.from_batches(schema, (batch.select(names) for batch in stream)),
            out,
            driver=driver,
            layer=layer,
            **(placed if kind else {}),
            **options,
        )
    return Written(stream.count)


def parquet(source: Source, out: Path) -> Written:
    """Write GeoParquet 1.1: geometry as WKB, zstd, the reference system as PROJJSON."""
    import pyarrow.parquet as pq

    with streamed(source) as stream:
        schema = stream.schema.with_metadata({"geo": json.dumps(_geo(source))})
        with pq.ParquetWriter(out, schema, compression="zstd") as writer:
            for batch in stream:
                writer.write_batch(batch, row_group_size=_ROW_GROUP)
    return Written(stream.count)


def _geo(source: Source) -> dict[str, Any]:
    from pyproj import CRS

    kind = source.view.collection.geometry_type
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": [] if kind in ("Geometry", "") else [kind]}
    if source.srid:
        column["crs"] = CRS.from_epsg(source.srid).to_json_dict()
    return {"version": "1.1.0", "primary_column": SHAPE, "columns": {SHAPE: column}}


def _type(kind: FieldType) -> Any:
    import pyarrow as pa

    return {
        FieldType.INTEGER: pa.int64(),
        FieldType.NUMBER: pa.float64(),
        FieldType.BOOLEAN: pa.bool_(),
        FieldType.DATE: pa.date32(),
        FieldType.DATETIME: pa.timestamp("us", tz="UTC"),
    }.get(kind, pa.string())


def _binary(hexed: Any) -> Any:
    """Return hexadecimal text as bytes, the whole column at once."""
    import numpy as np
    import pyarrow as pa

    offsets = np.frombuffer(hexed.buffers()[1], np.int32)[hexed.offset : hexed.offset + len(hexed) + 1]
    data = hexed.buffers()[2]
    packed = binascii.unhexlify(data.slice(int(offsets[0]), int(offsets[-1] - offsets[0]))) if data else b""
    halved = ((offsets - offsets[0]) // 2).astype(np.int32)
    valid = hexed.is_valid()
    mask = None if hexed.null_count == 0 else pa.array(valid).buffers()[1]
    return pa.BinaryArray.from_buffers(
        pa.binary(),
        len(hexed),
        [mask, pa.py_buffer(halved.tobytes()), pa.py_buffer(packed)],
        hexed.null_count,
    )
