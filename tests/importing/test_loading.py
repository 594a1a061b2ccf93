"""A file becomes a table: whole, typed, ordered, reported; or nothing becomes of it."""

from pathlib import Path
from typing import Any

import pytest
import shapely
from django.db import connection

from layers.importing.errors import ImportRefused
from layers.models import Dataset
from tests.importing import files
from tests.importing.loads import load

pytestmark = pytest.mark.django_db


def query(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def tables() -> set[str]:
    return {
        row[0]
        for row in query("SELECT table_name FROM information_schema.tables WHERE table_schema = 'imported'")
    }


def refused(path: Path, **how: Any) -> ImportRefused:
    before = tables(), Dataset.objects.count()
    with pytest.raises(ImportRefused) as error:
        load(path, **how)
    assert (tables(), Dataset.objects.count()) == before
    return error.value


def test_a_geopackage_becomes_a_typed_table_with_indexes_and_a_catalogue_row(tmp_path: Path) -> None:
    report = load(files.geopackage(tmp_path / "a.gpkg", files.parcels()), "town-parcels")
    assert (report.read, report.loaded, report.repaired, report.refused) == (9, 9, 0, 0)
    types = dict(
        query(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'imported' AND table_name = 'town_parcels'"
        )
    )
    assert types["parcel_no"] == "text"
    assert (types["area"], types["floors"]) == ("double precision", "bigint")
    shapes = query(
        "SELECT type, srid FROM geometry_columns WHERE f_table_name = 'town_parcels' ORDER BY f_geometry_column"
    )
    assert shapes == [("POLYGON", 28191), ("POLYGON", 3857)]
    assert query(
        "SELECT count(*) FROM pg_indexes WHERE tablename = 'town_parcels' AND indexdef LIKE '%%gist%%'"
    ) == [(1,)]
    dataset = Dataset.objects.get(slug="town-parcels")
    assert dataset.relation == "imported.town_parcels"
    assert (dataset.feature_count, dataset.geometry_type) == (9, "Polygon")
    assert "public" not in dataset.view_roles


def test_what_was_loaded_and_every_later_change_of_it_is_in_the_event_log(tmp_path: Path) -> None:
    load(files.geopackage(tmp_path / "a.gpkg", files.parcels()), "town-parcels")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE imported.town_parcels SET floors = 3 WHERE id = 2")
    logged = query(
        "SELECT action, row_count, row_id, after ->> 'floors' FROM audit_event"
        " WHERE relation = 'imported.town_parcels' ORDER BY id"
    )
    assert [row[0] for row in logged] == ["insert", "update"]
    assert logged[0][1] == 9
    assert logged[1][2:] == ("2", "3")


def test_geometry_attributes_and_row_numbers_arrive_unchanged(tmp_path: Path) -> None:
    table = files.parcels(30)
    load(files.geopackage(tmp_path / "a.gpkg", table))
    rows = query("SELECT id, parcel_no, owner, area, ST_AsBinary(geom) FROM imported.test_layer ORDER BY id")
    assert [row[0] for row in rows] == list(range(1, 31))
    assert [row[1] for row in rows] == list(table["parcel_no"])
    assert {row[2] for row in rows} == {"آمنة بنت عيسى النابلسيّ"}
    for row, shape in zip(rows, table.geometry, strict=True):
        assert shapely.equals(shapely.from_wkb(bytes(row[4])), shape)


def test_what_the_dry_run_says_is_what_loading_does_and_it_keeps_nothing(tmp_path: Path) -> None:
    table = files.frame(
        [files.square(0, 0), files.bow_tie(1, 0), None, shapely.LineString([(0, 0), (0, 0)])], a=[1, 2, 3, 4]
    )
    path = files.geopackage(tmp_path / "a.gpkg", table)
    before = tables()
    said = load(path, rehearse=True)
    assert tables() == before
    assert not Dataset.objects.exists()
    done = load(path)
    assert said.rehearsed
    for name in (
        "read",
        "loaded",
        "repaired",
        "refused",
        "repairs",
        "refusals",
        "notes",
        "geometry_type",
        "srid",
    ):
        assert getattr(said, name) == getattr(done, name), name


def test_an_outline_that_crosses_itself_is_repaired_and_reported(tmp_path: Path) -> None:
    report = load(
        files.geopackage(
            tmp_path / "a.gpkg", files.frame([files.square(0, 0), files.bow_tie(1, 0)], a=[1, 2])
        )
    )
    assert report.repaired_rows == [{"row": 2, "reason": "Self-intersection"}]
    assert query("SELECT bool_and(ST_IsValid(geom)), sum(ST_Area(geom)) FROM imported.test_layer") == [
        (True, 15_000.0)
    ]


def test_a_row_without_geometry_is_kept_and_told(tmp_path: Path) -> None:
    report = load(files.geopackage(tmp_path / "a.gpkg", files.frame([files.square(0, 0), None], a=[1, 2])))
    assert report.loaded == 2
    assert {"code": "placeless", "params": {"count": 1}} in report.notes


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (shapely.LineString([(174_000, 180_000), (174_000, 180_000)]), "line_without_length"),
        (shapely.Polygon([(174_000, 180_000), (174_100, 180_000), (174_000, 180_000)]), "geometry_collapsed"),
        (shapely.Point(174_000, 9_000_000), "outside_grid"),
    ],
)
def test_a_row_that_cannot_be_kept_is_refused_with_number_and_reason(
    tmp_path: Path, shape: Any, reason: str
) -> None:
    good = [files.square(n, 0) for n in range(5)]
    listed = tmp_path / "refused.csv"
    report = load(
        files.geopackage(tmp_path / "a.gpkg", files.frame([*good, shape], owner=["=1+1"] * 6)),
        refused_to=listed,
    )
    assert (report.loaded, report.refused) == (5, 1)
    assert report.refused_rows == [{"row": 6, "reason": reason}]
    assert listed.read_text("utf-8-sig").splitlines() == ["row,reason,owner", f"6,{reason},'=1+1"]


