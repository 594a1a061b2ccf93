"""What a file holds, before anything is loaded: layers, fields, sample rows, encodings, places."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from layers.importing.reader import columns, drawings, encodings, formats, opening, placing
from layers.importing.reader.archive import Source
from layers.importing.reader.refusals import Refusal

SAMPLE = 2000
PREVIEW = 8
TEXT_SAMPLE = 400


def inspect(sources: Sequence[Source], grid: int, *, brief: bool = False) -> dict[str, Any]:
    """Describe every layer of the sources; `grid` is the municipality's EPSG code.

    Briefly means without other reference systems to choose from, where the file's own fits.
    """
    layers = [
        _layer(source, index, name, grid, brief=brief)
        for index, source in enumerate(sources)
        for name in opening.names(source)
    ]
    layers = [layer for layer in layers if not (layer["format"] in _FIXED and layer["empty"])]
    if not layers:
        raise Refusal("file_without_layers")
    if all(layer["empty"] for layer in layers):
        raise Refusal("file_without_features")
    if not any(layer["has_geometry"] or layer["is_table"] for layer in layers):
        raise Refusal("file_without_geometry")
    return {"layers": layers}


# These have the same layers in every file, used or not.
_FIXED = ("osm", "gpx")
# Layers that are called after their file.
_AFTER_FILE = ("shp", "geojson", "esrijson", "csv", "xlsx", "parquet", "fgb")


def _layer(source: Source, index: int, name: str, grid: int, *, brief: bool) -> dict[str, Any]:
    info = opening.information(source, name)
    sample, geometry = _sample(source, name)
    kinds = columns_of(info, sample.schema)
    shapes = (
        shapely.from_wkb(sample.column(geometry).to_pylist(), on_invalid="ignore")
        if geometry
        else np.array([])
    )
    hull = _hull(shapes, info)
    described = {
        "key": f"{index}:{name}",
        "name": source.name if source.format.id in _AFTER_FILE else name,
        "format": source.format.id,
        "count": int(info["features"]),
        "empty": len(sample) == 0,
        # A table whose rows are placed by a key has its shapes elsewhere.
        "has_geometry": bool(source.reading.get("join"))
        or (bool(len(shapes)) and not shapely.is_missing(shapes).all()),
        "geometry_types": _types(shapes),
        "is_table": source.format.is_table,
        "reading": dict(source.reading),
        "cad_layers": drawings.layers_of(source, name) if source.format is formats.DXF else [],
        "fields": [field | {"blank": _is_blank(sample.column(field["name"]))} for field in kinds],
        "hull": hull,
        **_text(source, info, sample, kinds),
    }
    return described | place_of(info, hull, grid, brief=brief)


def _is_blank(column: pa.ChunkedArray) -> bool:
    return bool(column.null_count == len(column))


def columns_of(info: dict[str, Any], schema: pa.Schema) -> list[dict[str, str]]:
    """Return the attribute fields of a layer with our names of their types."""
    listed = zip(info["fields"], info["ogr_types"], info["ogr_subtypes"], strict=True)
    return [
        {"name": str(name), "type": columns.type_of(schema.field(str(name)).type, ogr_type, subtype)}
        for name, ogr_type, subtype in listed
        if str(name) in schema.names
    ]


def _sample(source: Source, name: str) -> tuple[pa.Table, str | None]:
    with opening.stream(source, name, batch_size=SAMPLE) as (info, reader):
        geometry = geometry_name(info, reader.schema)
        first = next(iter(reader), None)
        return pa.Table.from_batches([] if first is None else [first], reader.schema), geometry


def geometry_name(info: dict[str, Any], schema: pa.Schema) -> str | None:
    """Return which Arrow column holds the geometry."""
    for field in schema:
        if (field.metadata or {}).get(b"ARROW:extension:name") in (b"ogc.wkb", b"geoarrow.wkb"):
            return str(field.name)
    # Some drivers name a geometry for tables that have none.
    name = info.get("geometry_name") or "wkb_geometry"
    return str(name) if name in schema.names else None


def _types(shapes: Any) -> list[str]:
    names = {str(shape.geom_type) for shape in shapes if shape is not None}
    return sorted(names)


def _hull(shapes: Any, info: dict[str, Any]) -> list[tuple[float, float]]:
    present = shapes[~shapely.is_missing(shapes)] if len(shapes) else shapes
    if not len(present):
        return []
    boxes = shapely.bounds(present)
    sensible = _sensible(boxes)
    present, boxes = present[sensible], boxes[sensible]
    if not len(present):
        return []
    present = present[_together(boxes)]
    total = info.get("total_bounds")
    if info["features"] > SAMPLE and total is not None and np.isfinite(total).all():
        outline = shapely.box(*total)
    else:
        points = shapely.points(shapely.get_coordinates(present))
        outline = shapely.convex_hull(shapely.multipoints(points))
    outline = shapely.simplify(outline, max(outline.length, 1e-9) / 200)
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(outline)][:200]


def _sensible(boxes: Any) -> Any:
    """Say which boxes can be places: what most of a file is, degrees or metres, the rest must be."""
    finite = np.isfinite(boxes).all(axis=1)
    degrees = (
        finite & (np.abs(boxes[:, [0, 2]]) <= 180).all(axis=1) & (np.abs(boxes[:, [1, 3]]) <= 90).all(axis=1)
    )
    mostly_degrees = 2 * degrees.sum() >= finite.sum()
    return degrees if mostly_degrees else finite & (np.abs(boxes) < 1e8).all(axis=1)


def _together(boxes: Any) -> Any:
    """Say which boxes lie with the others; a stray row far away must not move the outline."""
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    away = np.abs(middles - np.median(middles, axis=0)).max(axis=1)
    usual = max(float(np.quantile(away, 0.75)), float(np.median(boxes[:, 2:] - boxes[:, :2])), 1e-6)
    return away <= 100 * usual


def _text(
    source: Source, info: dict[str, Any], sample: pa.Table, kinds: list[dict[str, str]]
) -> dict[str, Any]:
    texts = [field["name"] for field in kinds if field["type"] == "text"]
    if not source.format.raw_text:
        rows = _rows(sample, kinds, None)
        lost = encodings.destroyed(str(value) for row in rows for value in row if isinstance(value, str))
        return {"rows": rows, "encoding": None, "destroyed": lost}
    raw = sample.select(texts).cast(pa.schema([(name, pa.binary()) for name in texts]))
    values = [value for name in texts for value in raw.column(name).to_pylist()[:TEXT_SAMPLE] if value]
    label = source.path.with_suffix(".cpg")
    declared = encodings.named(label.read_bytes()[:40].decode("ascii", "replace")) if label.exists() else None
    ranked = encodings.rank(values, declared)
    offered = [
        {
            "encoding": one,
            "title": encodings.TITLES[one],
            "rows": _rows(sample, kinds, one, only_telling=True),
        }
        for one in ranked
    ]
    lost = encodings.destroyed(encodings.decode(value, ranked[0]) for value in values)
    telling = any(not value.isascii() for value in values)
    return {
        "rows": _rows(sample, kinds, ranked[0]),
        "encoding": {"declared": declared, "found": ranked[0], "telling": telling, "candidates": offered},
        "destroyed": lost,
    }


def _rows(
    sample: pa.Table, kinds: list[dict[str, str]], encoding: str | None, *, only_telling: bool = False
) -> list[list[Any]]:
    """Return preview rows; with `only_telling`, of text columns and rows in which the encoding shows."""
    fields = [field for field in kinds if field["type"] == "text" or not only_telling]
    table = sample.select([field["name"] for field in fields]).slice(
        0, TEXT_SAMPLE if only_telling else PREVIEW
    )
    arrays = []
    for field in fields:
        column = table.column(field["name"])
        if field["type"] == "text" and encoding:
            column = column.cast(pa.binary())
        arrays.append([columns.plain(value, encoding) for value in column.to_pylist()])
    rows = [list(row) for row in zip(*arrays, strict=True)]
    if only_telling:
        rows = [row for row in rows if any(isinstance(cell, str) and not cell.isascii() for cell in row)]
    return rows[:PREVIEW]


def place_of(
    info: dict[str, Any], hull: list[tuple[float, float]], grid: int, *, brief: bool
) -> dict[str, Any]:
    """Return where an outline lies under the system that the file names (`crs`), and under others."""
    said = info.get("crs")
    srid = placing.identify(said)
    found = "identified" if srid else ("unknown" if said else "missing")
    if not hull:
        return {"crs": {"srid": srid, "found": found, "mistakes": [], "candidates": []}}
    mistakes = placing.mistakes(hull, srid, grid) if srid else []
    if brief and srid and not mistakes:
        return {"crs": _crs(srid, found, mistakes, [])}
    candidates = placing.candidates(hull, grid)
    if srid and srid not in {one["srid"] for one in candidates}:
        candidates.insert(0, placing.place(hull, srid, grid))
    if "axes_swapped" in mistakes and srid:
        turned = placing.footprint([(y, x) for x, y in hull], srid)
        return {"crs": _crs(srid, found, mistakes, candidates) | {"swapped_footprint": turned}}
    return {"crs": _crs(srid, found, mistakes, candidates)}


def _crs(
    srid: int | None, found: str, mistakes: list[str], candidates: list[dict[str, Any]]
) -> dict[str, Any]:
    name = placing.name_of(srid) if srid else ""
    return {"srid": srid, "name": name, "found": found, "mistakes": mistakes, "candidates": candidates}
