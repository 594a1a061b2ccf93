"""A surveyor's drawing as what it is to a counter: a few lines and outlines with their coordinates."""

from collections.abc import Iterator, Sequence
from typing import Any

import shapely

from layers.importing.reader import inspection, opening
from layers.importing.reader.archive import Source

MOST_SHAPES = 500
MOST_POINTS = 10_000


def shapes(sources: Sequence[Source]) -> dict[str, Any]:
    """Return lines, outlines and points as lists of coordinates in the file's own system.

    `cut` says that there was more than a survey plan holds; then nothing is left out silently.
    """
    found: list[dict[str, Any]] = []
    points = 0
    for one in _every(sources):
        points += len(one["points"])
        if len(found) >= MOST_SHAPES or points > MOST_POINTS:
            return {"shapes": found, "cut": True}
        found.append(one)
    return {"shapes": found, "cut": False}


def _every(sources: Sequence[Source]) -> Iterator[dict[str, Any]]:
    for source in sources:
        for name in opening.names(source):
            yield from _layer(source, name)


def _layer(source: Source, name: str) -> Iterator[dict[str, Any]]:
    with opening.stream(source, name, batch_size=1000) as (info, reader):
        geometry = inspection.geometry_name(info, reader.schema)
        labels = next((label for label in ("Layer", "layer", "name") if label in reader.schema.names), None)
        for batch in reader:
            rows = shapely.from_wkb(batch.column(geometry).to_pylist(), on_invalid="ignore")
            layers = batch.column(labels).to_pylist() if labels else [name] * len(rows)
            for shape, layer in zip(rows, layers, strict=True):
                if shape is not None:
                    yield from _parts(shape, str(layer or ""))


def _parts(shape: Any, layer: str) -> Iterator[dict[str, Any]]:
    for part in shapely.get_parts(shape):
        kind = part.geom_type
        if kind == "GeometryCollection":
            yield from _parts(part, layer)
        elif kind == "Polygon" and not part.is_empty:
            yield _told("outline", layer, part.exterior)
        elif kind in ("LineString", "LinearRing") and len(part.coords) > 1:
            yield _told("outline" if part.is_closed and len(part.coords) > 3 else "line", layer, part)


def _told(kind: str, layer: str, line: Any) -> dict[str, Any]:
    return {"kind": kind, "layer": layer, "points": [[x, y] for x, y in shapely.get_coordinates(line)]}
