"""Drawn tiles in files of the instance folder, shared by all processes and kept over restarts.

A file begins with the version of the table that it was drawn from. It is used only while that is
the present version, so it never has to be deleted when something changes, and a slow writer that
puts an older tile in place of a newer one only makes it be drawn again.
"""

import os
import secrets
import struct
import threading
from pathlib import Path

from django.conf import settings

from layers.tiles.grid import Tile

ROOT = Path(settings.DATA_DIR) / "tiles"
LARGEST_ZOOM_KEPT = 18
LARGEST_TOTAL = int(os.environ.get("GISPORTAL_TILE_CACHE_MB", "2048")) * 1_000_000
_HEADER = struct.Struct(">q")
_SWEEP_EVERY = 2000
_written = 0
_sweeping = threading.Lock()


def keeps(tile: Tile) -> bool:
    """Say whether a tile of this zoom is kept at all; those above cost next to nothing to draw."""
    return LARGEST_TOTAL > 0 and tile.z <= LARGEST_ZOOM_KEPT


def path_of(collection_id: str, variant: str, tile: Tile) -> str:
    """Return the file of a tile as seen with one set of rights."""
    return f"{ROOT}/{collection_id}/{variant}/{tile.z}/{tile.x}_{tile.y}"


def read(path: str) -> tuple[int, bytes] | None:
    """Return the version and the body of a kept tile."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        content = os.read(descriptor, os.fstat(descriptor).st_size)
    finally:
        os.close(descriptor)
    if len(content) < _HEADER.size:
        return None
    return _HEADER.unpack_from(content)[0], content[_HEADER.size :]


def write(path: str, version: int, body: bytes) -> None:
    """Keep a tile; a full disk is no reason to refuse it to the reader."""
    partial = f"{path}.{secrets.token_hex(4)}"
    try:
        _write(partial, _HEADER.pack(version) + body)
        os.replace(partial, path)
    except OSError:
        Path(partial).unlink(missing_ok=True)
    _count()


def _write(partial: str, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        descriptor = os.open(partial, flags, 0o640)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(partial), exist_ok=True)
        descriptor = os.open(partial, flags, 0o640)
    try:
        os.write(descriptor, content)
    finally:
        os.close(descriptor)


def _count() -> None:
    global _written
    _written += 1
    if _written % _SWEEP_EVERY == 0 and not _sweeping.locked():
        threading.Thread(target=sweep, name="tile-sweep", daemon=True).start()


def sweep(largest_total: int = LARGEST_TOTAL) -> int:
    """Delete the tiles drawn longest ago until they fit in four fifths of the space; return how many."""
    with _sweeping:
        files = [(entry.stat(), entry) for entry in ROOT.rglob("*") if entry.is_file()]
        total = sum(stat.st_size for stat, _entry in files)
        if total <= largest_total:
            return 0
        gone = 0
        for stat, entry in sorted(files, key=lambda pair: pair[0].st_mtime):
            if total <= largest_total * 0.8:
                break
            entry.unlink(missing_ok=True)
            total -= stat.st_size
            gone += 1
        return gone
