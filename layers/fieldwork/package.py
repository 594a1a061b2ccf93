"""A GeoPackage of ours as SQLite holds it: its marks, its seal, and its rows when it comes back.

What each row was when it left stands in a table of its own, by the row's number in the file: a row
that is copied or split in QGIS takes its marks along, and is a new one all the same.

A package from outside is a database from outside: it is opened for reading alone, without trusting
its schema, and only tables that its own list of layers names are read.
"""

import hashlib
import json
import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Unprocessable

KEY, VERSION = "gp_key", "gp_version"
MARKS = (KEY, VERSION)
_SEAL, _BASE = "gisportal_package", "gisportal_base"
_SHAPE = "gp_shape"
# How long the box in a geometry's header is, by its kind (GeoPackage 1.3, 2.1.3).
_BOXES = (0, 32, 48, 48, 64)


@dataclass(frozen=True)
class Row:
    """A row that came back: what it is, and what it was when it left (nothing, for a new one)."""

    fid: int
    key: int | None
    version: int | None
    values: Mapping[str, Any]
    shape: bytes | None
    base: Mapping[str, Any]
    digest: str

    @property
    def changed(self) -> dict[str, Any]:
        """Return the fields whose value is another than when the row left."""
        return {n: v for n, v in self.values.items() if n not in self.base or self.base[n] != v}

    @property
    def is_moved(self) -> bool:
        """Say whether the shape is another than when the row left."""
        return self.base.get(_SHAPE) != _digest(self.shape)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _digest(shape: Any) -> str | None:
    return hashlib.sha256(bytes(shape)).hexdigest() if shape is not None else None


def seal(base: sqlite3.Connection, number: uuid.UUID, layers: list[str]) -> None:
    """Note what each row is now, beside the layers, and in the package which one it is."""
    base.execute(
        f"CREATE TABLE {_BASE} (layer TEXT, fid INTEGER, key INTEGER, version INTEGER, base TEXT,"
        " PRIMARY KEY (layer, fid)) WITHOUT ROWID"
    )
    for layer in layers:
        base.executemany(f"INSERT INTO {_BASE} VALUES (?, ?, ?, ?, ?)", _as_they_are(base, layer))
    base.execute(f"CREATE TABLE {_SEAL} (id TEXT NOT NULL, made_by TEXT NOT NULL)")
    base.execute(f"INSERT INTO {_SEAL} VALUES (?, 'gisportal')", [str(number)])
    base.commit()


def _as_they_are(base: sqlite3.Connection, layer: str) -> Iterator[tuple[Any, ...]]:
    """Yield each row's number, key, version and values; written here, as SQLite would round numbers."""
    shape, columns = _columns(base, layer)
    names = ", ".join([*map(_quoted, ("fid", *MARKS)), shape, *map(_quoted, columns)])
    for fid, key, version, body, *values in base.execute(f"SELECT {names} FROM {_quoted(layer)}"):
        told = dict(zip(columns, values, strict=True)) | {_SHAPE: _digest(body)}
        yield layer, fid, key, version, json.dumps(told, ensure_ascii=False)


def _columns(base: sqlite3.Connection, layer: str) -> tuple[str, list[str]]:
    """Return the SQL of a layer's shape (`NULL` for a table without places), and its other columns."""
    shape = base.execute(
        "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", [layer]
    ).fetchone()
    found = [name for _at, name, *_rest in base.execute(f"PRAGMA table_info({_quoted(layer)})")]
    place = shape[0] if shape else ""
    kept = [name for name in found if name not in ("fid", place, *MARKS)]
    return _quoted(place) if place else "NULL", kept


class Package:
    """A package that came back."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base
        self.number = uuid.UUID(base.execute(f"SELECT id FROM {_SEAL}").fetchone()[0])
        listed = "SELECT c.table_name, coalesce(g.srs_id, 0) FROM gpkg_contents c JOIN sqlite_master m"
        named = " ON m.name = c.table_name AND m.type = 'table'"
        placed = " LEFT JOIN gpkg_geometry_columns g ON g.table_name = c.table_name"
        found = base.execute(listed + named + placed).fetchall()
        self.layers: dict[str, int] = {name: srid for name, srid in found if self._is_ours(name)}

    def _is_ours(self, layer: str) -> bool:
        """Say whether a table bears the marks of those that left; QGIS keeps its styles in one of its own."""
        columns = {name for _at, name, *_rest in self._base.execute(f"PRAGMA table_info({_quoted(layer)})")}
        return columns.issuperset(MARKS)

    def rows(self, layer: str) -> Iterator[Row]:
        """Yield the rows of a layer that are new, or other than when they left."""
        shape, columns = _columns(self._base, layer)
        place = shape if shape == "NULL" else f"t.{shape}"
        names = ", ".join(["t.fid", place, *(f"t.{_quoted(name)}" for name in columns)])
        found = self._base.execute(
            f"SELECT b.key, b.version, b.base, {names} FROM {_quoted(layer)} t"
            f" LEFT JOIN {_BASE} b ON b.layer = ? AND b.fid = t.fid ORDER BY t.fid",
            [layer],
        )
        for key, version, kept, fid, body, *values in found:
            told = dict(zip(columns, values, strict=True))
            row = Row(fid, key, version, told, body, _kept(kept), _sum(values, body))
            if key is None or row.changed or row.is_moved:
                yield row


def _kept(written: Any) -> dict[str, Any]:
    try:
        found = json.loads(written)
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _sum(values: list[Any], shape: Any) -> str:
    return hashlib.sha256(repr((values, _digest(shape))).encode()).hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[Package]:
    """Open a package; refuses what is no GeoPackage, or none that left from here."""
    base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        base.execute("PRAGMA trusted_schema = OFF")
        try:
            yield Package(base)
        except (sqlite3.Error, TypeError, ValueError) as error:
            raise Unprocessable(
                _("This is no package of the portal's own."),
                detail=_("Send back the GeoPackage that was taken along, with all its columns."),
            ) from error
    finally:
        base.close()


def wkb(shape: bytes | None) -> bytes | None:
    """Return a geometry without the GeoPackage header, None where there is no place; raises `ValueError`."""
    if shape is None:
        return None
    if len(shape) < 8 or shape[:2] != b"GP":
        raise ValueError("no GeoPackage geometry")
    kind = (shape[3] >> 1) & 7
    if kind >= len(_BOXES):
        raise ValueError("no GeoPackage geometry")
    if shape[3] & 16:
        return None
    return shape[8 + _BOXES[kind] :]
