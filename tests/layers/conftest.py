"""Imported tables with shapes on a 100 m grid, committed, so that caches and versions are at work."""

from collections.abc import Callable, Iterator
from typing import Any

import mapbox_vector_tile
import psycopg2
import pytest
from django.db import connection

from layers import registry
from layers.actions.datasets import forget_dataset, prepare_dataset, register_dataset
from layers.collections import Field, FieldType
from tests.conftest import WORKER, WebClient, acting_as

# The corner of the test town: east of Nablus, in the Palestine grid.
EAST, NORTH = 175_000, 180_000


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Open the database without a transaction around the test: what is written here stays written."""
    with django_db_blocker.unblock():
        yield
        connection.close()


@pytest.fixture(scope="module")
def layer(committed: None) -> Iterator[Callable[..., str]]:
    """Return a function that makes an imported layer from rows of (id, WKT on the grid, name, floors, owner)."""
    made: list[str] = []

    def make(slug: str, kind: str, rows: list[tuple[Any, ...]] | str, **about: Any) -> str:
        name = slug.replace("-", "_")
        with acting_as(WORKER), connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS imported.{name}")
            cursor.execute(table_sql(name, kind))
            if isinstance(rows, str):
                cursor.execute(f"INSERT INTO imported.{name} {rows}")
            else:
                cursor.executemany(
                    f"INSERT INTO imported.{name} VALUES (%s, ST_GeomFromText(%s, 28191), %s, %s, %s)", rows
                )
            cursor.execute(f"CREATE INDEX ON imported.{name} USING gist (geom)")
            cursor.execute(f"CREATE INDEX ON imported.{name} USING gist (geom_tile)")
            cursor.execute(f"ANALYZE imported.{name}")
            register_dataset(
                slug=slug,
                relation=f"imported.{name}",
                geometry_type=kind,
                label_field="name",
                fields=[
                    Field(name="name", in_tile=True, searchable=True),
                    Field(name="floors", type=FieldType.INTEGER, in_tile=True),
                    Field(name="owner", sensitivity="identity", in_tile=True, searchable=True),
                ],
                **about,
            )
        prepare_dataset(slug=slug)
        made.append(slug)
        return slug

    yield make
    with acting_as(WORKER), connection.cursor() as cursor:
        for slug in made:
            forget_dataset(slug=slug)
            cursor.execute(f"DROP TABLE IF EXISTS imported.{slug.replace('-', '_')}")


def table_sql(name: str, kind: str) -> str:
    """Return the table of an imported layer, as an import makes it."""
    wound = "ST_ForcePolygonCW(geom)" if "Polygon" in kind or kind == "Geometry" else "geom"
    return f"""
        CREATE TABLE imported.{name} (
          id bigint PRIMARY KEY, geom geometry({kind}, 28191), name text, floors integer, owner text,
          geom_tile geometry({kind}, 3857) GENERATED ALWAYS AS (ST_Transform({wound}, 3857)) STORED)"""


@pytest.fixture
def get(committed: None) -> Callable[..., Any]:
    """Return a function that asks the portal as a stranger, or as the given client."""

    def ask(path: str, visitor: WebClient | None = None, **headers: str) -> Any:
        return (visitor or WebClient()).get(path, headers=headers)

    return ask


def decoded(body: bytes, layer: str) -> dict[int, dict[str, Any]]:
    """Return a tile's features by their ids, with y counted downwards as in the tile."""
    content = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True}) if body else {}
    return {feature["id"]: feature for feature in content.get(layer, {"features": []})["features"]}


def other_connection() -> Any:
    """Return a second connection to the test database, as the worker."""
    settings = connection.get_connection_params()
    wanted = {
        name: settings[name] for name in ("dbname", "user", "host", "port", "password") if settings.get(name)
    }
    other = psycopg2.connect(**wanted)
    with other.cursor() as cursor:
        cursor.execute(f"SET ROLE {WORKER}")
    other.commit()
    return other


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    """Return the tile of a zoom level that holds a place."""
    import math

    n = 1 << z
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n
    return z, int((lon + 180) / 360 * n), int(row)


def address(slug: str, tile: tuple[int, int, int]) -> str:
    """Return a tile's address."""
    return "/tiles/{}/{}/{}/{}.mvt".format(slug, *tile)


@pytest.fixture(autouse=True)
def _forget_catalogue() -> Iterator[None]:
    """Do not let a test see the catalogue that the one before it held."""
    yield
    registry._held = None
