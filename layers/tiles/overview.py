"""Small-scale tiles of large tables: which features stand for the others (ADR 0022)."""

from hashlib import blake2b

from django.db import connection

from layers.collections import Collection
from layers.sqltext import in_force, table

# A table smaller than this is drawn whole at every zoom.
SMALL = 5_000
_ROWS = """
    SELECT CASE WHEN reltuples < 0 THEN pg_relation_size(oid) / 200 ELSE reltuples END::bigint
    FROM pg_class WHERE oid = to_regclass(%s)"""


def is_large(collection: Collection) -> bool:
    """Say whether the table has too many rows to draw them all on one tile."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [table(collection)])
        row = cursor.fetchone()
    return bool(row and row[0] and row[0] > SMALL)


def refresh(collection: Collection) -> int:
    """Bring the choice up to the table's present version, and return that.

    Where little has changed, only the changed parts are chosen anew.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT layers_overview_refresh(%s, %s, %s, %s, %s, %s, %s)",
            [
                collection.id,
                collection.relation,
                table(collection),
                collection.key,
                collection.tile_geometry,
                " AND ".join(in_force(collection)) or "true",
                _meaning(collection),
            ],
        )
        return int(cursor.fetchone()[0])


def _meaning(collection: Collection) -> str:
    parts = (collection.relation, collection.key, collection.tile_geometry, *in_force(collection))
    return blake2b(repr(parts).encode(), digest_size=8).hexdigest()
