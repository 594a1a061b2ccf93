"""What an instance holds: its tables' rows, its migrations, its files."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from psycopg2.sql import SQL, Identifier

# Made anew by the launcher or by the portal itself, or not the instance's own.
NOT_KEPT = {
    "pg",
    "static",
    "log",
    "cache",
    "tiles",
    "metrics",
    "backups",
    "test",
    "run.lock",
    ".static.stamp",
}


def row_counts() -> dict[str, int]:
    """Return the number of rows of every table of the portal and of the imported layers."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname IN ('public', 'imported') AND c.relkind = 'r'
                  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
                ORDER BY 1, 2"""
        )
        return {f"{schema}.{table}": _count(schema, table) for schema, table in cursor.fetchall()}


def _count(schema: str, table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(SQL("SELECT count(*) FROM {}").format(Identifier(schema, table)))
        return int(cursor.fetchone()[0])


def applied_migrations() -> dict[str, list[str]]:
    """Return the migrations that the database has, by app."""
    by_app: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        by_app.setdefault(app, []).append(name)
    return by_app


def known_migrations() -> set[tuple[str, str]]:
    """Return the migrations that this version of the portal has."""
    return set(MigrationLoader(None).disk_migrations)


def kept_files() -> Iterator[Path]:
    """Yield the instance's files that a backup keeps, relative to its folder, in order."""
    root = settings.DATA_DIR
    for top in sorted(root.iterdir()):
        if top.name in NOT_KEPT:
            continue
        found = sorted(top.rglob("*")) if top.is_dir() else [top]
        yield from (path.relative_to(root) for path in found if path.is_file() and not path.is_symlink())


def holds_work() -> str | None:
    """Return what somebody's work left in this instance, or nothing when it is still empty."""
    counts = row_counts()
    users = counts.get("public.accounts_user", 0)
    if users:
        return f"{users} users"
    layers = [name for name in counts if name.startswith("imported.")]
    if layers:
        return f"{len(layers)} imported layers"
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT f_table_name FROM geometry_columns WHERE f_table_schema = 'public'")
        spatial = {f"public.{name}" for (name,) in cursor.fetchall()} & set(counts)
    filled = {name: counts[name] for name in sorted(spatial) if counts[name]}
    return ", ".join(f"{count} rows in {name}" for name, count in filled.items()) or None
