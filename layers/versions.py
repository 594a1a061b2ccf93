"""Versions of tables: the one truth that caches and entity tags compare themselves with (ADR 0021)."""

from collections.abc import Iterable

from django.db import connection

# The catalogue's own rows count as one table of this name.
CATALOGUE = "catalogue"


def relation_version(relation: str) -> int:
    """Return the version of a table: it grows with every committed change.

    Negative while the running transaction itself has changed the table: what it reads then
    belongs to no version and may not be kept.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT layers_relation_version(%s)", [relation])
        return int(cursor.fetchone()[0])


def watch(relation: str, tile_geometry: str) -> None:
    """Make every change of a table, by any channel, move its version; needs the table's owner."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT layers_watch(%s, %s)", [relation, tile_geometry])


def exists(relation: str) -> bool:
    """Say whether a table exists: while a database is being made, not all do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [relation])
        return bool(cursor.fetchone()[0])


def unreadable(relations: Iterable[str]) -> set[str]:
    """Return those of the tables that are gone, or that the role of this process may not read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r FROM unnest(%s::text[]) r "
            "WHERE NOT coalesce(has_table_privilege(to_regclass(r), 'SELECT'), false)",
            [list(relations)],
        )
        return {row[0] for row in cursor.fetchall()}
