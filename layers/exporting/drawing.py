"""DXF (release 12, which every CAD program opens): outlines, lines, points, and labels as text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from layers.collections import Collection
from layers.exporting.features import Source
from layers.exporting.notes import Written, note

TEXT_HEIGHT_M = 2.0
# Windows Arabic, as CAD programs here are set; it has the Latin letters of French too.
CODE_PAGE = "cp1256"


def drawing(source: Source, out: Path) -> Written:
    """Write one layer of the drawing for the shapes and one for the labels."""
    import shapely

    label = _label_of(source.view.collection, [one.name for one in source.fields])
    at = next((index for index, one in enumerate(source.fields) if one.name == label), None)
    name = source.view.collection.id.upper().replace("-", "_")[:25]
    count = placeless = 0
    with out.open("w", encoding=CODE_PAGE, newline="\r\n") as file:
        _put(file, (0, "SECTION"), (2, "HEADER"), (9, "$ACADVER"), (1, "AC1009"))
        _put(file, (9, "$DWGCODEPAGE"), (3, "ANSI_1256"), (0, "ENDSEC"))
        _put(file, (0, "SECTION"), (2, "ENTITIES"))
        for _key, shape, *values in source.rows("ST_AsBinary({})"):
            if shape is None:
                placeless += 1
                continue
            geometry = shapely.from_wkb(bytes(shape))
            for entity in _entities(geometry, name):
                _put(file, *entity)
            if at is not None and values[at] not in (None, ""):
                _put(file, *_text(geometry.representative_point(), str(values[at]), f"{name}_TEXT"))
            count += 1
        _put(file, (0, "ENDSEC"), (0, "EOF"))
    notes = [note("dxf_attributes")] + ([note("placeless", count=placeless)] if placeless else [])
    return Written(count, notes)


def _label_of(collection: Collection, names: list[str]) -> str:
    """Return the field that labels the layer on the map, if it is among those written."""
    for layer in collection.style:
        written = layer.get("layout", {}).get("text-field")
        if (
            isinstance(written, list | tuple)
            and len(written) == 2
            and written[0] == "get"
            and written[1] in names
        ):
            return str(written[1])
    return ""


Pairs = tuple[tuple[int, Any], ...]


def _entities(geometry: Any, layer: str) -> Iterator[Pairs]:
    import shapely

    for part in shapely.get_parts(geometry).tolist():
        if part.geom_type == "Point":
            yield ((0, "POINT"), (8, layer), (10, _coordinate(part.x)), (20, _coordinate(part.y)))
        elif part.geom_type == "LineString":
            yield _polyline(part.coords, layer, closed=False)
        elif part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                yield _polyline(list(ring.coords)[:-1], layer, closed=True)
        else:
            yield from _entities(part, layer)


def _polyline(points: Any, layer: str, *, closed: bool) -> Pairs:
    pairs: list[tuple[int, Any]] = [(0, "POLYLINE"), (8, layer), (66, 1), (70, int(closed))]
    for x, y, *_z in points:
        pairs += [(0, "VERTEX"), (8, layer), (10, _coordinate(x)), (20, _coordinate(y))]
    return (*pairs, (0, "SEQEND"), (8, layer))


def _text(point: Any, words: str, layer: str) -> Pairs:
    place = ((10, _coordinate(point.x)), (20, _coordinate(point.y)))
    return ((0, "TEXT"), (8, layer), *place, (40, TEXT_HEIGHT_M), (1, _escaped(words)))


def _escaped(words: str) -> str:
    """Return text as release 12 holds it: what the code page lacks by its number."""
    plain = " ".join(words.split()).replace("\\", "/")
    return "".join(sign if _is_known(sign) else f"\\U+{ord(sign):04X}" for sign in plain)[:250]


def _is_known(sign: str) -> bool:
    try:
        sign.encode(CODE_PAGE)
    except UnicodeEncodeError:
        return False
    return True


def _coordinate(value: float) -> str:
    return f"{value:.4f}"


def _put(file: TextIO, *pairs: tuple[int, Any]) -> None:
    file.writelines(f"{code:3}\n{value}\n" for code, value in pairs)
