"""Where the features of a collection lie that a subject may see."""

from functools import lru_cache

from django.conf import settings
from django.db import connection

from layers.access import View
from layers.sqltext import conditions, identifier, table
from layers.versions import relation_version

Box = tuple[float, float, float, float]
_CACHED = 1024


def extent(view: View) -> Box | None:
    """Return west, south, east and north in degrees of the visible features, None without any."""
    if not view.collection.has_geometry:
        return None
    version = relation_version(view.collection.relation)
    sql = _sql(view)
    return _read(sql) if version < 0 else _kept(sql, version)


def _sql(view: View) -> str:
    shape = f"t.{identifier(view.collection.tile_geometry)}"
    where = " AND ".join(["true", *conditions(view)])
    return f"""
        SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) FROM (
          SELECT ST_Transform(ST_SetSRID(ST_Extent({shape})::geometry, {settings.TILE_SRID}), 4326) AS e
          FROM {table(view.collection)} t WHERE {where}) found WHERE e IS NOT NULL"""


@lru_cache(maxsize=_CACHED)
def _kept(sql: str, _version: int) -> Box | None:
    return _read(sql)


def _read(sql: str) -> Box | None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    if row is None:
        return None
    west, south, east, north = (round(value, 6) for value in row)
    return west, south, east, north


def around(boxes: list[Box]) -> Box | None:
    """Return the box around boxes."""
    if not boxes:
        return None
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )
