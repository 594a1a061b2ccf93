"""SQL composed from a collection's own description: identifiers quoted, users' values never inside."""

from collections.abc import Iterable
from datetime import datetime

from layers.access import View
from layers.collections import Collection, Field, FieldType

_TILE_CASTS = {FieldType.NUMBER: "::float8", FieldType.DATE: "::text", FieldType.DATETIME: "::text"}


def identifier(name: str) -> str:
    """Return a name quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def table(collection: Collection) -> str:
    """Return the collection's table, quoted, with its schema."""
    return ".".join(identifier(part) for part in collection.relation.split(".", 1))


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