def test_degrees_are_moved_into_the_grid_and_the_operation_is_logged(tmp_path: Path) -> None:
    report = load(files.geopackage(tmp_path / "a.gpkg", files.parcels().to_crs(4326)))
    assert "Palestine 1923 to WGS 84" in report.operation["name"]
    assert (report.operation["accuracy_m"], report.operation["difference_m"]) == (
        2.0,
        pytest.approx(0, abs=0.02),
    )
    assert query("SELECT max(abs(ST_Area(geom) - 10000)) < 1 FROM imported.test_layer") == [(True,)]


def test_a_layer_elsewhere_is_kept_in_a_system_that_is_valid_there_and_this_is_told(tmp_path: Path) -> None:
    boston = files.frame([shapely.box(-71.1, 42.36, -71.09, 42.37)], crs=4326, a=[1])
    report = load(files.geopackage(tmp_path / "a.gpkg", boston))
    assert report.srid == 32619
    assert report.notes[0]["code"] == "outside_municipality"


def test_single_and_multiple_parts_share_one_multiple_type(tmp_path: Path) -> None:
    shapes = [files.square(0, 0), shapely.MultiPolygon([files.square(2, 0), files.square(4, 0)])]
    assert (
        load(files.geopackage(tmp_path / "a.gpkg", files.frame(shapes, a=[1, 2]))).geometry_type
        == "MultiPolygon"
    )


def test_a_file_of_mixed_shapes_is_one_layer_of_mixed_shapes(tmp_path: Path) -> None:
    shapes = [files.square(0, 0), files.square(1, 0).centroid]
    assert (
        load(files.geopackage(tmp_path / "a.gpkg", files.frame(shapes, a=[1, 2]))).geometry_type == "Geometry"
    )


def test_a_file_without_reference_system_is_refused_naming_the_likely_ones(tmp_path: Path) -> None:
    error = refused(files.geopackage(tmp_path / "a.gpkg", files.parcels().set_crs(None, allow_override=True)))
    assert error.code == "crs_missing"
    assert "EPSG:28191 Palestine 1923 / Palestine Grid" in str(error.title)


def test_a_chosen_reference_system_is_taken(tmp_path: Path) -> None:
    path = files.geopackage(tmp_path / "a.gpkg", files.parcels().set_crs(None, allow_override=True))
    assert load(path, srid=28191).loaded == 9


@pytest.mark.parametrize(
    ("label", "code"), [(4326, "crs_metres_labelled_degrees"), (2154, "crs_outside_area_of_use")]
)
def test_a_wrong_reference_system_is_refused(tmp_path: Path, label: int, code: str) -> None:
    assert (
        refused(
            files.geopackage(tmp_path / "a.gpkg", files.parcels().set_crs(label, allow_override=True))
        ).code
        == code
    )


def test_swapped_axes_are_seen_and_can_be_turned(tmp_path: Path) -> None:
    turned = files.parcels().to_crs(4326)
    turned["geometry"] = shapely.transform(turned.geometry.values, lambda xy: xy[:, ::-1])
    path = files.geopackage(tmp_path / "a.gpkg", turned)
    assert refused(path).code == "crs_axes_swapped"
    report = load(path, swap_axes=True)
    assert report.loaded == 9
    east = query("SELECT min(ST_XMin(geom)) FROM imported.test_layer")[0][0]
    assert east == pytest.approx(files.EAST, abs=0.1)


def test_three_hundred_fields_are_refused_until_some_are_chosen(tmp_path: Path) -> None:
    wide = files.frame([files.square(0, 0)], **{f"f{n}": [n] for n in range(300)})
    error = refused(files.geopackage(tmp_path / "a.gpkg", wide))
    assert (error.code, error.params) == ("too_many_fields", {"count": 300, "limit": 200})


