"""Writing a whole instance into one file."""

import os
import subprocess
import tempfile
import tomllib
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from operations import inventory, postgres
from operations.archive import DUMP, FILES, Manifest, Writer
from operations.errors import CannotBackUp


def back_up(target: Path) -> Manifest:
    """Write the instance into a new file of mode 0600; the file appears only when it is whole.

    The dump and the row counts see the database at one and the same moment. Files are read
    after it, so that every file that the database then spoke of is there.
    """
    if target.exists():
        raise CannotBackUp(f"{target} exists already: name another file, or remove that one.")
    if not target.parent.is_dir():
        raise CannotBackUp(f"The folder {target.parent} does not exist: make it first.")
    if (
        settings.DATA_DIR in target.resolve().parents
        and target.parent.resolve() != settings.DATA_DIR / "backups"
    ):
        raise CannotBackUp(
            f"{target} is inside the instance itself: name a file elsewhere, best on another disk."
        )
    partial = target.with_name(f".{target.name}.part")
    try:
        manifest = _write(partial)
        partial.rename(target)
    except subprocess.CalledProcessError as error:
        raise CannotBackUp(f"The database could not be read: {error.stderr}") from error
    except OSError as error:
        raise CannotBackUp(f"{target} could not be written: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def _write(partial: Path) -> Manifest:
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file, tempfile.TemporaryDirectory(dir=partial.parent) as folder:
        writer = Writer(file)
        dump = Path(folder) / DUMP
        manifest = _dump(dump)
        writer.add(DUMP, dump)
        dump.unlink()
        for path in inventory.kept_files():
            writer.add(f"{FILES}{path}", settings.DATA_DIR / path)
        writer.finish(manifest)
        file.flush()
        os.fsync(file.fileno())
    return manifest


def _dump(dump: Path) -> Manifest:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot(), postgis_lib_version()")
        snapshot, postgis = cursor.fetchone()
        name = settings.DATABASES["default"]["NAME"]
        postgres.run("pg_dump", "-Fc", f"--snapshot={snapshot}", "-f", str(dump), "-d", name)
        return Manifest(
            made_at=timezone.now().isoformat(timespec="seconds"),
            portal=portal_version(),
            postgres=postgres.server_major(),
            postgis=postgis,
            grid_srid=settings.GRID_SRID,
            migrations=inventory.applied_migrations(),
            rows=inventory.row_counts(),
        )


def portal_version() -> str:
    """Return the portal's version as pyproject.toml states it."""
    return str(tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"])
