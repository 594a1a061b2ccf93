"""A shape that a client sends, brought to the form in which the layer's table keeps it."""

import json
import math
from collections.abc import Mapping
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from layers import grids

MOST_POINTS = 200_000
LONLAT = 4326
# How deep the coordinates of each type (RFC 7946) are nested.
_DEPTHS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
_PARTS = "geometries"
# The inverse that PROJ takes of a datum's rotation is off by a centimetre: what is read in degrees and written back would
# wander at every edit. How far is the same all over a feature, so it is measured at its middle and taken off.
_STORED = """
    SELECT moved::text, ST_IsEmpty(moved), ST_IsValid(moved), ST_IsValidReason(moved),
           ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)
    FROM (SELECT moved, ST_Transform(ST_Envelope(moved), 4326) AS box FROM (
      SELECT ST_Translate(first, coalesce(ST_X(middle) - ST_X(again), 0), coalesce(ST_Y(middle) - ST_Y(again), 0)) AS moved
      FROM (SELECT *, ST_Transform(ST_Transform(middle, ST_SRID(shape)), ST_SRID(first)) AS again FROM (
        SELECT *, ST_Centroid(ST_Envelope(first)) AS middle FROM (
          SELECT shape, ST_Transform(CASE WHEN %s THEN ST_Multi(shape) ELSE shape END, %s) AS first FROM (
            SELECT ST_SetSRID(ST_Force2D(ST_GeomFromGeoJSON(%s)), %s) AS shape) sent) there) held) twice) exact) boxed"""


def stored(shape: Any, *, kind: str, into: int, srid: int = LONLAT) -> str | None:
    """Return a GeoJSON geometry as EWKB in the EPSG code `into`, None for no place.

    `kind` is the layer's geometry type; `srid` says in which system the coordinates are, easting
    or longitude first. Heights are left out. Raises `ValueError` with the reason.
    """
    if shape is None:
        return None
    sent = _kind(shape)
    plain = well_formed(shape)
    wanted = {kind, kind.removeprefix("Multi")} if kind != "Geometry" else {*_DEPTHS, "GeometryCollection"}
    if sent not in wanted:
        raise ValueError(_("This layer holds %(kind)s, not %(sent)s.") % {"kind": kind, "sent": sent})
    return _moved(plain, kind.startswith("Multi"), srid, into)


def well_formed(shape: Any) -> dict[str, Any]:
    """Return the members that make a GeoJSON geometry; raises `ValueError` for what is none."""
    _check(shape, 0)
    if _points(shape) > MOST_POINTS:
        raise ValueError(_("A shape has at most %(most)d points.") % {"most": MOST_POINTS})
    return {name: shape[name] for name in ("type", "coordinates", _PARTS) if name in shape}


def _kind(shape: Any) -> str:
    kind = shape.get("type") if isinstance(shape, Mapping) else None
    if not isinstance(kind, str) or kind not in (*_DEPTHS, "GeometryCollection"):
        raise ValueError(_("This is not a shape that GeoJSON knows."))
    return kind


def _check(shape: Any, level: int) -> None:
    kind = _kind(shape)
    if kind == "GeometryCollection":
        if level > 2 or not isinstance(shape.get(_PARTS), list):
            raise ValueError(_("This is not a shape that GeoJSON knows."))
        for part in shape[_PARTS]:
            _check(part, level + 1)
    elif not _nested(shape.get("coordinates"), _DEPTHS[kind]):
        raise ValueError(_("The coordinates are not those of a %(kind)s.") % {"kind": kind})


def _nested(found: Any, depth: int) -> bool:
    if not isinstance(found, list):
        return False
    if depth:
        return all(_nested(part, depth - 1) for part in found)
    return 2 <= len(found) <= 4 and all(_is_number(one) for one in found)


def _is_number(one: Any) -> bool:
    return type(one) in (int, float) and abs(one) < 1e12 and math.isfinite(one)


def _points(shape: Any) -> int:
    if _PARTS in shape:
        return sum(_points(part) for part in shape[_PARTS])
    return _counted(shape["coordinates"], _DEPTHS[shape["type"]])


def _counted(found: Any, depth: int) -> int:
    return sum(_counted(part, depth - 1) for part in found) if depth else 1


def _moved(shape: Any, as_multi: bool, srid: int, into: int) -> str:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_STORED, [as_multi, into, json.dumps(shape), srid])
            ewkb, empty, valid, reason, *box = cursor.fetchone()
    except DatabaseError as fault:
        raise ValueError(_("This shape cannot be placed on the map.")) from fault
    if empty:
        raise ValueError(_("The shape is empty."))
    if not valid:
        raise ValueError(_("The shape is not well formed: %(reason)s.") % {"reason": reason})
    _on_its_grid(box, into)
    return str(ewkb)


def _on_its_grid(box: list[float], srid: int) -> None:
    """Refuse a place where the layer's grid means nothing: most often swapped axes."""
    west, south, east, north = grids.AREAS.get(srid, (-180.0, -90.0, 180.0, 90.0))
    if west <= box[0] and box[2] <= east and south <= box[1] and box[3] <= north:
        return
    swapped = west <= box[1] and box[3] <= east and south <= box[0] and box[2] <= north
    if swapped:
        raise ValueError(_("Longitude and latitude seem to be swapped: longitude comes first."))
    raise ValueError(_("The shape lies outside the area of the layer's reference system."))
