"""What programs and the map ask of rasters: the value at a place and the profile along a line."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema

from accounts.policy import subject_of
from layers.rasters.access import lost, seen
from layers.values import number, refused

router = Router(tags=["rasters"])
MOST_VERTICES = 200


class Value(Schema):
    """The cell at a place: one value for each band, null where nothing is known."""

    values: list[float | None]
    unit: str


class Profile(Schema):
    """Values along a line: metres from its start and value, and what they come to."""

    length_m: float
    points: list[tuple[float, float | None]]
    least: float | None
    most: float | None
    rise: float
    fall: float
    unit: str


@router.get("/rasters/{raster}/value", response=Value, summary="The value at a place")
def read_value(request: HttpRequest, raster: str, lon: float, lat: float) -> Any:
    """Return the cell at a longitude and latitude."""
    from layers.rasters import reading

    found = seen(subject_of(request), raster)
    _check_place("lon", lon, lat)
    try:
        return {"values": reading.value(found.path, lon, lat), "unit": found.unit}
    except FileNotFoundError as gone:
        raise lost() from gone


@router.get("/rasters/{raster}/profile", response=Profile, summary="The profile along a line")
def read_profile(request: HttpRequest, raster: str, line: str) -> Any:
    """Return 200 values along `line`, written as lon,lat;lon,lat and so on."""
    from layers.rasters import reading

    found = seen(subject_of(request), raster)
    if not found.has_values:
        raise refused("raster", _("The cells of this raster are colours; they have no profile."))
    try:
        return {**reading.profile(found.path, _line(line)), "unit": found.unit}
    except FileNotFoundError as gone:
        raise lost() from gone


def _line(written: str) -> list[tuple[float, float]]:
    try:
        pairs = [[number(part) for part in pair.split(",")] for pair in written.split(";")]
        line = [(lon, lat) for lon, lat in pairs]
    except ValueError:
        line = []
    if not 2 <= len(line) <= MOST_VERTICES:
        raise refused("line", _("Write a line as lon,lat;lon,lat with 2 to 200 points."))
    for lon, lat in line:
        _check_place("line", lon, lat)
    return line


def _check_place(name: str, lon: float, lat: float) -> None:
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise refused(name, _("This place is not on the earth."))
