"""Shapes in filters, brought to the system in which a collection keeps its own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_lazy as _

from layers import grids
from layers.ogc.filters.reading import unfit
from layers.writing.shapes import well_formed

LONLAT = 4326
# What a shape reaches beyond a grid's area of use says nothing about the rows, which lie inside it.
_MARGIN = 2.0
_MOVED = """
    SELECT moved::text, ST_IsValid(moved), ST_IsEmpty(moved) FROM (
      SELECT ST_Transform(CASE WHEN ST_Within(ST_Envelope(shape), area) THEN shape
             ELSE ST_Intersection(ST_MakeValid(shape), area) END, %(into)s) AS moved
      FROM (SELECT ST_Transform(CASE WHEN %(flip)s THEN ST_FlipCoordinates(sent) ELSE sent END, 4326) AS shape
            FROM (SELECT ST_SetSRID(ST_Force2D(ST_GeomFromGeoJSON(%(sent)s)), %(srid)s) AS sent) one) two,
           ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326) area) three"""
_SAME = """
    SELECT shape::text, ST_IsValid(shape), ST_IsEmpty(shape)
    FROM (SELECT ST_SetSRID(ST_Force2D(ST_GeomFromGeoJSON(%(sent)s)), %(srid)s) AS shape) one"""


@dataclass(frozen=True)
class Place:
    """The system that a filter's coordinates are in, and the one that the collection is kept in."""

    srid: int = LONLAT
    into: int = LONLAT
    # The system's own order of axes is northing first, and the client keeps to it.
    flipped: bool = False


def placed(part: Mapping[str, Any], place: Place) -> str:
    """Return a GeoJSON geometry or `{"bbox": [...]}` as EWKB in the collection's system."""
    shape = _box(part["bbox"]) if "bbox" in part and "type" not in part else dict(part)
    try:
        plain = well_formed(shape)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_SAME if place.srid == place.into else _MOVED, _bound(plain, place))
            ewkb, valid, _empty = cursor.fetchone()
    except ValueError as fault:
        raise unfit(fault.args[0]) from fault
    except DatabaseError as fault:
        raise unfit(_("This shape cannot be placed on the map.")) from fault
    if not valid:
        raise unfit(_("The shape is not well formed."))
    return str(ewkb)


def _bound(shape: Mapping[str, Any], place: Place) -> dict[str, Any]:
    west, south, east, north = grids.AREAS.get(place.into, (-180.0, -85.0, 180.0, 85.0))
    return {
        "sent": json.dumps(shape),
        "srid": place.srid,
        "into": place.into,
        "flip": place.flipped,
        "west": max(west - _MARGIN, -180.0),
        "south": max(south - _MARGIN, -85.0),
        "east": min(east + _MARGIN, 180.0),
        "north": min(north + _MARGIN, 85.0),
    }


def _box(corners: Any) -> dict[str, Any]:
    if (
        not isinstance(corners, list)
        or len(corners) not in (4, 6)
        or not all(type(one) in (int, float) for one in corners)
    ):
        raise unfit(_("A box is written as west,south,east,north."))
    half = len(corners) // 2
    west, south, east, north = corners[0], corners[1], corners[half], corners[half + 1]
    if west > east or south > north:
        raise unfit(_("This box is not on the map."))
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}
