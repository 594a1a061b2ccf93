"""A map picture painted with Pillow: styles' layers onto a canvas of twice the size, then made small.

Pillow draws without smoothing its edges; twice the size and a good reduction do it for everything at
once. Its text engine (Raqm) joins and orders Arabic.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from PIL import Image, ImageColor, ImageDraw, ImageFont

from layers.ows.expressions import Scene, evaluate

# Pictures beyond it are painted in their own size, so that one never takes more than 20 MB a sheet.
FINE_PIXELS = 1_500_000
# Where labels stand is remembered by squares of so many pixels.
CELL = 8
# Nobody reads more texts in one picture, and each costs a third of a millisecond.
MOST_LABELS = 2_000
# Noto reads best, one face for each script; DejaVu, which comes with fontconfig, has both in one.
_FACES = {
    "arabic": Path("/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf"),
    "latin": Path("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"),
    "mixed": Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
}
Style = Mapping[str, Any]
Painted = tuple[Any, Scene]


class Canvas:
    """The picture of a box: `paint` layers in order, then `finished`."""

    def __init__(self, width: int, height: int, box: tuple[float, float, float, float]) -> None:
        self.fine = 2 if width * height <= FINE_PIXELS else 1
        self.size = (width * self.fine, height * self.fine)
        self.west, _south, _east, self.north = box
        self.across = self.size[0] / (box[2] - box[0])
        self.down = self.size[1] / (box[3] - box[1])
        self.picture = Image.new("RGBA", self.size, (0, 0, 0, 0))
        self.taken: set[tuple[int, int]] = set()
        self.shaped = 0

    def lay(self, picture: Image.Image) -> None:
        """Put a picture of the final size over what is there."""
        self.picture.alpha_composite(picture.convert("RGBA").resize(self.size, Image.Resampling.BILINEAR))

    def paint(self, rule: Style, features: Sequence[Painted], *, zoom: float) -> None:
        """Paint one layer of a style over what is there."""
        if not rule.get("minzoom", 0) <= zoom < rule.get("maxzoom", 30):
            return
        shown = [one for one in features if "filter" not in rule or evaluate(rule["filter"], one[1])]
        paint = _PAINTERS.get(rule["type"])
        if shown and paint:
            paint(self, rule, shown)

    def write(self, words: str, x: float, y: float, size: int = 13) -> None:
        """Write a line of text that begins at x and has its middle at y, in pixels of the final size."""
        label = _written(words, size * self.fine, _rgba("#14222B"), _rgba("#FFFFFF"), 0)
        place = (round(x * self.fine), max(0, round(y * self.fine - label.height / 2)))
        layer, _pen = self._sheet()
        layer.paste(label, place)
        self.picture.alpha_composite(layer)

    def finished(self, background: str | None = None) -> Image.Image:
        """Return the picture in its final size, on a colour where it is not to be transparent."""
        small = self.picture.resize(
            (self.size[0] // self.fine, self.size[1] // self.fine), Image.Resampling.BOX
        )
        if background is None:
            return small
        ground = Image.new("RGBA", small.size, background)
        ground.alpha_composite(small)
        return ground.convert("RGB")

    def pixels(self, points: Any) -> list[tuple[float, float]]:
        """Return coordinates in pixels of the canvas."""
        at = np.asarray(points, "float64")[:, :2]
        xs, ys = (at[:, 0] - self.west) * self.across, (self.north - at[:, 1]) * self.down
        return list(zip(xs.tolist(), ys.tolist(), strict=True))

    def _over(self, layer: Image.Image, opacity: float) -> None:
        if opacity < 1:
            layer.putalpha(layer.getchannel("A").point(lambda value: int(value * max(opacity, 0))))
        self.picture.alpha_composite(layer)

    def _fill(self, rule: Style, features: Sequence[Painted]) -> None:
        paint = rule.get("paint", {})
        layer, pen = self._sheet()
        # Larger first, so that what lies in another's hole is not wiped out with it.
        for shape, scene in sorted(features, key=lambda one: -shapely.area(one[0])):
            colour = evaluate(
                paint.get("fill-color" if "fill-pattern" not in paint else "gis:pattern-color"),
                scene,
                "#808080",
            )
            edge = evaluate(paint.get("fill-outline-color"), scene)
            for part in _parts(shape, "Polygon"):
                pen.polygon(self.pixels(part.exterior.coords), fill=_rgba(colour))
                for hole in part.interiors:
                    pen.polygon(self.pixels(hole.coords), fill=(0, 0, 0, 0))
                if edge:
                    self._stroke(pen, part.exterior.coords, _rgba(edge), 1.0, None)
        if "fill-pattern" in paint:
            layer.putalpha(
                Image.composite(
                    _pattern(self.size, str(paint["fill-pattern"]), self.fine),
                    Image.new("L", self.size),
                    layer.getchannel("A"),
                )
            )
        self._over(layer, _number(paint.get("fill-opacity"), features[0][1], 1.0))

    def _line(self, rule: Style, features: Sequence[Painted]) -> None:
        paint = rule.get("paint", {})
        layer, pen = self._sheet()
        for shape, scene in features:
            colour = _rgba(evaluate(paint.get("line-color"), scene, "#000000"))
            width = _number(paint.get("line-width"), scene, 1.0)
            dashes = evaluate(paint.get("line-dasharray"), scene)
            for line in _lines(shape):
                self._stroke(pen, line.coords, colour, width, dashes)
        self._over(layer, _number(paint.get("line-opacity"), features[0][1], 1.0))

    def _stroke(self, pen: Any, coordinates: Any, colour: Any, width: float, dashes: Any) -> None:
        points = self.pixels(coordinates)
        thick = max(1, round(width * self.fine))
        lines: Iterable[Any] = (
            _dashed(points, [float(one) * self.fine for one in dashes]) if dashes else [points]
        )
        for line in lines:
            pen.line(line, fill=colour, width=thick, joint="curve")

    def _circle(self, rule: Style, features: Sequence[Painted]) -> None:
        paint = rule.get("paint", {})
        layer, pen = self._sheet()
        for shape, scene in features:
            radius = _number(paint.get("circle-radius"), scene, 5.0) * self.fine
            rim = _number(paint.get("circle-stroke-width"), scene, 0.0) * self.fine
            colour = _rgba(evaluate(paint.get("circle-color"), scene, "#000000"))
            edge = _rgba(evaluate(paint.get("circle-stroke-color"), scene, "#000000"))
            for x, y in self.pixels(shapely.get_coordinates(shape)):
                if rim:
                    pen.ellipse(_around(x, y, radius + rim), fill=edge)
                pen.ellipse(_around(x, y, radius), fill=colour)
        self._over(layer, _number(paint.get("circle-opacity"), features[0][1], 1.0))

    def _symbol(self, rule: Style, features: Sequence[Painted]) -> None:
        layout, paint = rule.get("layout", {}), rule.get("paint", {})
        layer, pen = self._sheet()
        if "icon-image" in layout:
            for shape, scene in features:
                half = _number(layout.get("icon-size") or paint.get("icon-size"), scene, 12.0) * self.fine / 2
                colour = _rgba(evaluate(paint.get("icon-color"), scene, "#14222B"))
                name = str(evaluate(layout["icon-image"], scene, "circle"))
                for x, y in self.pixels(shapely.get_coordinates(shape)):
                    _sign(pen, name, x, y, half, colour, self.fine)
        if "text-field" in layout:
            for shape, scene in features:
                self._label(layer, rule, shape, scene)
        self._over(layer, 1.0)

    def _label(self, layer: Image.Image, rule: Style, shape: Any, scene: Scene) -> None:
        layout, paint = rule["layout"], rule.get("paint", {})
        words = str(evaluate(layout["text-field"], scene, "") or "").strip()
        if not words or shapely.is_empty(shape):
            return
        size = round(_number(layout.get("text-size"), scene, 12.0) * self.fine)
        x, y, turn, room = self._place(shape)
        shift = evaluate(layout.get("text-offset"), scene, (0, 0))
        x, y = x + float(shift[0]) * size, y + float(shift[1]) * size
        # Shaping a text is dear: first see whether its middle is free.
        if self.shaped >= MOST_LABELS or _cells(_around(x, y, size / 2)) & self.taken:
            return
        self.shaped += 1
        label = _written(
            words[:80],
            size,
            _rgba(evaluate(paint.get("text-color"), scene, "#14222B")),
            _rgba(evaluate(paint.get("text-halo-color"), scene, "#FFFFFF")),
            round(_number(paint.get("text-halo-width"), scene, 0.0) * self.fine),
        )
        if layout.get("symbol-placement") == "line":
            if label.width > room:
                return
            label = label.rotate(turn, expand=True, resample=Image.Resampling.BICUBIC)
        self._stand(layer, label, x, y)

    def _stand(self, layer: Image.Image, label: Image.Image, x: float, y: float) -> None:
        """Put a label around a place where it is wholly inside and meets no other."""
        box = (x - label.width / 2, y - label.height / 2, x + label.width / 2, y + label.height / 2)
        inside = box[0] >= 0 and box[1] >= 0 and box[2] <= self.size[0] and box[3] <= self.size[1]
        cells = _cells(box)
        if inside and not cells & self.taken:
            self.taken |= cells
            layer.alpha_composite(label, (round(box[0]), round(box[1])))

    def _place(self, shape: Any) -> tuple[float, float, float, float]:
        """Return where a label stands in pixels, its turn in degrees, and the room of a line's longest stretch."""
        lines = [] if shapely.get_dimensions(shape) != 1 else _lines(shape)
        stretches = [pair for line in lines for pair in pairwise(self.pixels(line.coords))]
        if not stretches:
            middle = shapely.point_on_surface(shape)
            (x, y), *_rest = self.pixels([(middle.x, middle.y)])
            return x, y, 0.0, math.inf
        (x1, y1), (x2, y2) = max(stretches, key=lambda pair: math.dist(*pair))
        turn = -math.degrees(math.atan2(y2 - y1, x2 - x1))
        upright = turn - 180 if turn > 90 else turn + 180 if turn < -90 else turn
        return (x1 + x2) / 2, (y1 + y2) / 2, upright, math.dist((x1, y1), (x2, y2))

    def _sheet(self) -> tuple[Image.Image, Any]:
        layer = Image.new("RGBA", self.size, (0, 0, 0, 0))
        return layer, ImageDraw.Draw(layer)


