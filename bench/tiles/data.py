"""The table that is drawn: a million invented buildings with yards and wings, 16 m apart, and the tiles asked for."""

import math
import random
import sys

from django.db import connection

from layers.actions.datasets import forget_dataset, register_dataset
from layers.collections import Field, FieldType

SLUG = "bench-buildings"
TABLE = "imported.bench_buildings"
FIELDS = "use, floors, height"
LAYER_KIND = "MultiPolygon"
Tile = tuple[int, int, int]

_CREATE = f"""
    DROP TABLE IF EXISTS {TABLE};
    CREATE TABLE {TABLE} (
      id bigint PRIMARY KEY, geom geometry(MultiPolygon, 28191), use text, floors integer, height real, name text,
      geom_tile geometry(MultiPolygon, 3857) GENERATED ALWAYS AS (ST_Transform(ST_ForcePolygonCW(geom), 3857)) STORED);
    SELECT setseed(0.28191);
"""
# Of 50 buildings 25 are boxes, 20 have an L shape, 4 a courtyard and 1 two wings. Rows lie in the
# order of 20 by 20 blocks, as an import lays them.
_FILL = f"""
    INSERT INTO {TABLE} (id, geom, use, floors, height, name)
    SELECT i, ST_Multi(ST_Rotate(CASE
        WHEN i %% 50 < 25 THEN ST_MakeEnvelope(x, y, x + w, y + h, 28191)
        WHEN i %% 50 < 45 THEN ST_SetSRID(ST_MakePolygon(ST_MakeLine(ARRAY[
          ST_MakePoint(x, y), ST_MakePoint(x + w, y), ST_MakePoint(x + w, y + h / 2), ST_MakePoint(x + w / 2, y + h / 2),
          ST_MakePoint(x + w / 2, y + h), ST_MakePoint(x, y + h), ST_MakePoint(x, y)])), 28191)
        WHEN i %% 50 < 49 THEN ST_Difference(ST_MakeEnvelope(x, y, x + w, y + h, 28191),
          ST_MakeEnvelope(x + w * 0.3, y + h * 0.3, x + w * 0.6, y + h * 0.6, 28191))
        ELSE ST_Collect(ST_MakeEnvelope(x, y, x + w * 0.4, y + h, 28191),
          ST_MakeEnvelope(x + w * 0.6, y, x + w, y + h, 28191)) END,
        r * 0.5, ST_SetSRID(ST_MakePoint(x, y), 28191))),
      (ARRAY['residential', 'commercial', 'industrial', 'school', 'mosque', 'mixed'])[1 + (r * 6)::int %% 6],
      1 + (r * 8)::int, 3 * (1 + (r * 8)::int), 'بناية ' || i
    FROM (SELECT i, r, 166000 + i %% side * 16 + r * 4 AS x, 172000 + i / side * 16 + r2 * 4 AS y, 7 + r * 5 AS w, 7 + r2 * 4 AS h, side
          FROM (SELECT i, random() AS r, random() AS r2, ceil(sqrt(%(count)s))::int AS side
                FROM generate_series(0, %(count)s - 1) i) q) q
    ORDER BY i %% side / 20, i / side / 20;
    CREATE INDEX ON {TABLE} USING gist (geom_tile);
    CREATE INDEX ON {TABLE} USING gist (geom);
"""


def prepare(count: int) -> None:
    """Make the table, unless it is there with as many rows, and enter it in the catalogue."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [TABLE])
        if not cursor.fetchone()[0] or _rows(cursor) != count:
            print(f"making {count:,} buildings ...", file=sys.stderr, flush=True)
            cursor.execute(_CREATE)
            cursor.execute(_FILL, {"count": count})
            cursor.execute(f"VACUUM ANALYZE {TABLE}")
    register_dataset(
        slug=SLUG,
        relation=TABLE,
        geometry_type=LAYER_KIND,
        title="Bench",
        fields=[
            Field(name="use", in_tile=True),
            Field(name="floors", type=FieldType.INTEGER, in_tile=True),
            Field(name="height", type=FieldType.NUMBER, in_tile=True),
        ],
    )


def remove() -> None:
    """Take table and catalogue entry away again."""
    forget_dataset(slug=SLUG)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")


def _rows(cursor: object) -> int:
    cursor.execute(f"SELECT count(*) FROM {TABLE}")  # type: ignore[attr-defined]
    return int(cursor.fetchone()[0])  # type: ignore[attr-defined]


def box() -> tuple[float, float, float, float]:
    """Return west, south, east and north of the middle of the table, in degrees."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)
                FROM (SELECT ST_Transform(ST_SetSRID(ST_Extent(geom_tile)::geometry, 3857), 4326) e FROM {TABLE}) q"""
        )
        west, south, east, north = cursor.fetchone()
    inset_x, inset_y = (east - west) / 10, (north - south) / 10
    return west + inset_x, south + inset_y, east - inset_x, north - inset_y


def tiles(zooms: dict[int, int]) -> list[Tile]:
    """Return tiles over the table: so many of each zoom level, the same ones each time."""
    west, south, east, north = box()
    chance = random.Random(28191)
    return [
        at(z, chance.uniform(west, east), chance.uniform(south, north))
        for z, n in zooms.items()
        for _ in range(n)
    ]


def at(z: int, lon: float, lat: float) -> Tile:
    """Return the tile that holds a place."""
    n = 1 << z
    return z, int((lon + 180) / 360 * n), int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)
