"""One writer for each format that a layer can be exported to; `WRITERS` finds it by the file's name."""

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Unprocessable
from layers.access import View
from layers.collections import FieldType
from layers.exporting.features import Source, stored_srid
from layers.importing.loading import harmless

WGS84 = 4326
Writer = Callable[[View, Path], int]


def geojson(view: View, out: Path) -> int:
    """Write GeoJSON (RFC 7946): degrees, seven decimals; return how many features."""
    source = Source(view, WGS84, "ST_AsGeoJSON({}, 7)")
    names = [field.name for field in source.fields]
    count = 0
    with out.open("w", encoding="utf-8") as file:
        file.write('{"type":"FeatureCollection","features":[')
        for rows in source.batches():
            for key, shape, *values in rows:
                properties = json.dumps(
                    dict(zip(names, values, strict=True)), ensure_ascii=False, default=str
                )
                comma = "," if count else ""
                file.write(
                    f'{comma}\n{{"type":"Feature","id":{json.dumps(key)},"geometry":{shape or "null"},'
                    f'"properties":{properties}}}'
                )
                count += 1
        file.write("\n]}\n")
    return count


def comma_separated(view: View, out: Path) -> int:
    """Write CSV for spreadsheets: UTF-8 with a mark, geometry as WKT in degrees, no cell a formula."""
    source = Source(view, WGS84, "ST_AsText({}, 7)")
    count = 0
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", *(field.name for field in source.fields), "wkt"])
        for rows in source.batches():
            for key, shape, *values in rows:
                writer.writerow([key, *(harmless(value) for value in values), shape])
            count += len(rows)
    return count


def geopackage(view: View, out: Path) -> int:
    """Write a GeoPackage with one layer in the system in which the layer is kept."""
    import pyarrow as pa
    import pyogrio

    srid = stored_srid(view)
    source = Source(view, srid)
    schema = pa.schema(
        [*((field.name, _arrow(field.type)) for field in source.fields), ("geom", pa.binary())]
    )
    known: dict[str, Any] = {
        "driver": "GPKG",
        "layer": view.collection.id,
        "geometry_name": "geom",
        "geometry_type": _ogr_type(view.collection.geometry_type),
        "crs": f"EPSG:{srid}",
    }
    # Also when there is no row: an empty layer is still a layer.
    pyogrio.write_arrow(schema.empty_table(), out, **known)
    count = 0
    for rows in source.batches():
        columns = list(zip(*rows, strict=True))
        arrays = [
            pa.array([_plain(value, field.type) for value in column], schema.field(field.name).type)
            for field, column in zip(source.fields, columns[2:], strict=True)
        ]
        shapes = pa.array([None if shape is None else bytes(shape) for shape in columns[1]], pa.binary())
        pyogrio.write_arrow(pa.table([*arrays, shapes], schema), out, append=True, **known)
        count += len(rows)
    return count


def _json(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)


def _arrow(kind: FieldType) -> Any:
    import pyarrow as pa

    return {
        FieldType.INTEGER: pa.int64(),
        FieldType.NUMBER: pa.float64(),
        FieldType.BOOLEAN: pa.bool_(),
        FieldType.DATE: pa.date32(),
        FieldType.DATETIME: pa.timestamp("ms", tz="UTC"),
    }.get(kind, pa.string())


def _plain(value: Any, kind: FieldType) -> Any:
    if value is None:
        return None
    if kind == FieldType.TEXT:
        return str(value)
    return float(value) if kind == FieldType.NUMBER else value


def _ogr_type(kind: str) -> str:
    return "Unknown" if kind == "Geometry" else kind


# The longest ending that fits wins, so that ".shp.zip" can stand beside ".zip".
WRITERS: Mapping[str, Writer] = {".gpkg": geopackage, ".geojson": geojson, ".csv": comma_separated}


def endings() -> tuple[str, ...]:
    """Return the endings of the files that can be written."""
    return tuple(ending.removeprefix(".") for ending in WRITERS)


def export(view: View, out: Path) -> int:
    """Write what the view shows to a file, in the format of its name; return how many features.

    The file appears whole or not at all.
    """
    ending = max((one for one in WRITERS if out.name.lower().endswith(one)), key=len, default="")
    if not ending:
        known = ", ".join(WRITERS)
        raise Unprocessable(_("Layers are not exported as “%(name)s”. Known are: %(known)s.") % {
            "name": out.name, "known": known
        })  # fmt: skip
    partial = out.with_name(f".{out.stem}.partial{ending}")
    partial.unlink(missing_ok=True)
    try:
        count = WRITERS[ending](_without_awkward(view), partial)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return count


def _without_awkward(view: View) -> View:
    """Leave out fields that would stand where a file keeps key or geometry."""
    return replace(view, fields=tuple(one for one in view.fields if one.name.lower() not in ("fid", "geom")))