_PAINTERS = {"fill": Canvas._fill, "line": Canvas._line, "circle": Canvas._circle, "symbol": Canvas._symbol}


def _parts(shape: Any, kind: str) -> Iterator[Any]:
    for part in shapely.get_parts(shape):
        if part.geom_type == kind and not part.is_empty:
            yield part
        elif part.geom_type == "GeometryCollection":
            yield from _parts(part, kind)


def _lines(shape: Any) -> list[Any]:
    rings = [ring for part in _parts(shape, "Polygon") for ring in (part.exterior, *part.interiors)]
    return [*rings, *_parts(shape, "LineString")]


def _dashed(
    points: Sequence[tuple[float, float]], dashes: Sequence[float]
) -> Iterator[list[tuple[float, float]]]:
    """Yield the strokes of a dashed line; corners inside a stroke are kept."""
    if sum(dashes) <= 0:
        yield list(points)
        return
    at, left, stroke = 0, dashes[0], [points[0]]
    for (x1, y1), (x2, y2) in pairwise(points):
        length, done = math.dist((x1, y1), (x2, y2)), 0.0
        while length - done > left:
            done += left
            place = (x1 + (x2 - x1) * done / length, y1 + (y2 - y1) * done / length)
            if at % 2 == 0:
                yield [*stroke, place]
            at, stroke = at + 1, [place]
            left = max(dashes[at % len(dashes)], 0.5)
        left -= length - done
        stroke.append((x2, y2))
    if at % 2 == 0 and len(stroke) > 1:
        yield stroke


