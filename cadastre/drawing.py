"""Plans as SVG: shapes in a view box, and labels beside them as values.

Labels are not SVG text: browsers and the PDF writer shape Arabic well in HTML and poorly in SVG.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from cadastre.drafting.plots import Plot
from cadastre.operations.measure import edges
from cadastre.operations.rings import rings_of


@dataclass(frozen=True)
class Label:
    """A text at a place, in per cent of the plan's width and height."""

    text: str
    left: float
    top: float
    kind: str


@dataclass(frozen=True)
class Path:
    """One shape as an SVG path, with its class."""

    d: str
    kind: str


@dataclass(frozen=True)
class Plan:
    """A plan: its size in metres, shapes, labels, and the scale bar's length in metres and per cent."""

    width: float
    height: float
    paths: tuple[Path, ...]
    labels: tuple[Label, ...]
    bar_m: float
    bar_pct: float

    @property
    def view_box(self) -> str:
        """Return the SVG view box, in metres."""
        return f"0 0 {self.width:.2f} {self.height:.2f}"

    @property
    def stroke(self) -> float:
        """Return a thin line's width in metres, for writers that know no other."""
        return round(self.width / 900, 4)

    @property
    def stroke_strong(self) -> float:
        """Return a strong line's width in metres."""
        return round(self.width / 300, 4)


def plan(
    layers: Sequence[tuple[str, Iterable[Plot]]], *, focus: Sequence[BaseGeometry], ratio: float = 1.5,
    dimensions: Iterable[Plot] = (), labelled: Iterable[str] = (),
) -> Plan | None:  # fmt: skip
    """Draw layers (class, plots), the first lowest, around `focus`; None where there is nothing to draw.

    `labelled` are the classes whose numbers are written, `dimensions` the plots whose edges are measured.
    """
    if not focus:
        return None
    west, south, east, north = _frame(focus, ratio)
    width, height = east - west, north - south
    frame = shapely.box(west, south, east, north)
    wanted = set(labelled)

    def place(x: float, y: float) -> tuple[float, float]:
        return (round((x - west) / width * 100, 2), round((north - y) / height * 100, 2))

    paths, labels = [], []
    for kind, plots in layers:
        for plot in plots:
            paths.append(Path(_path(plot.shape, west, north), kind))
            visible = plot.shape.intersection(frame)
            if kind in wanted and not visible.is_empty and visible.area > width * height / 800:
                point = visible.representative_point()
                labels.append(Label(plot.number, *place(point.x, point.y), kind))
    for plot in dimensions:
        for edge in edges(plot.shape):
            middle = ((edge.start[0] + edge.end[0]) / 2, (edge.start[1] + edge.end[1]) / 2)
            left, top = place(*middle)
            # Both sides of a boundary, or of a narrow strip, are measured; one figure is legible.
            lengths = [one for one in labels if one.kind == "length"]
            is_free = not any(abs(one.left - left) < 4 and abs(one.top - top) < 3 for one in lengths)
            if edge.length_m > width / 25 and is_free:
                labels.append(Label(f"{edge.length_m:.2f}", left, top, "length"))
    bar = _round_length(width / 5)
    return Plan(width, height, tuple(paths), tuple(labels), bar, round(bar / width * 100, 2))


def _frame(focus: Sequence[BaseGeometry], ratio: float) -> tuple[float, float, float, float]:
    west, south, east, north = (float(side) for side in shapely.total_bounds(list(focus)))
    width, height = max(east - west, 1.0) * 1.3, max(north - south, 1.0) * 1.3
    width, height = max(width, height * ratio), max(height, width / ratio)
    x, y = (west + east) / 2, (south + north) / 2
    return (x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _path(shape: BaseGeometry, west: float, north: float) -> str:
    return " ".join(
        "M" + "L".join(f"{x - west:.2f},{north - y:.2f}" for x, y in ring[:-1]) + "Z"
        for ring in rings_of(shape)
    )


def _round_length(longest: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is not longer."""
    steps = [factor * 10**power for power in range(5) for factor in (1, 2, 5)]
    return max((step for step in steps if step <= longest), default=1)
