"""What comes in with an operation: numbers, places and lines, checked before any geometry is made."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import pyproj
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from pyproj.exceptions import CRSError
from shapely.geometry import LineString

from core.errors import Unprocessable
from layers.importing.reader import placing

XY = tuple[float, float]
MOST_POINTS = 10_000


class Arguments:
    """The arguments of one operation; every reader names the field that does not fit.

    Coordinates are in the national grid unless `crs` names another grid.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._to_grid = to_grid(values.get("crs"))

    def key(self, name: str) -> str:
        """Return a parcel's key."""
        value = self._values.get(name)
        if not isinstance(value, str) or value[:1] not in ("p", "d") or not value[1:].isdigit():
            raise _unfit(name, _("Name a parcel."))
        return value

    def keys(self, name: str) -> list[str]:
        """Return one or more parcels' keys."""
        values = self._values.get(name)
        if not isinstance(values, list) or not 1 <= len(values) <= 500:
            raise _unfit(name, _("Name the parcels."))
        return [Arguments({name: value}).key(name) for value in values]

    def number(self, name: str, default: float | None = None) -> float:
        """Return a finite number."""
        value = self._values.get(name)
        value = default if value is None else value
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise _unfit(name, _("Enter a number."))
        return float(value)

    def maybe_number(self, name: str) -> float | None:
        """Return a finite number, or None where there is none."""
        return None if self._values.get(name) is None else self.number(name)

    def numbers(self, name: str) -> list[float]:
        """Return a list of finite numbers, empty where there is none."""
        values = self._values.get(name) or []
        if not isinstance(values, list) or len(values) > 200:
            raise _unfit(name, _("Enter numbers."))
        return [Arguments({name: value}).number(name) for value in values]

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return yes or no."""
        return bool(self._values.get(name, default))

    def text(self, name: str, default: str = "") -> str:
        """Return a short text without surrounding space."""
        value = self._values.get(name, default)
        if not isinstance(value, str) or len(value) > 200:
            raise _unfit(name, _("Enter a short text."))
        return value.strip()

    def given(self, name: str) -> bool:
        """Say whether the field came."""
        return self._values.get(name) is not None

    def raw(self, name: str) -> Any:
        """Return the field as it came."""
        return self._values.get(name)

    def place(self, name: str) -> XY:
        """Return a place in the national grid."""
        return self._place(name, self._values.get(name))

    def maybe_place(self, name: str) -> XY | None:
        """Return a place, or None where there is none."""
        return self.place(name) if self.given(name) else None

    def places(self, name: str, *, least: int = 2) -> list[XY]:
        """Return a run of places."""
        return self._places(name, self._values.get(name), least)

    def line(self, name: str) -> LineString:
        """Return one line."""
        return LineString(self.places(name))

    def lines(self, name: str) -> list[LineString]:
        """Return one or more lines."""
        values = self._values.get(name)
        if not isinstance(values, list) or not 1 <= len(values) <= 200:
            raise _unfit(name, _("Draw a line."))
        return [LineString(self._places(name, value, 2)) for value in values]

    def pairs(self, name: str) -> list[tuple[XY, XY]]:
        """Return pairs of places."""
        values = self._values.get(name)
        if not isinstance(values, list) or not 1 <= len(values) <= 500:
            raise _unfit(name, _("Name the places."))
        found = [self._places(name, value, 2) for value in values]
        return [(pair[0], pair[1]) for pair in found]

    def _places(self, name: str, values: Any, least: int) -> list[XY]:
        if not isinstance(values, list) or not least <= len(values) <= MOST_POINTS:
            raise _unfit(name, _("Give at least %(count)d places.") % {"count": least})
        return [self._place(name, value) for value in values]

    def _place(self, name: str, value: Any) -> XY:
        fits = (
            isinstance(value, Sequence)
            and not isinstance(value, str)
            and len(value) in (2, 3)
            and all(
                isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n) for n in value
            )
        )
        if not fits:
            raise _unfit(name, _("A place is two numbers: east and north."))
        given = {"x": float(value[0]), "y": float(value[1])}
        x, y = self._to_grid(given["x"], given["y"])
        if not _in_use(x, y):
            raise _unfit(name, _("%(x).2f, %(y).2f lies outside the grid's area of use.") % given)
        return (x, y)


def _unfit(name: str, message: Any) -> Unprocessable:
    return Unprocessable(_("The operation does not fit."), detail=message, fields={name: message})


@cache
def _area() -> tuple[float, float, float, float]:
    """Return where the national grid may be used, in its own coordinates, with a degree around."""
    box = placing.allowed_box(settings.GRID_SRID, settings.GRID_SRID)
    return box or (-math.inf, -math.inf, math.inf, math.inf)


def _in_use(x: float, y: float) -> bool:
    west, south, east, north = _area()
    return west <= x <= east and south <= y <= north


def to_grid(crs: Any) -> Callable[[float, float], XY]:
    """Return what moves coordinates of a reference system into the national grid."""
    if crs in (None, settings.GRID_SRID, f"EPSG:{settings.GRID_SRID}"):
        return lambda x, y: (x, y)
    try:
        transformer = pyproj.Transformer.from_crs(crs, settings.GRID_SRID, always_xy=True)
    except CRSError as error:
        raise _unfit("crs", _("This grid is not known.")) from error
    return lambda x, y: transformer.transform(x, y)
