"""Coordinates as people write them: degrees, degrees-minutes-seconds or grid metres, either order."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction

from core.numbers import western
from layers import grids
from layers.features.boxes import LONLAT
from layers.grids import Grid

MOST_READINGS = 4
# Two small whole numbers are a basin and a parcel, not a place.
_SMALLEST_METRES = 1_000
_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_EPSG = re.compile(r"\bepsg\s*:?\s*(\d{4,5})\b\s*:?", re.IGNORECASE)
_DMS = re.compile(
    rf"({_NUMBER})\s*[°ºd]\s*(?:(\d+(?:\.\d+)?)\s*['′m’]\s*)?(?:(\d+(?:\.\d+)?)\s*(?:[\"″s”]|''|’’)\s*)?([nsew])?",
    re.IGNORECASE,
)
_PLAIN = re.compile(rf"([nsew]|lat|lon|x|y)?\s*[:=]?\s*({_NUMBER})\s*m?\s*([nsew])?\b", re.IGNORECASE)
_SIDES = str.maketrans({"،": ",", "؛": ";"})
_ARABIC_SIDES = (("شمالا", "n"), ("شمال", "n"), ("شرقا", "e"), ("شرق", "e"), ("جنوب", "s"), ("غرب", "w"))
_NORTH, _EAST = frozenset({"n", "s", "lat", "y"}), frozenset({"e", "w", "lon", "x"})
_BACKWARDS = frozenset({"s", "w"})


@dataclass(frozen=True)
class Reading:
    """One way to understand what was written: a place, and the system in which it is one."""

    lon: float
    lat: float
    srid: int
    system: str


@dataclass(frozen=True)
class _Part:
    value: float
    side: str


def readings(written: str) -> list[Reading]:
    """Return the places that a text can mean as coordinates, likeliest first; none if it is not a pair.

    Degrees are tried as latitude and longitude in both orders unless letters say which is which;
    metres in every listed grid, easting first and then northing first (both, in the municipality's
    own). A reading counts only in the area of use of its system.
    """
    text, srid = _prepared(written)
    pair = _dms(text) or _plain(text)
    if pair is None:
        return []
    first, second = _sorted_by_side(*pair)
    found: list[Reading] = []
    if srid in (None, LONLAT) and abs(first.value) <= 180 and abs(second.value) <= 180:
        if srid or "." in text or first.side or second.side or _dms(text):
            found = list(_degrees(first, second))
    elif srid or min(abs(first.value), abs(second.value)) >= _SMALLEST_METRES:
        found = list(_metres(first, second, srid))
    return list(dict.fromkeys(found))[:MOST_READINGS]


def _prepared(written: str) -> tuple[str, int | None]:
    text = western(written).translate(_SIDES).lower()
    for word, letter in _ARABIC_SIDES:
        text = text.replace(word, f" {letter} ")
    # "35,26 32,22": commas are decimal where blanks already part the two numbers.
    if re.fullmatch(r"\s*-?\d+,\d+\s*[;\s]\s*-?\d+,\d+\s*", text):
        text = text.replace(",", ".")
    code = _EPSG.search(text)
    if code is None:
        return text, None
    return text[: code.start()] + text[code.end() :], int(code[1])


def _dms(text: str) -> tuple[_Part, _Part] | None:
    found = list(_DMS.finditer(text))
    rest = _DMS.sub("", text).strip(" ,;")
    if len(found) != 2 or rest:
        return None
    one, two = (_of_dms(match) for match in found)
    return one, two


def _of_dms(match: re.Match[str]) -> _Part:
    degrees, minutes, seconds, side = match.groups()
    size = abs(float(degrees)) + float(minutes or 0) / 60 + float(seconds or 0) / 3600
    return _signed(-size if degrees.startswith("-") else size, side or "")


def _plain(text: str) -> tuple[_Part, _Part] | None:
    found = list(_PLAIN.finditer(text))
    if len(found) != 2 or _PLAIN.sub("", text).strip(" ,;()"):
        return None
    one, two = (_signed(float(match[2]), match[1] or match[3] or "") for match in found)
    return one, two


def _signed(value: float, side: str) -> _Part:
    return _Part(-value if side in _BACKWARDS else value, side)


def _sorted_by_side(first: _Part, second: _Part) -> tuple[_Part, _Part]:
    """Return easting before northing where letters tell."""
    if first.side in _NORTH or second.side in _EAST:
        return second, first
    return first, second


def _degrees(first: _Part, second: _Part) -> Iterable[Reading]:
    known = bool(first.side or second.side)
    pairs = (
        [(first.value, second.value)] if known else [(first.value, second.value), (second.value, first.value)]
    )
    places = [(lon, lat) for lon, lat in pairs if abs(lat) <= 90 and abs(lon) <= 180]
    at_home = [place for place in places if grids.own().holds(*place)]
    nearby = [place for place in places if any(grid.holds(*place) for grid in grids.listed())]
    for lon, lat in at_home or nearby or places[:1]:
        yield Reading(lon, lat, LONLAT, "WGS 84")


def _metres(first: _Part, second: _Part, srid: int | None) -> Iterable[Reading]:
    known = bool(first.side or second.side)
    for grid in grids.listed():
        if srid not in (None, grid.srid):
            continue
        orders = (
            [(first.value, second.value)]
            if known
            else [(first.value, second.value), (second.value, first.value)]
        )
        for easting, northing in orders:
            place = _to_degrees(easting, northing, grid)
            if place is not None and grid.holds(*place):
                yield Reading(*place, grid.srid, grid.name)
                if grid != grids.own():
                    break


def _to_degrees(easting: float, northing: float, grid: Grid) -> tuple[float, float] | None:
    if abs(easting) > 1e7 or abs(northing) > 1e7:
        return None
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform(ST_SetSRID(ST_MakePoint(%s, %s), %s), 4326) AS p) s",
                [easting, northing, grid.srid],
            )
            lon, lat = cursor.fetchone()
    except DatabaseError:
        # PROJ refuses numbers that its projection cannot turn back: not a place in this grid.
        return None
    return round(lon, 7), round(lat, 7)
