"""Rows that go straight into their table, in binary, with the tile geometry beside the survey's."""

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from django.conf import settings
from django.db import connection

from audit.models import AuditEvent
from layers.importing import transformation
from layers.importing.reader import binary, polynomial, wkb
from layers.importing.reader.copying import BATCH
from layers.importing.tables import COLUMN_TYPES, Table
from tests.importing import files
from tests.importing.loads import load

pytestmark = pytest.mark.django_db
HULL = [(160_000.0, 165_000.0), (185_000.0, 165_000.0), (185_000.0, 195_000.0), (160_000.0, 195_000.0)]


def query(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def many(count: int) -> Any:
    return files.frame(
        [files.square(n % 100, n // 100) for n in range(count)], number=[str(n) for n in range(count)]
    )


def test_the_polynomial_is_nowhere_a_millimetre_from_the_databases_transformation() -> None:
    fitted = transformation.fitted(HULL, 28191, settings.TILE_SRID)
    assert fitted is not None
    random = np.random.default_rng(1)
    points = np.stack([random.uniform(160_000, 185_000, 500), random.uniform(165_000, 195_000, 500)], -1)
    exact = query(
        "SELECT ST_X(g), ST_Y(g) FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY p(x, y, n),"
        " ST_Transform(ST_SetSRID(ST_Point(x, y), 28191), 3857) g ORDER BY n",
        points[:, 0].tolist(),
        points[:, 1].tolist(),
    )
    assert np.abs(polynomial.apply(fitted, points) - np.array(exact)).max() < 0.001
    assert polynomial.covers(fitted, points)
    assert not polynomial.covers(fitted, points + 30_000)


HOLED = shapely.Polygon(
    [(0, 0), (0, 9), (9, 9), (9, 0)], [[(1, 1), (2, 1), (2, 2)], [(5, 5), (5, 6), (6, 6)]]
)
SHAPES = [
    shapely.Point(1, 2),
    shapely.LineString([(0, 0), (3, 4), (5, 4)]),
    HOLED,
    HOLED.reverse(),
    shapely.MultiPoint([(1, 1), (2, 3)]),
    shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3), (4, 2)]]),
    shapely.MultiPolygon([shapely.box(20, 0, 21, 1), HOLED, shapely.box(30, 0, 31, 1, ccw=False)]),
    None,
]


def test_positions_are_moved_where_they_stand_and_rings_run_as_tiles_have_them() -> None:
    # A slice of a longer column, as Arrow hands it out.
    column = pa.array(shapely.to_wkb(np.array([SHAPES[6], *SHAPES])), pa.large_binary())[1:]
    seen = []

    def move(points: Any) -> Any:
        seen.append(len(points))
        return points * 2 + 100

    got = shapely.from_wkb(wkb.moved(column, move).to_numpy(zero_copy_only=False))
    wanted = shapely.transform(shapely.orient_polygons(SHAPES, exterior_cw=True), lambda xy: xy * 2 + 100)
    assert [shape and shape.wkt for shape in got] == [shape and shape.wkt for shape in wanted]
    assert seen == [sum(shapely.get_num_coordinates(SHAPES))]


def test_geometries_that_are_not_plain_are_not_moved() -> None:
    mixed = shapely.GeometryCollection([shapely.Point(0, 0)])
    for one in (shapely.to_wkb(SHAPES[2], byte_order=0), mixed.wkb, shapely.Point(1, 2, 3).wkb):
        with pytest.raises(ValueError, match="not plain"):
            wkb.moved(pa.array([SHAPES[0].wkb, one], pa.large_binary()), lambda points: points)
    nothing = pa.array([None, None], pa.large_binary())
    assert wkb.moved(nothing, lambda points: points).equals(nothing)


def test_no_polynomial_stands_for_a_map_that_none_describes() -> None:
    world = [(-179.0, -84.0), (179.0, 84.0)]
    assert transformation.fitted(world, 4326, settings.TILE_SRID) is None
    assert transformation.fitted([(0.0, -90.0), (1.0, -89.0)], 4326, settings.TILE_SRID) is None


def test_the_tile_geometry_is_that_of_the_database_and_follows_every_edit(tmp_path: Path) -> None:
    report = load(files.geopackage(tmp_path / "a.gpkg", many(BATCH + 7)), "straight")
    assert (report.loaded, report.geometry_type) == (BATCH + 7, "MultiPolygon")
    apart = (
        "SELECT max(ST_HausdorffDistance(geom_tile, ST_Transform(ST_ForcePolygonCW(geom), 3857))),"
        " bool_and(ST_IsPolygonCW(geom_tile)), bool_and(ST_SRID(geom) = 28191) FROM imported.straight"
    )
    found = query(apart)[0]
    assert found[0] < 0.001
    assert found[1:] == (True, True)
    query("UPDATE imported.straight SET geom = ST_Translate(geom, 5000, 0) WHERE id = 3 RETURNING id")
    query("UPDATE imported.straight SET geom_tile = NULL WHERE id = 4 RETURNING id")
    assert query(apart)[0][0] < 0.001
    changed = AuditEvent.objects.filter(relation="imported.straight", action="update").latest("id")
    assert "geom_tile" not in (changed.before or {})


