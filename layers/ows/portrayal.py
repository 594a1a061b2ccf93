"""What a map picture shows: rows of the views in their style, rasters, the legend, what is under a pixel."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import shapely
from django.utils.translation import gettext as _
from PIL import Image
from pyproj import Geod, Transformer

from layers.access import View
from layers.collections import Collection
from layers.features import asked as asking
from layers.features.asked import Where
from layers.features.reading import bounded
from layers.legend import legend
from layers.models import Raster
from layers.ogc.systems import LONLAT
from layers.ows.asking import Refused
from layers.ows.canvas import Canvas, Painted
from layers.ows.expressions import Scene, zoom_of
from layers.sqltext import identifier, readable, source
from layers.styling.checks import fields_in

if TYPE_CHECKING:
    from layers.ows.wms import Frame

# So many features of a layer are drawn in one picture; a picture of more is refused, never half drawn.
MOST = 20_000
# What is smaller than this to either side cannot be seen.
_SMALLEST_PX = 0.5
NEAR_PX = 4


def drawn(frame: "Frame", background: str | None) -> Image.Image:
    """Return the picture of a frame, on a colour or transparent."""
    canvas = Canvas(frame.width, frame.height, frame.box)
    zoom, per_metre = _scale(frame)
    texts = []
    for one in frame.layers:
        if isinstance(one, Raster):
            canvas.lay(_raster(one, frame))
        elif zoom >= one.collection.min_zoom - 1:
            features = _features(one, frame, zoom, per_metre)
            for rule in one.collection.style:
                if rule["type"] == "symbol":
                    texts.append((rule, features))
                else:
                    canvas.paint(rule, features, zoom=zoom)
    # Above all shapes; and what lies higher finds its place first.
    for rule, features in reversed(texts):
        canvas.paint(rule, features, zoom=zoom)
    return canvas.finished(background)


def _scale(frame: "Frame") -> tuple[float, float]:
    """Return zoom and pixels of a metre in the middle of the frame."""
    west, south, east, north = frame.box
    to_degrees = Transformer.from_crs(frame.system.srid, LONLAT.srid, always_xy=True)
    middle = (south + north) / 2
    xs, ys = to_degrees.transform([west, east], [middle, middle])
    if not all(math.isfinite(one) for one in (*xs, *ys)):
        return 0.0, 1.0
    metres = Geod(ellps="WGS84").inv(xs[0], ys[0], xs[1], ys[1])[2] / frame.width
    metres = max(float(metres), 1e-4)
    return zoom_of(metres, max(-85.0, min(85.0, sum(ys) / 2))), 1 / metres


def _features(seen: View, frame: "Frame", zoom: float, per_metre: float) -> list[Painted]:
    """Return shapes in the frame's system, cut to it, with the values that the style asks for."""
    one = seen.collection
    wanted = fields_in(one.style) | {f"name_{code}" for code in ("ar", "en", "fr")} | {"name"}
    fields = [field for field in seen.fields if field.name in wanted]
    pixel = (frame.box[2] - frame.box[0]) / frame.width
    margin = 64 * pixel
    west, south, east, north = frame.box
    where = _visible(seen, asking.read(seen, _box(frame)).where, _SMALLEST_PX / per_metre)
    moved = f"ST_Transform(t.{identifier(one.geometry)}, {int(frame.system.srid)})"
    cut = f"ST_ClipByBox2D({moved}, ST_MakeEnvelope(%s, %s, %s, %s)::box2d)"
    size = f"ST_Area(ST_Envelope(t.{identifier(one.tile_geometry)}))"
    columns = ", ".join(
        [f"ST_AsBinary(ST_Simplify({cut}, %s, true))", *(readable(seen, field) for field in fields)]
    )
    box = [west - margin, south - margin, east + margin, north + margin]
    with bounded() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM {source(seen)} WHERE {where.text} ORDER BY {size} DESC LIMIT {MOST + 1}",
            [*box, pixel / 4, *where.values],
        )
        rows = cursor.fetchall()
    if len(rows) > MOST:
        raise Refused(
            "TooManyFeatures",
            "layers",
            _("More than %(most)s features of “%(layer)s” lie in this picture: ask for a smaller area.")
            % {"most": MOST, "layer": one.title},
        )
    shapes = shapely.from_wkb([None if row[0] is None else bytes(row[0]) for row in rows])
    names = [field.name for field in fields]
    return [
        (shape, Scene(dict(zip(names, map(_plain, row[1:]), strict=True)), shape.geom_type, zoom, per_metre))
        for shape, row in zip(shapes, rows, strict=True)
        if shape is not None and not shape.is_empty
    ]


