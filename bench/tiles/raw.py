"""The same tiles by bare SQL: the canonical form, as the measure, and the portal's form."""

import json
import multiprocessing
import statistics
import time
from typing import Any

import psycopg2
from django.db import connection

from accounts.policy import ANYBODY, epoch
from bench.tiles.data import FIELDS, SLUG, TABLE, Tile
from layers import registry
from layers.access import view
from layers.prepared import SETTINGS
from layers.tiles.drawing import Plan
from layers.tiles.grid import Tile as Address
from layers.tiles.statements import draw_overview

# Attributes as everybody writes them; the key is one of them.
CANONICAL = f"""
    SELECT ST_AsMVT(t, 'b', 4096, 'g') FROM (
      SELECT id, {FIELDS}, ST_AsMVTGeom(geom_tile, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS g
      FROM {TABLE} WHERE geom_tile && ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 64.0 / 4096)) t"""


def connect() -> Any:
    """Return a bare connection as the web role, without parallel query."""
    wanted = connection.get_connection_params()
    keys = {name: wanted[name] for name in ("dbname", "user", "password", "host", "port") if wanted.get(name)}
    bare = psycopg2.connect(**keys, options="-c max_parallel_workers_per_gather=0 -c jit=off")
    bare.autocommit = True
    return bare


def canonical(cursor: Any, tile: Tile) -> bytes:
    """Draw a tile by the canonical query."""
    z, x, y = tile
    cursor.execute(CANONICAL, {"z": z, "x": x, "y": y})
    return bytes(cursor.fetchone()[0])


def portal_form() -> tuple[str, str]:
    """Return the portal's prepared statement, as PREPARE and EXECUTE, for the public's rights."""
    statement = Plan(view(ANYBODY.at(epoch()), registry.find(SLUG)), is_public=True).whole
    return statement._prepare, statement._execute


def small_scale_form() -> tuple[str, str]:
    """Return the same for the statement that draws small scales."""
    statement = draw_overview(view(ANYBODY.at(epoch()), registry.find(SLUG)))
    return statement._prepare, statement._execute


def ours(cursor: Any, execute: str, tile: Tile, *more: Any) -> bytes:
    """Draw a tile by the portal's statement; `more` are its values after those of every tile."""
    it = Address(*tile)
    half = 0.5 / it.scale
    values = [
        TABLE,
        *tile,
        it.reach,
        it.inner,
        it.envelope,
        half - it.west,
        -half - it.north,
        it.scale,
        -it.scale,
        *more,
    ]
    cursor.execute(execute, values)
    return bytes(cursor.fetchone()[3])


def compare(tiles: list[Tile], rounds: int) -> dict[int, tuple[float, float]]:
    """Return the median milliseconds of both forms for each zoom level, each on its own connection.

    They take turns tile by tile, so that a disturbance meets both. Each draws a tile twice and the second
    time counts: the first finds the processor's caches full of the other form, which no server meets.
    """
    prepare, execute = portal_form()
    times: dict[tuple[int, str], list[float]] = {}
    with connect() as plain, plain.cursor() as bare, connect() as tuned, tuned.cursor() as cursor:
        cursor.execute(SETTINGS + prepare)
        for turn in range(rounds):
            for tile in tiles:
                for name in ("canonical", "ours")[:: -1 if turn % 2 else 1]:
                    for _time in range(2):
                        began = time.perf_counter()
                        canonical(bare, tile) if name == "canonical" else ours(cursor, execute, tile)
                        spent = (time.perf_counter() - began) * 1000
                    times.setdefault((tile[0], name), []).append(spent)
    zooms = sorted({z for z, _name in times})
    return {z: (statistics.median(times[z, "canonical"]), statistics.median(times[z, "ours"])) for z in zooms}


def throughput(tiles: list[Tile], seconds: float, form: str) -> float:
    """Return tiles a second of two bare connections together."""
    prepare, execute = portal_form()
    connection.close()
    with multiprocessing.Pool(2) as pool:
        done = pool.starmap(
            _loop, [(tiles[at:] + tiles[:at], seconds, form, prepare, execute) for at in (0, len(tiles) // 2)]
        )
    return sum(done)


def _loop(tiles: list[Tile], seconds: float, form: str, prepare: str, execute: str) -> float:
    with connect() as bare, bare.cursor() as cursor:
        if form != "canonical":
            cursor.execute(SETTINGS + prepare)
        began, done = time.perf_counter(), 0
        while (spent := time.perf_counter() - began) < seconds:
            tile = tiles[done % len(tiles)]
            canonical(cursor, tile) if form == "canonical" else ours(cursor, execute, tile)
            done += 1
    return done / spent


def server_settings() -> str:
    """Return what of the server's settings the figures depend on."""
    names = ("server_version", "shared_buffers", "work_mem", "jit", "max_parallel_workers_per_gather")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting, unit FROM pg_settings WHERE name = ANY(%s)", [list(names)])
        found = {name: f"{setting}{unit or ''}" for name, setting, unit in cursor.fetchall()}
        cursor.execute("SELECT postgis_lib_version()")
        return json.dumps(found | {"postgis": cursor.fetchone()[0]})
