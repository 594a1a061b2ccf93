"""Bringing an instance back from its one file, into an empty instance only."""

import os
import subprocess
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connection

from operations import inventory, postgres
from operations.archive import Manifest, Reader, copy
from operations.errors import CannotRestore

TEMPLATE = "template_gisportal"
# The template already has what only a superuser may make; the owner restores the rest.
FROM_TEMPLATE = (" EXTENSION ", " COMMENT - EXTENSION ", " SCHEMA - ", " COMMENT - SCHEMA ", " ACL - SCHEMA ")

# A dump states rights as they differ from a bare table's, and ends with the default rights of
# tables to come. Were those in force before it, each table would get back what had been taken away.
WITHOUT_DEFAULTS = """
ALTER DEFAULT PRIVILEGES FOR ROLE gisportal_owner IN SCHEMA public
    REVOKE ALL ON TABLES FROM gisportal_worker, gisportal_web;
ALTER DEFAULT PRIVILEGES FOR ROLE gisportal_owner IN SCHEMA public
    REVOKE ALL ON SEQUENCES FROM gisportal_worker, gisportal_web;
ALTER DEFAULT PRIVILEGES FOR ROLE gisportal_worker IN SCHEMA imported REVOKE ALL ON TABLES FROM gisportal_web;
ALTER DEFAULT PRIVILEGES FOR ROLE gisportal_worker IN SCHEMA imported REVOKE ALL ON SEQUENCES FROM gisportal_web;
"""


def restore(source: Path) -> Manifest:
    """Restore a backup; return its manifest.

    Everything is read and compared before anything is changed. The database is restored beside
    the empty one and takes its place only when every table has its rows, so that a restore that
    fails leaves the instance as it was.
    """
    reader = Reader(source)
    _require_fitting(reader.manifest)
    reader.verify()
    name = settings.DATABASES["default"]["NAME"]
    fresh = f"{name}_restoring"
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder, postgres.maintenance() as session:
        dump = Path(folder) / "database.dump"
        reader.extract_dump(dump)
        postgres.drop_database(session, fresh)
        postgres.create_database(session, fresh, TEMPLATE)
        with postgres.maintenance(fresh) as inside:
            postgres.say(inside, WITHOUT_DEFAULTS)
        _fill(fresh, dump)
        _require_rows(fresh, reader.manifest)
        postgres.drop_database(session, name)
        postgres.rename_database(session, fresh, name)
    for place, content, mode in reader.files():
        target = settings.DATA_DIR / place
        target.parent.mkdir(parents=True, exist_ok=True)
        copy(content, target, mode)
        target.chmod(mode)
    return reader.manifest


def _require_fitting(manifest: Manifest) -> None:
    if os.environ.get("DATABASE_URL"):
        raise CannotRestore(
            "A backup is restored into the instance's own cluster: leave out DATABASE_URL, restore, and "
            "carry the database over with pg_dump and pg_restore where it must live elsewhere."
        )
    held = inventory.holds_work()
    if held:
        raise CannotRestore(
            f"This instance is not empty ({held}): restore into a new one, made by "
            "`./run --empty --setup-only --data DIR`."
        )
    stored = {(app, name) for app, names in manifest.migrations.items() for name in names}
    newer = sorted(stored - inventory.known_migrations())
    if newer:
        raise CannotRestore(
            f"The backup was made by a newer portal ({manifest.portal}; this one lacks its step "
            f"{'.'.join(newer[0])}): bring this portal up to that version first."
        )
    major = postgres.server_major()
    if manifest.postgres > major:
        raise CannotRestore(
            f"The backup comes from PostgreSQL {manifest.postgres} and here runs {major}: "
            f"restore it on a machine with PostgreSQL {manifest.postgres} or newer."
        )
    if manifest.grid_srid != settings.GRID_SRID:
        raise CannotRestore(
            f"The backup is in the grid EPSG:{manifest.grid_srid} and this instance in EPSG:{settings.GRID_SRID}: "
            f"set up an empty instance with GISPORTAL_SRID={manifest.grid_srid}."
        )
    if _other_sessions():
        raise CannotRestore(
            "The portal is running on this instance: stop it first (Ctrl-C where ./run runs)."
        )


def _other_sessions() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def _fill(database: str, dump: Path) -> None:
    contents = postgres.run("pg_restore", "--list", str(dump))
    wanted = [line for line in contents.splitlines() if not any(mark in line for mark in FROM_TEMPLATE)]
    chosen = dump.with_suffix(".list")
    chosen.write_text("\n".join(wanted))
    try:
        postgres.run(
            "pg_restore",
            "--exit-on-error",
            "--single-transaction",
            f"--use-list={chosen}",
            f"--dbname={database}",
            str(dump),
        )
    except subprocess.CalledProcessError as error:
        raise CannotRestore(f"The database could not be restored: {error.stderr}") from error


def _require_rows(database: str, manifest: Manifest) -> None:
    connection.close()
    usual = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = database
    try:
        found = inventory.row_counts()
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
    if found != manifest.rows:
        wrong = sorted(
            name for name in {*found, *manifest.rows} if found.get(name) != manifest.rows.get(name)
        )
        raise CannotRestore(f"After restoring, these tables differ from the backup: {', '.join(wrong)}.")