def _visible(seen: View, where: Where, smallest_m: float) -> Where:
    """Leave out lines and areas that no pixel would show; a metre of Web Mercator is never more than a metre."""
    one = seen.collection
    if "Point" in one.geometry_type or one.geometry_type == "Geometry":
        return where
    shape = f"t.{identifier(one.tile_geometry)}"
    across = f"ST_XMax({shape}) - ST_XMin({shape})", f"ST_YMax({shape}) - ST_YMin({shape})"
    return where.and_(f"greatest({', '.join(across)}) >= %s", smallest_m)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _box(frame: "Frame") -> dict[str, str]:
    west, south, east, north = frame.box
    if frame.system.srid != LONLAT.srid:
        return {"bbox": f"{west},{south},{east},{north}", "bbox-crs": f"EPSG:{frame.system.srid}"}
    return {"bbox": f"{max(west, -180)},{max(south, -90)},{min(east, 180)},{min(north, 90)}"}


def _raster(raster: Raster, frame: "Frame") -> Image.Image:
    from layers.rasters import rendering
    from layers.rasters.access import lost

    try:
        return rendering.part(
            raster.path, rendering.Look.of(raster), frame.box, frame.system.srid, (frame.width, frame.height)
        )
    except FileNotFoundError as gone:
        raise lost() from gone


def under(frame: "Frame", column: int, row: int, most: int) -> list[dict[str, Any]]:
    """Return up to `most` features of each layer near a pixel, topmost layer first, as GeoJSON without shapes."""
    west, _south, _east, north = frame.box
    across = (frame.box[2] - west) / frame.width
    down = (north - frame.box[1]) / frame.height
    x, y = west + (column + 0.5) * across, north - (row + 0.5) * down
    found: list[dict[str, Any]] = []
    for one in reversed(frame.layers):
        if isinstance(one, Raster):
            found += _cell(one, frame, x, y)
        else:
            found += _near(one, frame, (x, y), NEAR_PX * max(across, down), most)
    return found


def _near(
    seen: View, frame: "Frame", at: tuple[float, float], reach: float, most: int
) -> list[dict[str, Any]]:
    one = seen.collection
    x, y = at
    near = replace(frame, box=(x - reach, y - reach, x + reach, y + reach))
    where = asking.read(seen, _box(near)).where
    values = ", ".join([f"t.{identifier(one.key)}", *(readable(seen, field) for field in seen.fields)])
    middle = f"ST_Transform(ST_SetSRID(ST_MakePoint(%s, %s), {int(frame.system.srid)}), ST_SRID(t.{identifier(one.geometry)}))"
    with bounded() as cursor:
        cursor.execute(
            f"SELECT {values} FROM {source(seen)} WHERE {where.text} "
            f"ORDER BY ST_Distance(t.{identifier(one.geometry)}, {middle}), 1 LIMIT %s",
            [*where.values, x, y, most],
        )
        rows = cursor.fetchall()
    names = [field.name for field in seen.fields]
    return [
        {
            "type": "Feature",
            "layer": one.id,
            "id": row[0],
            "geometry": None,
            "properties": dict(zip(names, row[1:], strict=True)),
        }
        for row in rows
    ]


def _cell(raster: Raster, frame: "Frame", x: float, y: float) -> list[dict[str, Any]]:
    from layers.rasters import reading

    lon, lat = Transformer.from_crs(frame.system.srid, LONLAT.srid, always_xy=True).transform(x, y)
    if not raster.path.exists() or not (math.isfinite(lon) and math.isfinite(lat)):
        return []
    values = {f"band_{at}": value for at, value in enumerate(reading.value(raster.path, lon, lat), 1)}
    return [
        {"type": "Feature", "layer": raster.id_for_policy, "id": None, "geometry": None, "properties": values}
    ]


def legend_of(collection: Collection) -> Image.Image:
    """Return a collection's legend as a picture: a sign and its words in each line."""
    entries = legend(collection) or [{"label": str(collection.title), "symbol": {}}]
    line, width = 24, 300
    canvas = Canvas(width, line * len(entries), (0, 0, width, line * len(entries)))
    for at, entry in enumerate(entries):
        top = line * (len(entries) - at)
        for rule in _signs(entry["symbol"]):
            canvas.paint(rule, [(_swatch(rule, top, line), Scene({}, "Point", 17.0))], zoom=17.0)
        canvas.write(str(entry["label"]), 34, line * (at + 0.5))
    return canvas.finished("#FFFFFF")


def _signs(symbol: Any) -> Sequence[Any]:
    drawn_ = symbol if isinstance(symbol, list) else [symbol]
    return [{**one, "minzoom": 0, "maxzoom": 30} for one in drawn_ if one.get("type")]


def _swatch(rule: Any, top: float, line: float) -> Any:
    if rule["type"] == "fill":
        return shapely.box(4, top - line + 5, 26, top - 5)
    if rule["type"] == "line":
        return shapely.LineString([(4, top - line / 2), (26, top - line / 2)])
    return shapely.Point(15, top - line / 2)
