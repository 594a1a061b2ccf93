"""Orders and keys that large tables are asked for become indexes, made once by a job: the web role cannot make any."""

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django_tasks import task

from core.errors import Conflict
from jobs.actions import enqueue
from layers import registry
from layers.collections import Collection, Field, FieldType
from layers.sqltext import identifier, table

# Below this a sort is quick enough without.
LARGE = 50_000
# A joined layer is looked into once for each row shown.
LARGE_JOINED = 2_000


def wish(collection: Collection, order: Field | None) -> None:
    """Ask, once, for an index on the field by which a large table is being sorted."""
    if order is None or order.expression or not collection.writable or _rows(collection) < LARGE:
        return
    key = f"{collection.relation}.{order.name}"
    if _exists(collection, order, "ASC"):
        return
    title = _("Make “%(layer)s” quick to sort by “%(field)s”") % {
        "layer": collection.title,
        "field": order.title or order.name,
    }
    enqueue(make_order, collection.id, order.name, idempotency_key=key[:100], title=title)


def wish_key(collection: Collection, key: Field) -> None:
    """Ask, once, for an index on the field by which a table is joined; refuse to look into a large one without."""
    if key.expression or not collection.writable or (count := _rows(collection)) < LARGE_JOINED:
        return
    if _exists(collection, key, "key"):
        return
    title = _("Make “%(layer)s” quick to find by “%(field)s”") % {
        "layer": collection.title,
        "field": key.title or key.name,
    }
    wished = f"{collection.relation}.{key.name}=key"
    enqueue(make_key, collection.id, key.name, idempotency_key=wished[:100], title=title)
    if count >= LARGE:
        raise Conflict(
            _(
                "“%(layer)s” has many rows. It is first made quick to find by “%(field)s”, which takes a moment."
            )
            % {"layer": collection.title, "field": key.title or key.name}
        )


def _rows(collection: Collection) -> int:
    """Return about how many rows the table has, as the planner knows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)", [table(collection)]
        )
        return int(cursor.fetchone()[0])


@task()
def make_order(slug: str, field: str) -> dict[str, Any]:
    """Make the indexes of both directions; begun again, it finds what is there."""
    collection = registry.find(slug)
    found = collection.field(field)
    if found is None or found.expression:
        return {"slug": slug, "made": 0}
    with transaction.atomic(), connection.cursor() as cursor:
        _alone(cursor, collection, found)
        for way in ("ASC", "DESC"):
            cursor.execute(
                f"CREATE INDEX IF NOT EXISTS {identifier(_name(collection, found, way))} ON {table(collection)} "
                f"({_ordered(found)} {way} NULLS LAST, {identifier(collection.key)})"
            )
    return {"slug": slug, "made": 2}


@task()
def make_key(slug: str, field: str) -> dict[str, Any]:
    """Make the index by which rows are found by a key; begun again, it finds what is there."""
    collection = registry.find(slug)
    found = collection.field(field)
    if found is None or found.expression:
        return {"slug": slug, "made": 0}
    with transaction.atomic(), connection.cursor() as cursor:
        _alone(cursor, collection, found)
        cursor.execute(
            f"CREATE INDEX IF NOT EXISTS {identifier(_name(collection, found, 'key'))} "
            f"ON {table(collection)} ({identifier(found.name)})"
        )
    return {"slug": slug, "made": 1}


def _alone(cursor: Any, collection: Collection, field: Field) -> None:
    # Two that make the same index at once meet in the catalogue of the database, "if not exists" or not.
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [_name(collection, field, "any")])


def _ordered(field: Field) -> str:
    # As `layers.features.reading.ordering` says it.
    collated = ' COLLATE "und-x-icu"' if field.type == FieldType.TEXT else ""
    return f"{identifier(field.name)}{collated}"


def _name(collection: Collection, field: Field, way: str) -> str:
    return f"{collection.relation.partition('.')[2][:24]}_{field.name[:24]}_{way.lower()}_order"


def _exists(collection: Collection, field: Field, way: str) -> bool:
    schema = collection.relation.partition(".")[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_regclass(%s) IS NOT NULL", [f"{schema}.{identifier(_name(collection, field, way))}"]
        )
        return bool(cursor.fetchone()[0])
