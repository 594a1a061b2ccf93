"""SQL composed from a collection's own description: identifiers quoted, users' values never inside."""

from collections.abc import Iterable

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


def conditions(view: View) -> list[str]:
    """Return the SQL conditions that keep the rows in force that this subject may see."""
    found = [f"({view.collection.where})"] if view.collection.where else []
    if view.districts is not None:
        found.append(_in_districts(view.collection, view.districts))
    return found


def _in_districts(collection: Collection, districts: Iterable[int]) -> str:
    ids = ",".join(str(int(one)) for one in sorted(districts))
    return f"t.{identifier(collection.district_field or '')} = ANY('{{{ids}}}'::bigint[])"
