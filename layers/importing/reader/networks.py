"""Models of water and sewer networks (EPANET and SWMM, .inp): a layer for each kind of node and of link.

The files are sections of plain columns (EPANET 2.2 and SWMM 5.2 user manuals, input file format).
Units and reference system are not in them; a node without coordinates and what hangs on it has no place.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio
import shapely

from layers.importing.reader import formats
from layers.importing.reader.archive import Source
from layers.importing.reader.refusals import Refusal

MOST_LINES = 2_000_000
ENCODINGS = ("utf-8-sig", "cp1256")
# The columns after the name; those of a link begin with its two nodes. `#` marks numbers.
EPANET: Mapping[str, str] = {
    "junctions": "#elevation #demand pattern",
    "reservoirs": "#head pattern",
    "tanks": "#elevation #initial_level #minimum_level #maximum_level #diameter #minimum_volume volume_curve",
    "pipes": "from to #length #diameter #roughness #minor_loss status",
    "pumps": "from to parameters",
    "valves": "from to #diameter type setting #minor_loss",
}
SWMM: Mapping[str, str] = {
    "junctions": "#elevation #maximum_depth #initial_depth #surcharge_depth #ponded_area",
    "outfalls": "#elevation type",
    "storage": "#elevation #maximum_depth #initial_depth shape",
    "conduits": "from to #length #roughness #inlet_offset #outlet_offset",
    "pumps": "from to curve status",
    "orifices": "from to type #offset #coefficient",
    "weirs": "from to type #crest_height #coefficient",
}
Sections = dict[str, list[list[str]]]


def written(source: Source, target: Path) -> Source:
    """Return the model as a GeoPackage with a layer for each section that has rows."""
    sections = _sections(source.path)
    known = SWMM if {"conduits", "outfalls", "subcatchments"} & set(sections) else EPANET
    places = _places(sections.get("coordinates", []))
    bends = _bends(sections.get("vertices", []))
    for name, columns in known.items():
        rows = sections.get(name, [])
        if rows:
            _append(target, name, columns.split(), rows, places, bends)
    if not target.exists():
        raise Refusal("file_without_features")
    return Source(target, source.name, formats.EPANET, formats.GEOPACKAGE.options)


def _sections(path: Path) -> Sections:
    found: Sections = {}
    name = ""
    for line in _lines(path):
        words = line.partition(";")[0].split()
        if not words:
            continue
        if words[0].startswith("["):
            name = words[0].strip("[]").lower()
        else:
            found.setdefault(name, []).append(words)
    return found


def _lines(path: Path) -> Iterator[str]:
    raw = path.read_bytes()
    text = next(filter(None, (_decoded(raw, name) for name in ENCODINGS)), None) or raw.decode("latin-1")
    for at, line in enumerate(text.splitlines()):
        if at > MOST_LINES:
            raise Refusal("drawing_too_large", limit=MOST_LINES)
        yield line


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


def _places(rows: list[list[str]]) -> dict[str, tuple[float, float]]:
    return {place[0]: (x, y) for place, x, y in _points(rows)}


def _points(rows: list[list[str]]) -> Iterator[tuple[list[str], float, float]]:
    for row in rows:
        x, y = (_number(word) for word in (row + ["", "", ""])[1:3])
        if x is not None and y is not None:
            yield row, x, y


def _bends(rows: list[list[str]]) -> dict[str, list[tuple[float, float]]]:
    found: dict[str, list[tuple[float, float]]] = {}
    for row, x, y in _points(rows):
        found.setdefault(row[0], []).append((x, y))
    return found


def _append(
    target: Path,
    name: str,
    columns: list[str],
    rows: list[list[str]],
    places: Mapping[str, tuple[float, float]],
    bends: Mapping[str, list[tuple[float, float]]],
) -> None:
    is_link = columns[0] == "from"
    shapes = [_line(row, places, bends) if is_link else _node(row, places) for row in rows]
    arrays: dict[str, Any] = {"name": pa.array([row[0] for row in rows], pa.string())}
    for at, column in enumerate(columns, 1):
        words = [row[at] if at < len(row) else None for row in rows]
        if column.startswith("#"):
            values = [None if word is None else _number(word) for word in words]
            arrays[column[1:]] = pa.array(values, pa.float64())
        else:
            arrays[column] = pa.array(words, pa.string())
    geometry = pa.array([None if shape is None else shapely.to_wkb(shape) for shape in shapes], pa.binary())
    pyogrio.write_arrow(
        pa.table({**arrays, "geom": geometry}),
        target,
        driver="GPKG",
        layer=name,
        geometry_name="geom",
        geometry_type="LineString" if is_link else "Point",
        append=target.exists(),
    )


def _node(row: list[str], places: Mapping[str, tuple[float, float]]) -> Any:
    return shapely.Point(places[row[0]]) if row[0] in places else None


def _line(
    row: list[str],
    places: Mapping[str, tuple[float, float]],
    bends: Mapping[str, list[tuple[float, float]]],
) -> Any:
    ends = [places.get(word) for word in row[1:3]]
    if len(ends) < 2 or ends[0] is None or ends[1] is None:
        return None
    return shapely.LineString([ends[0], *bends.get(row[0], []), ends[1]])