def test_fields_named_id_and_geom_and_twins_in_case_are_kept_under_other_names(tmp_path: Path) -> None:
    text = (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"x","geom":"y","Name":"a","name":"b"},'
        '"geometry":{"type":"Point","coordinates":[35.26,32.22]}}]}'
    )
    report = load(files.geojson(tmp_path / "a.geojson", text))
    assert query("SELECT id_2, geom_2, name, name_2 FROM imported.test_layer") == [("x", "y", "a", "b")]
    assert {note["params"]["column"] for note in report.notes if note["code"] == "renamed"} == {
        "id_2",
        "geom_2",
        "name_2",
    }


@pytest.mark.parametrize("encoding", ["UTF-8", "CP1256", "ISO-8859-6"])
@pytest.mark.parametrize("without", [(), (".cpg",)])
def test_arabic_text_of_a_shapefile_arrives_whatever_its_label(
    tmp_path: Path, encoding: str, without: tuple
) -> None:
    table = files.parcels(3)
    table["owner"] = "فاطمة الخليلي"
    load(files.shapefile_zip(tmp_path, table, encoding=encoding, without=without))
    assert query("SELECT DISTINCT owner FROM imported.test_layer") == [("فاطمة الخليلي",)]


def test_control_characters_and_quotes_arrive_and_nul_does_not(tmp_path: Path) -> None:
    text = 'a"b\\nc,d;e\\tf\\u0000g'
    path = files.geojson(
        tmp_path / "a.geojson",
        f'{{"type":"Feature","properties":{{"words":"{text}","empty":"","n":null}},"geometry":{{"type":"Point","coordinates":[35.26,32.22]}}}}'.replace(
            'a"b', 'a\\"b'
        ),
    )
    load(path)
    value, empty, missing = query("SELECT words, empty, n FROM imported.test_layer")[0]
    assert value.startswith('a"b\nc,d;e\tf')
    assert "\x00" not in value
    assert (empty, missing) == ("", None)


def test_structured_values_are_kept_as_json(tmp_path: Path) -> None:
    path = files.geojson(
        tmp_path / "a.geojson",
        '{"type":"Feature","properties":{"o":{"a":[1,2]},"l":["x","y"]},"geometry":{"type":"Point","coordinates":[35.26,32.22]}}',
    )
    load(path)
    assert query("SELECT o->'a'->>1, l->>0 FROM imported.test_layer") == [("2", "x")]


def test_a_key_that_is_taken_is_refused_and_can_be_replaced(tmp_path: Path) -> None:
    path = files.geopackage(tmp_path / "a.gpkg", files.parcels(4))
    load(path)
    assert refused(path).code == "slug_taken"
    again = files.geopackage(tmp_path / "b.gpkg", files.parcels(6))
    assert load(again, replace=True).loaded == 6
    assert Dataset.objects.get(slug="test-layer").feature_count == 6


@pytest.mark.parametrize("slug", ["", "Ab", "1a", "a b", "a;drop", "x" * 60, "أ"])
def test_a_key_that_cannot_be_is_refused(tmp_path: Path, slug: str) -> None:
    path = files.geopackage(tmp_path / "a.gpkg", files.parcels(1))
    assert refused(path, slug=slug or "-").code == "slug_invalid"


def test_a_file_that_breaks_half_way_leaves_no_table(tmp_path: Path) -> None:
    whole = files.geopackage(tmp_path / "a.gpkg", files.parcels(50_00)).read_bytes()
    cut = tmp_path / "cut.gpkg"
    middle = len(whole) // 2
    cut.write_bytes(whole[:middle] + os_noise(len(whole) - middle))
    before = tables()
    with pytest.raises(Exception, match=r".+"):
        load(cut)
    assert tables() == before


def os_noise(size: int) -> bytes:
    return bytes((7 * n + 13) % 251 for n in range(256)) * (size // 256 + 1)


def test_a_layer_of_none_but_bad_rows_is_refused_with_their_reasons(tmp_path: Path) -> None:
    flat = shapely.LineString([(174_000, 180_000), (174_000, 180_000)])
    error = refused(files.geopackage(tmp_path / "a.gpkg", files.frame([flat, flat], a=[1, 2])))
    assert (error.code, error.params["reasons"]) == ("nothing_to_load", {"line_without_length": 2})


def test_several_layers_need_a_choice_and_the_choice_is_taken(tmp_path: Path) -> None:
    path = files.geopackage(tmp_path / "a.gpkg", files.parcels(2), "one")
    files.geopackage(path, files.parcels(3), "two", append=True)
    assert refused(path).code == "layer_needed"
    assert refused(path, layer="three").code == "layer_unknown"
    assert load(path, layer="two").loaded == 3