def _number(part: Any, scene: Scene, usual: float) -> float:
    try:
        return float(evaluate(part, scene, usual))
    except (TypeError, ValueError):
        return usual


@cache
def _rgba(colour: Any) -> tuple[int, ...]:
    try:
        found: Any = ImageColor.getcolor(str(colour), "RGBA")
    except ValueError:
        return (128, 128, 128, 255)
    return tuple(found)


def _around(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    return (x - radius, y - radius, x + radius, y + radius)


def _sign(pen: Any, name: str, x: float, y: float, half: float, colour: Any, fine: int) -> None:
    corners: Any = {
        "square": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
        "diamond": [(0, -1), (1, 0), (0, 1), (-1, 0)],
        "triangle": [(0, -1), (1, 0.8), (-1, 0.8)],
    }.get(name)
    if corners is None:
        pen.ellipse(_around(x, y, half), fill=colour, outline=(255, 255, 255, 255), width=fine)
    else:
        pen.polygon(
            [(x + dx * half, y + dy * half) for dx, dy in corners], fill=colour, outline=(255, 255, 255, 255)
        )


def _pattern(size: tuple[int, int], name: str, fine: int) -> Image.Image:
    """Return the mask of a pattern over the whole canvas."""
    mask = Image.new("L", size)
    pen, gap = ImageDraw.Draw(mask), 8 * fine
    width, height = size
    for at in range(-height, width + height, gap):
        if name in ("hatch", "cross"):
            pen.line([(at, height), (at + height, 0)], fill=255, width=fine)
        if name in ("hatch-back", "cross"):
            pen.line([(at, 0), (at + height, height)], fill=255, width=fine)
        if name == "lines" and 0 <= at < height:
            pen.line([(0, at), (width, at)], fill=255, width=fine)
        if name == "dots" and 0 <= at < width:
            for row in range(0, height, gap):
                pen.ellipse(_around(at + (row // gap % 2) * gap / 2, row, 1.4 * fine), fill=255)
    return mask


def _cells(box: Sequence[float]) -> set[tuple[int, int]]:
    """Return the squares of the canvas that a box touches."""
    left, top, right, bottom = (int(one) // CELL for one in box)
    return {(column, row) for column in range(left, right + 1) for row in range(top, bottom + 1)}


def _script(words: str) -> str:
    """Return which face has all signs of a text."""
    arabic = [sign for sign in words if "\u0600" <= sign <= "\u06ff"]
    if not arabic:
        return "latin"
    return (
        "arabic"
        if all(sign in arabic or sign.isspace() or sign in "./-0123456789" for sign in words)
        else "mixed"
    )


@cache
def _font(size: int, script: str) -> Any:
    path = _FACES[script]
    return ImageFont.truetype(str(path), size) if path.exists() else ImageFont.load_default(size)


def _written(words: str, size: int, colour: Any, halo: Any, halo_width: int) -> Image.Image:
    font = _font(max(6, min(size, 96)), _script(words))
    left, top, right, bottom = font.getbbox(words, stroke_width=halo_width)
    label = Image.new(
        "RGBA", (max(1, math.ceil(right - left)), max(1, math.ceil(bottom - top))), (0, 0, 0, 0)
    )
    more = {"stroke_width": halo_width, "stroke_fill": halo} if halo_width else {}
    ImageDraw.Draw(label).text((-left, -top), words, font=font, fill=colour, **more)
    return label
