"""CAD drawings: closed polylines become areas with the texts inside them, blocks and texts become points.

A DXF drawing has no layers in our sense but entities, each on a layer of the drawing. It is written
anew as three layers, `areas`, `lines` and `points`, each with the drawing's layer as an attribute,
by which those that are wanted are chosen.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely

from layers.importing.reader import formats
from layers.importing.reader.archive import Source
from layers.importing.reader.refusals import Refusal

# The attribute that holds the drawing's own layer.
LAYER = "cad_layer"
MAX_ENTITIES = 2_000_000
_KINDS = {"areas": (3, 6), "lines": (1, 2, 5), "points": (0, 4)}

_CONFIG = {"DXF_CLOSED_LINE_AS_POLYGON": True, "DXF_INLINE_BLOCKS": False, "DXF_ATTRIBUTES": True}
_JOIN = " · "


def written(source: Source, target: Path) -> Source:
    """Return the drawing as a GeoPackage with the layers `areas`, `lines` and `points`."""
    pyogrio.set_gdal_config_options(_CONFIG)
    meta, table = pyogrio.raw.read_arrow(source.path, layer="entities", max_features=MAX_ENTITIES + 1)
    if len(table) > MAX_ENTITIES:
        raise Refusal("drawing_too_large", limit=MAX_ENTITIES)
    shapes = shapely.from_wkb(
        table.column(meta["geometry_name"] or "wkb_geometry").to_pylist(), on_invalid="ignore"
    )
    columns = {name: table.column(name).to_pylist() for name in table.column_names if name in _USED}
    kinds = shapely.get_type_id(shapes)
    for name, types in _KINDS.items():
        rows = np.flatnonzero(np.isin(kinds, types))
        if len(rows):
            attributes = _attributes(name, rows, shapes, columns)
            _append(target, name, attributes, shapes[rows])
    if not target.exists():
        raise Refusal("file_without_features")
    return Source(target, source.name, formats.DXF, formats.GEOPACKAGE.options)


_USED = ("Layer", "Text", "BlockName", "BlockAngle", "BlockAttributes")


def _attributes(kind: str, rows: Any, shapes: Any, columns: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    found = {LAYER: [columns["Layer"][row] or "0" for row in rows]}
    if kind == "areas":
        return found | {"text": _texts_inside(shapes[rows], shapes, columns)}
    if kind == "points":
        found["text"] = [columns["Text"][row] for row in rows]
        found["block"] = [columns["BlockName"][row] for row in rows]
        found["angle"] = [columns["BlockAngle"][row] for row in rows]
        found |= _block_attributes([columns["BlockAttributes"][row] for row in rows])
    return found


def _texts_inside(areas: Any, shapes: Any, columns: Mapping[str, list[Any]]) -> list[str | None]:
    """Return for each area the texts whose place lies in it and in no smaller area of the drawing's."""
    written = [
        row for row, text in enumerate(columns["Text"]) if text and shapely.get_type_id(shapes[row]) == 0
    ]
    texts: list[list[str]] = [[] for _ in areas]
    if written:
        tree = shapely.STRtree(areas)
        sizes = shapely.area(areas)
        points, inside = tree.query(shapes[written], predicate="intersects")
        smallest: dict[int, int] = {}
        for point, area in zip(points.tolist(), inside.tolist(), strict=True):
            if point not in smallest or sizes[area] < sizes[smallest[point]]:
                smallest[point] = area
        for point, area in sorted(smallest.items()):
            texts[area].append(str(columns["Text"][written[point]]).strip())
    return [_JOIN.join(dict.fromkeys(one)) or None for one in texts]


def _block_attributes(rows: list[Any]) -> dict[str, list[str | None]]:
    """Return the attributes of blocks ("TAG value" each) as columns, the fifty commonest tags."""
    pairs = [dict(str(one).partition(" ")[::2] for one in row or ()) for row in rows]
    tags = list(dict.fromkeys(tag for one in pairs for tag in one))[:50]
    return {tag: [one.get(tag) for one in pairs] for tag in tags}


def _append(target: Path, name: str, attributes: Mapping[str, list[Any]], shapes: Any) -> None:
    arrays = {
        key: pa.array(values, pa.float64() if key == "angle" else pa.string())
        for key, values in attributes.items()
    }
    table = pa.table({**arrays, "geom": pa.array(shapely.to_wkb(shapely.force_2d(shapes)), pa.binary())})
    pyogrio.write_arrow(
        table,
        target,
        driver="GPKG",
        layer=name,
        geometry_name="geom",
        geometry_type="Unknown",
        append=target.exists(),
    )


def layers_of(source: Source, name: str) -> list[dict[str, Any]]:
    """Return the drawing's own layers in one of ours, with how many entities each has."""
    _, table = pyogrio.raw.read_arrow(source.path, layer=name, columns=[LAYER], read_geometry=False)
    counted = table.column(LAYER).value_counts().to_pylist()
    return [
        {"name": one["values"], "count": one["counts"]}
        for one in sorted(counted, key=lambda one: -one["counts"])
    ]


def only(names: list[str]) -> str:
    """Return the condition that keeps entities of some of the drawing's layers."""
    quoted = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    return f'"{LAYER}" IN ({quoted})'