def test_a_row_that_is_not_like_the_others_sends_the_whole_file_by_the_staging_table(tmp_path: Path) -> None:
    table = many(2 * BATCH + 2)
    table.loc[len(table) - 1, "geometry"] = shapely.LineString([(174_000, 180_000), (175_000, 181_000)])
    table.loc[0, "geometry"] = files.bow_tie(0, 0)
    refused = tmp_path / "refused.csv"
    table.loc[1, "geometry"] = shapely.LineString([(174_000, 180_000)] * 2)
    report = load(files.geopackage(tmp_path / "a.gpkg", table), "mixed", refused_to=refused)
    assert (report.read, report.loaded, report.repaired, report.refused) == (len(table), len(table) - 1, 1, 1)
    assert (len(report.repaired_rows), len(report.refused_rows)) == (1, 1)
    assert report.geometry_type == "Geometry"
    assert len(refused.read_text("utf-8-sig").splitlines()) == 2
    assert query("SELECT count(*), count(geom_tile) FROM imported.mixed") == [(len(table) - 1,) * 2]


def test_scattered_rows_are_put_side_by_side_and_rows_in_order_are_left(tmp_path: Path) -> None:
    order = np.random.default_rng(1).permutation(BATCH + 3_000)
    for slug, table in (("scattered", many(BATCH + 3_000).iloc[order]), ("in-order", many(BATCH + 3_000))):
        load(files.geopackage(tmp_path / f"{slug}.gpkg", table), slug)
        Table(slug.replace("-", "_"), ()).prepare()
        Table(slug.replace("-", "_"), ()).prepare()
    step = "SELECT avg(ST_Distance(geom, before)) FROM (SELECT geom, lag(geom) OVER (ORDER BY ctid) AS before FROM {}) t"
    assert query(step.format("imported.scattered"))[0][0] < 200
    assert query("SELECT bool_and(id = n) FROM (SELECT id, row_number() OVER (ORDER BY ctid) n FROM imported.in_order) t") == [(True,)]  # fmt: skip
    assert query("SELECT count(*) FROM pg_indexes WHERE schemaname = 'imported' AND indexdef LIKE '%%(geom_tile)%%'") == [(2,)]  # fmt: skip


moment = datetime.datetime.fromisoformat
VALUES: dict[str, tuple[pa.DataType, list[Any]]] = {
    "text": (pa.string(), ["حيّ الزيتون", "", None, 'a,"b"\n\\N\t']),
    "integer": (pa.int16(), [-5, 0, None, 32_767]),
    "bigint": (pa.int64(), [-(2**63), 0, None, 2**63 - 1]),
    "real": (pa.float32(), [0.5, float("inf"), None, -2.25]),
    "boolean": (pa.bool_(), [True, False, None, True]),
    "date": (pa.date32(), [datetime.date(1858, 2, 28), datetime.date(2000, 1, 1), None, datetime.date(2026, 11, 26)]),
    "datetime": (pa.timestamp("ms"), [moment("1918-09-21T06:30"), moment("2000-01-01"), None, moment("2026-11-26T23:59:59.999")]),
    "instant": (pa.timestamp("ms", "UTC"), [moment("1948-05-15T00:00Z"), moment("2000-01-01T00:00Z"), None, moment("2026-11-26T12:00Z")]),
    "time": (pa.time32("ms"), [datetime.time(6, 30), datetime.time(), None, datetime.time(23, 59, 59, 999_000)]),
    "json": (pa.string(), ['{"a": ["ب"]}', "[]", None, '"text"']),
    "binary": (pa.binary(), [b"\0\xff", b"", None, b"\\x"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", VALUES)
def test_a_value_of_each_kind_arrives_as_it_was(kind: str, tmp_path: Path) -> None:
    arrow, values = VALUES[kind]
    numbers = pa.array(range(4))
    rows = binary.rows([numbers, pa.array(values, arrow)], ["bigint", kind])
    assert rows is not None
    path = tmp_path / "rows"
    path.write_bytes(binary.HEADER + rows.to_pybytes() + binary.TRAILER)
    with connection.cursor() as cursor, path.open("rb") as file:
        cursor.execute(
            f"CREATE TEMPORARY TABLE arrived (n bigint, value {COLUMN_TYPES[kind]}) ON COMMIT DROP"
        )
        cursor.cursor.copy_expert("COPY arrived FROM STDIN (FORMAT binary)", file)
        cursor.execute(f"SELECT value{'::text' if kind == 'json' else ''} FROM arrived ORDER BY n")
        arrived = [bytes(row[0]) if isinstance(row[0], memoryview) else row[0] for row in cursor.fetchall()]
    assert arrived == values


def test_a_value_that_its_kind_does_not_hold_is_refused() -> None:
    with pytest.raises(pa.ArrowInvalid):
        binary.rows([pa.array([2**40])], ["integer"])
    assert binary.rows([pa.array([], pa.int64())], ["bigint"]) is None
