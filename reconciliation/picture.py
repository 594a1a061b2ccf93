"""A small map of a place as SVG: what the subject may see of the land there, and the place itself on top."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from accounts.policy import Subject
from core.errors import NotFound
from layers import registry
from layers.access import View, view
from layers.sqltext import conditions, identifier, table

WIDTH, HEIGHT = 320, 200
_MOST = 600


@dataclass(frozen=True)
class Shape:
    """One outline as an SVG path with its colours."""

    d: str
    fill: str
    line: str


@dataclass(frozen=True)
class Picture:
    """Shapes in the order in which they are drawn, and the place itself; in units of the picture."""

    width: int
    height: int
    shapes: tuple[Shape, ...]
    place: str
    bar: float
    bar_m: int


def picture(subject: Subject, shape: Any) -> Picture | None:
    """Draw the surroundings of a shape in the national grid; None where it has no place."""
    if shape is None or shape.empty:
        return None
    west, south, east, north = shape.extent
    wide = max(east - west, (north - south) * WIDTH / HEIGHT, 30.0) * 1.8
    scale = WIDTH / wide
    left, top = (west + east - wide) / 2, (south + north + wide * HEIGHT / WIDTH) / 2
    frame = (left, top - wide * HEIGHT / WIDTH, left + wide, top)
    bar_m = next(step for step in (500, 200, 100, 50, 20, 10, 5) if step * scale < WIDTH / 3)
    shapes = tuple(one for seen in _land(subject) for one in _drawn(seen, frame, scale))
    return Picture(WIDTH, HEIGHT, shapes, _path(shape, frame, scale), round(bar_m * scale, 1), bar_m)


def _land(subject: Subject) -> list[View]:
    """Return the layers of land that the subject sees from the start, the lowest first."""
    found = []
    for one in registry.catalogue().collections.values():
        if one.group == "land" and one.visible_by_default and one.geometry_type == "MultiPolygon":
            try:
                found.append(view(subject, one))
            except NotFound:
                continue
    return sorted(found, key=lambda seen: seen.collection.order)


def _drawn(seen: View, frame: tuple[float, ...], scale: float) -> list[Shape]:
    one = seen.collection
    fill, line = _colour(one.style, "fill"), _colour(one.style, "line")
    shape = f"t.{identifier(one.geometry)}"
    where = " AND ".join(
        [f"{shape} && ST_MakeEnvelope(%s, %s, %s, %s, {settings.GRID_SRID})", *conditions(seen)]
    )
    moved = f"ST_TransScale({shape}, %s, %s, %s, %s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ST_AsSVG({moved}, 0, 1) FROM {table(one)} t WHERE {where} LIMIT {_MOST}",
            [-frame[0], -frame[3], scale, scale, *frame],
        )
        return [Shape(path, fill, line) for (path,) in cursor.fetchall()]


def _path(shape: Any, frame: tuple[float, ...], scale: float) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_AsSVG(ST_TransScale(CASE WHEN ST_Dimension(g) = 0 THEN ST_Buffer(g, %s) ELSE g END, "
            "%s, %s, %s, %s), 0, 1) FROM (SELECT %s::geometry AS g) given",
            [8 / scale, -frame[0], -frame[3], scale, scale, shape.ewkt],
        )
        return str(cursor.fetchone()[0])


def _colour(style: Any, kind: str) -> str:
    found = (layer.get("paint", {}).get(f"{kind}-color") for layer in style if layer.get("type") == kind)
    return next(
        (value for value in found if isinstance(value, str)), "#FAF7F1" if kind == "fill" else "#8F8778"
    )
