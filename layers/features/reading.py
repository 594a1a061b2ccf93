"""Read features from a collection's table, as JSON that PostgreSQL itself writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_lazy as _

from core.errors import TooLarge
from layers.access import View
from layers.collections import FieldType
from layers.features.asked import Asked, Where
from layers.sqltext import column, conditions, identifier, readable, source
from layers.values import SQL_TYPES, refused

SECONDS = 8
_QUERY_CANCELED = "57014"
_UNREADABLE_VALUE = ("22007", "22008", "22P02", "22003")


@dataclass(frozen=True)
class Page:
    """Features as JSON texts, how many match in all, and the last row's place in the order."""

    features: list[str]
    matched: int | None
    last: tuple[str | None, int] | None
    more: bool


@dataclass(frozen=True)
class Spelling:
    """How coordinates are written: system, decimals, northing before easting where that is its order."""

    srid: int
    decimals: int
    flipped: bool = False

    def of(self, shape: str) -> str:
        """Return the SQL of a shape as a GeoJSON geometry."""
        moved = f"ST_Transform({shape}, {int(self.srid)})"
        moved = f"ST_FlipCoordinates({moved})" if self.flipped else moved
        return f"ST_AsGeoJSON({moved}, {int(self.decimals)}, 0)::json"


# A tenth of a millimetre: shapes read here are snapped to, changed and written back.
LONLAT = Spelling(4326, 9)


@contextmanager
def bounded(seconds: float = SECONDS) -> Iterator[Any]:
    """Give a cursor whose statements end after some seconds, as a refusal and not as an error."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
            yield cursor
            cursor.execute("SET LOCAL statement_timeout = 0")
    except DatabaseError as error:
        code = getattr(error.__cause__, "pgcode", "")
        if code == _QUERY_CANCELED:
            raise TooLarge(
                _("This takes too long."), detail=_("Ask for a smaller area or fewer features.")
            ) from error
        if code in _UNREADABLE_VALUE:
            raise refused("after", _("This page does not exist.")) from error
        raise


def page(view: View, asked: Asked, *, spelling: Spelling = LONLAT, counted: bool = True) -> Page:
    """Return one page of the features asked for; without `counted` it does not say how many match."""
    one = view.collection
    key = f"t.{identifier(one.key)}"
    order = column(asked.order) if asked.order else "NULL::text"
    where = from_there(asked, order, key)
    with bounded() as cursor:
        cursor.execute(
            f"""SELECT {feature_sql(view, spelling)}, ({order})::text, {key} FROM {source(view)}
                WHERE {where.text} ORDER BY {ordering(asked, order, key)} LIMIT %s""",
            [*where.values, asked.limit + 1],
        )
        rows = cursor.fetchall()
        matched = None
        if counted:
            cursor.execute(
                f"SELECT count(*) FROM {source(view)} WHERE {asked.where.text}", list(asked.where.values)
            )
            matched = cursor.fetchone()[0]
    shown = rows[: asked.limit]
    last = (shown[-1][1], shown[-1][2]) if shown else None
    return Page([row[0] for row in shown], matched, last, more=len(rows) > asked.limit)


def ordering(asked: Asked, order: str, key: str) -> str:
    """Return the ORDER BY of a request: its field, empty ones last, then the key."""
    way = "DESC" if asked.descending else "ASC"
    return f"{_collated(asked, order)} {way} NULLS LAST, {key}" if asked.order else f"{key} {way}"


def count(view: View) -> int:
    """Return how many features the view shows."""
    where = " AND ".join(conditions(view)) or "true"
    with bounded() as cursor:
        cursor.execute(f"SELECT count(*) FROM {source(view)} WHERE {where}")
        return int(cursor.fetchone()[0])


def _collated(asked: Asked, order: str) -> str:
    is_text = asked.order is not None and asked.order.type == FieldType.TEXT
    return f'({order}) COLLATE "und-x-icu"' if is_text else order


def from_there(asked: Asked, order: str, key: str) -> Where:
    """Return the conditions of this page: those of all, and the place where the last page ended."""
    if asked.after is None:
        return asked.where
    value, last_key = asked.after
    if asked.order is None:
        return asked.where.and_(f"{key} {'<' if asked.descending else '>'} %s", last_key)
    if value is None:
        return asked.where.and_(f"({order}) IS NULL AND {key} > %s", last_key)
    sql_type = SQL_TYPES[asked.order.type]
    beyond = "<" if asked.descending else ">"
    return asked.where.and_(
        f"({_collated(asked, order)} {beyond} %s::{sql_type} OR ({order} = %s::{sql_type} AND {key} > %s) "
        f"OR ({order}) IS NULL)",
        value,
        value,
        last_key,
    )


def feature_sql(view: View, spelling: Spelling = LONLAT) -> str:
    """Return the SQL of a row `t` as a GeoJSON feature (RFC 7946) with the fields of the view."""
    one = view.collection
    columns = ", ".join(f"{readable(view, field)} AS {identifier(field.name)}" for field in view.fields)
    properties = f"(SELECT to_json(p) FROM (SELECT {columns}) p)" if columns else "'{}'::json"
    shape = spelling.of(f"t.{identifier(one.geometry)}") if one.has_geometry else "NULL"
    return (
        f"json_build_object('type', 'Feature', 'id', t.{identifier(one.key)}, "
        f"'geometry', {shape}, 'properties', {properties})::text"
    )


def single(view: View, key: int, spelling: Spelling = LONLAT) -> dict[str, Any] | None:
    """Return one feature in force with what its card needs, or None where it is not to be seen."""
    one = view.collection
    where = Where(tuple(conditions(view))).and_(f"t.{identifier(one.key)} = %s", key)
    version = f"t.{identifier(one.version_field)}::text" if one.version_field else "NULL"
    updated = f"t.{identifier(one.updated_field)}" if one.updated_field else "NULL::timestamptz"
    box = (
        f"ST_Transform(ST_Envelope(t.{identifier(one.geometry)}), 4326)"
        if one.has_geometry
        else "NULL::geometry"
    )
    with bounded() as cursor:
        cursor.execute(
            f"""SELECT feature::json, coalesce(version, md5(feature)), updated,
                  ARRAY[ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)]
                FROM (SELECT {feature_sql(view, spelling)} AS feature, {version} AS version, {updated} AS updated, {box} AS box
                      FROM {source(view)} WHERE {where.text}) found""",
            list(where.values),
        )
        row = cursor.fetchone()
    if row is None:
        return None
    feature, version_text, changed, corners = row
    if corners and corners[0] is not None:
        feature["bbox"] = [round(value, 7) for value in corners]
    return {"feature": feature, "version": version_text, "updated": changed}
