"""A surveyor's file at the counter: lines and outlines of a DXF drawing, or the points of a CSV list.

Drawings are read in the importer's locked-down process. Neither kind of file says in which unit or grid
its numbers are, so both are asked for, and what cannot be right is told with what it looks like.
"""

import csv
import io
import math
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cadastre.drafting.arguments import to_grid
from core.errors import TooLarge, Unprocessable
from core.numbers import western
from core.text import search_key
from layers import grids
from layers.importing import messages
from layers.importing.reader import placing
from layers.importing.reader.limits import Limits
from layers.importing.reader.process import Reader
from layers.importing.reader.refusals import Refusal
from municipality.models import Municipality

XY = tuple[float, float]
LARGEST = 10 * 1024 * 1024
MOST_POINTS = 10_000
# A survey may reach beyond the municipality, but not by more than this.
BEYOND_M = 20_000.0
UNITS: dict[str, tuple[float, Any]] = {
    "m": (1.0, _("metres")),
    "cm": (0.01, _("centimetres")),
    "mm": (0.001, _("millimetres")),
    "ft": (0.3048, _("feet")),
}
EAST = frozenset("e east easting x est الشرق شرق س".split())
NORTH = frozenset("n north northing y nord الشمال شمال ص".split())
_LIMITS = Limits(cpu_s=20, wall_s=30, memory_bytes=512 << 20, file_bytes=64 << 20)


@dataclass(frozen=True)
class Shape:
    """A line, an outline (closed), or a list of points, in the national grid."""

    kind: str
    layer: str
    points: tuple[XY, ...]


def read_survey(file: UploadedFile, *, unit: str = "m", crs: Any = None) -> list[Shape]:
    """Return the shapes of a DXF or CSV file in the national grid.

    Raises Unprocessable naming the file, the unit or the grid where they do not fit.
    """
    if (file.size or 0) > LARGEST:
        raise TooLarge(_("A survey file may have at most 10 MB."))
    if unit not in UNITS:
        raise _unfit("unit", _("Choose one of the list."))
    name = str(file.name or "")
    found = _drawing(file, name) if Path(name).suffix.lower() == ".dxf" else _listed(file)
    if not found:
        raise _unfit("file", _("The file holds no line, no outline and no points."))
    moved = to_grid(crs)
    factor = UNITS[unit][0]
    raw = [xy for one in found for xy in one.points]
    _require_place(raw, lambda x, y: moved(x * factor, y * factor), moved)
    return [
        Shape(one.kind, one.layer, tuple(moved(x * factor, y * factor) for x, y in one.points))
        for one in found
    ]


def _unfit(field: str, message: Any) -> Unprocessable:
    return Unprocessable(_("The survey file does not fit."), detail=message, fields={field: message})


def _drawing(file: UploadedFile, name: str) -> list[Shape]:
    with tempfile.TemporaryDirectory(prefix="gisportal-survey-") as folder:
        path = Path(folder) / "survey.dxf"
        path.write_bytes(file.read())
        try:
            with Reader(path, name=name, limits=_LIMITS) as reader:
                told = reader.shapes()
        except Refusal as refusal:
            raise _unfit("file", messages.refusal(refusal.code, refusal.params)) from refusal
    if told["cut"]:
        raise _unfit("file", _("The drawing holds more than a survey plan: keep only its boundaries."))
    return [
        Shape(one["kind"], one["layer"], tuple((float(x), float(y)) for x, y in one["points"]))
        for one in told["shapes"]
    ]


def _listed(file: UploadedFile) -> list[Shape]:
    """Read a list of points: with a heading that names east and north, else number, east, north."""
    body = file.read()
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1256", "replace")
    if "\x00" in text:
        raise _unfit("file", _("This is neither a DXF drawing nor a list of points."))
    rows = [row for row in _rows(text) if any(cell.strip() for cell in row)]
    if not rows:
        return []
    columns = _columns(rows[0])
    points = [_point(number, row, columns) for number, row in enumerate(rows, 1) if number > 1 or not columns]
    if len(points) > MOST_POINTS:
        raise _unfit("file", _("The list holds too many points."))
    return [Shape("points", "", tuple(points))] if points else []


def _rows(text: str) -> Iterable[list[str]]:
    sample = text[:2000]
    mark = max(("\t", ";", ","), key=sample.count)
    if sample.count(mark) == 0:
        return [line.split() for line in text.splitlines()]
    return csv.reader(io.StringIO(text), delimiter=mark)


def _columns(head: Sequence[str]) -> tuple[int, int] | None:
    """Return where a heading puts east and north; None where the first row is a point already."""
    words = [search_key(cell) for cell in head]
    east = next((at for at, word in enumerate(words) if word in EAST), None)
    north = next((at for at, word in enumerate(words) if word in NORTH), None)
    return (east, north) if east is not None and north is not None else None


def _point(number: int, row: Sequence[str], columns: tuple[int, int] | None) -> XY:
    east, north = columns or ((0, 1) if len(row) == 2 else (1, 2))
    try:
        x, y = (float(western(row[at]).strip().replace(" ", "").replace(",", ".")) for at in (east, north))
    except (ValueError, IndexError):
        x = y = math.nan
    if not (math.isfinite(x) and math.isfinite(y)):
        raise _unfit("file", _("Line %(number)d has no east and north.") % {"number": number})
    return (x, y)


def _require_place(
    raw: Sequence[XY], chosen: Callable[[float, float], XY], moved: Callable[[float, float], XY]
) -> None:
    """Refuse numbers that do not lie here, saying in which unit, order or grid they would."""
    expected = _expected()
    if _all_within(raw, chosen, expected):
        return
    for code, (factor, title) in UNITS.items():
        if _all_within(raw, lambda x, y, f=factor: moved(x * f, y * f), expected):  # type: ignore[misc]
            text = _("The numbers look like %(unit)s: choose that unit.") % {"unit": title}
            raise _unfit("unit", text) from ValueError(code)
    if _all_within(raw, lambda x, y: chosen(y, x), expected):
        raise _unfit("file", _("East and north are exchanged in this file."))
    for grid in grids.listed():
        if _all_within(raw, to_grid(grid.srid), expected):
            text = _("The numbers look like %(grid)s: choose that grid.") % {
                "grid": f"EPSG:{grid.srid} {grid.name}"
            }
            raise _unfit("crs", text)
    x, y = raw[0]
    raise _unfit("file", _("%(x).2f, %(y).2f lies outside the grid's area of use.") % {"x": x, "y": y})


def _expected() -> tuple[float, float, float, float]:
    """Return the part of the grid where a survey can lie: the municipality and around, else the grid's area."""
    row = Municipality.objects.filter(boundary__isnull=False).first()
    if row is not None and row.boundary is not None:
        west, south, east, north = row.boundary.extent
        return (west - BEYOND_M, south - BEYOND_M, east + BEYOND_M, north + BEYOND_M)
    box = placing.allowed_box(settings.GRID_SRID, settings.GRID_SRID)
    return box or (-math.inf, -math.inf, math.inf, math.inf)


def _all_within(
    raw: Sequence[XY], move: Callable[[float, float], XY], box: tuple[float, float, float, float]
) -> bool:
    west, south, east, north = box
    places = (move(x, y) for x, y in raw)
    return all(west <= x <= east and south <= y <= north for x, y in places)
