"""SQL composed from a collection's own description: identifiers quoted, users' values never inside."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from layers.access import View
from layers.collections import Collection, Field, FieldType

_TILE_CASTS = {FieldType.NUMBER: "::float8", FieldType.DATE: "::text", FieldType.DATETIME: "::text"}


def identifier(name: str) -> str:
    """Return a name quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def table(collection: Collection) -> str:
    """Return the collection's table, quoted, with its schema."""
    return ".".join(identifier(part) for part in collection.relation.split(".", 1))


def source(view: View, instant: str = "") -> str:
    """Return the rows `t` that a view reads: the table, or what the event log says that it held.

    `instant` is SQL that stands for the view's own instant, for statements that bind it.
    """
    one = view.collection
    if view.at is None or one.has_lifespan:
        return f"{table(one)} t"
    return f"({_as_logged(one, instant or moment(view.at))}) t"


def _as_logged(one: Collection, instant: str) -> str:
    """Return the rows of an editable layer at an instant: the first change after it says what was before."""
    names = [one.key, one.version_field, *(each.name for each in one.fields if not each.expression)]
    if one.has_geometry:
        names.append(one.geometry)
    columns = ", ".join(f"r.{identifier(name)}" for name in names)
    now, then = columns, columns
    if one.has_geometry:
        tile = identifier(one.tile_geometry)
        moved = f"ST_Transform(ST_ForcePolygonCW(r.{identifier(one.geometry)}), {settings.TILE_SRID})"
        now, then = f"{now}, r.{tile}", f"{then}, {moved} AS {tile}"
    later = f"e.relation = {_text(one.relation)} AND e.at > {instant}"
    return f"""
        SELECT {now} FROM {table(one)} r WHERE NOT EXISTS (
          SELECT 1 FROM public.audit_event e WHERE {later} AND e.row_id = r.{identifier(one.key)}::text)
        UNION ALL
        SELECT {then} FROM (
          SELECT DISTINCT ON (e.row_id) e.action, e.before FROM public.audit_event e
          WHERE {later} AND e.row_id IS NOT NULL ORDER BY e.row_id, e.id) first,
          LATERAL jsonb_populate_record(NULL::{table(one)}, first.before) r
        WHERE first.action <> 'insert'"""


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def column(one: Field) -> str:
    """Return the SQL of a field's value in a row `t`."""
    return f"({one.expression})" if one.expression else f"t.{identifier(one.name)}"


def readable(view: View, one: Field) -> str:
    """Return the SQL of a field's value, NULL in districts where this subject may not read it."""
    value = column(one)
    where = view.partly.get(one.name)
    return value if where is None else f"CASE WHEN {_in_districts(view.collection, where)} THEN {value} END"


def tile_value(view: View, one: Field) -> str:
    """Return the SQL of a field as a tile carries it: text, number or truth value."""
    return f"({readable(view, one)}){_TILE_CASTS.get(one.type, '')} AS {identifier(one.name)}"


def in_force(collection: Collection, instant: str = "") -> list[str]:
    """Return the SQL conditions that keep a collection's rows in force now, or at the instant (SQL)."""
    found = [f"({collection.where})"] if collection.where else []
    if collection.has_lifespan and not instant:
        found.append("end_lifespan IS NULL")
    elif collection.has_lifespan:
        # Two arms, so that the indexes on rows in force and on rows past are both used.
        found.append(f"(end_lifespan IS NULL OR end_lifespan > {instant})")
        found.append(f"begin_lifespan <= {instant}")
    return found


def moment(at: datetime) -> str:
    """Return an instant as an SQL literal."""
    return f"'{at.isoformat()}'::timestamptz"


def conditions(view: View, instant: str = "") -> list[str]:
    """Return the SQL conditions that keep the rows in force that this subject may see.

    `instant` is SQL that stands for the view's own instant, for statements that bind it.
    """
    return [*in_force(view.collection, instant or (moment(view.at) if view.at else "")), *_seen(view)]


def ever(view: View) -> list[str]:
    """Return the SQL conditions that keep every row, in force or past, that this subject may see."""
    return [*([f"({view.collection.where})"] if view.collection.where else []), *_seen(view)]


def _seen(view: View) -> list[str]:
    return [] if view.districts is None else [_in_districts(view.collection, view.districts)]


def _in_districts(collection: Collection, districts: Iterable[int]) -> str:
    ids = ",".join(str(int(one)) for one in sorted(districts))
    return f"t.{identifier(collection.district_field or '')} = ANY('{{{ids}}}'::bigint[])"
