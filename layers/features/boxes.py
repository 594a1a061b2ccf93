"""Bounding boxes that clients send, brought to the tiles' grid."""

import math
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from layers import grids
from layers.tiles.grid import HALF
from layers.values import number, refused

LONLAT = 4326
_NAMES = {"crs84": LONLAT, "4326": LONLAT, "3857": settings.TILE_SRID}
# Web Mercator ends here.
_STEEPEST = 85.051128
_FARTHEST = 1e7
Box = tuple[float, float, float, float]


def srid(name: str, written: str) -> int:
    """Return the EPSG code of "EPSG:28191", its URI or "CRS84"; refuses systems that are not listed."""
    code = written.rstrip("/").replace(":", "/").rsplit("/", 1)[-1].lower()
    known = _NAMES | {str(one.srid): one.srid for one in grids.listed()}
    if code not in known:
        raise refused(name, _("This reference system is not known here."))
    return known[code]


def read(name: str, written: str, crs: int = LONLAT) -> str:
    """Return the box as hexadecimal EWKB in Web Mercator; refuses what is no box on this earth."""
    try:
        parts = [number(part) for part in written.split(",")]
    except ValueError:
        parts = []
    if len(parts) == 6:
        parts = [parts[0], parts[1], parts[3], parts[4]]
    if len(parts) != 4:
        raise refused(name, _("A box is written as west,south,east,north."))
    west, south, east, north = parts
    if west > east or south > north or not _plausible(parts, crs):
        raise refused(name, _("This box is not on the map."))
    if crs == LONLAT:
        west, south, east, north = (*_mercator(west, south), *_mercator(east, north))
        crs = settings.TILE_SRID
    return _polygon(name, (west, south, east, north), crs)


def _plausible(parts: list[float], crs: int) -> bool:
    west, south, east, north = parts
    if crs == LONLAT:
        return west >= -180 and east <= 180 and south >= -90 and north <= 90
    farthest = HALF if crs == settings.TILE_SRID else _FARTHEST
    return all(abs(part) <= farthest * 1.0001 for part in parts)


def _mercator(lon: float, lat: float) -> tuple[float, float]:
    steep = math.radians(max(-_STEEPEST, min(_STEEPEST, lat)))
    return lon * HALF / 180, math.asinh(math.tan(steep)) * HALF / math.pi


def _polygon(name: str, box: Box, crs: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT shape::text, NOT ST_IsEmpty(shape) AND ST_XMax(shape) - ST_XMin(shape) < 5e7
               FROM (SELECT ST_Transform(ST_Segmentize(ST_MakeEnvelope(%s, %s, %s, %s, %s),
                       greatest(%s::float8 / 8, 0.001)), %s) AS shape) s""",
            [*box, crs, max(box[2] - box[0], box[3] - box[1]), settings.TILE_SRID],
        )
        row: Any = cursor.fetchone()
    if not row[1]:
        raise refused(name, _("This box is not on the map."))
    return str(row[0])
