"""Layers of a source as streams of Arrow batches, whether GDAL or Arrow itself reads the format."""

from contextlib import AbstractContextManager
from typing import Any

import pyogrio

from layers.importing.reader import formats, geoparquet, spreadsheets
from layers.importing.reader.archive import Source

MAX_LAYERS = 200


def names(source: Source) -> list[str]:
    """Return the names of its layers, at most `MAX_LAYERS`."""
    if source.format is formats.PARQUET:
        return [source.name]
    return [str(name) for name in pyogrio.list_layers(source.path)[:MAX_LAYERS, 0]]


def information(source: Source, name: str) -> dict[str, Any]:
    """Return fields, types, count and reference system of a layer, as `pyogrio.read_info` does."""
    if source.format is formats.PARQUET:
        return geoparquet.information(source.path)
    counted = source.format is not formats.OSM
    found: dict[str, Any] = pyogrio.read_info(
        source.path, layer=name, force_feature_count=counted, **source.open_options
    )
    # TopoJSON knows degrees alone, and GDAL does not say so; longitude by name is degrees too.
    if not found["crs"] and (source.format is formats.TOPOJSON or spreadsheets.is_in_degrees(source.reading)):
        found["crs"] = "EPSG:4326"
    return found


def stream(source: Source, name: str, **how: Any) -> AbstractContextManager[tuple[dict[str, Any], Any]]:
    """Open one layer as a stream of Arrow batches: a context manager giving (information, reader)."""
    if source.format is formats.PARQUET:
        return geoparquet.stream(source.path, **how)
    opened: AbstractContextManager[tuple[dict[str, Any], Any]] = pyogrio.raw.open_arrow(
        source.path, layer=name, use_pyarrow=True, **how, **source.open_options
    )
    return opened
