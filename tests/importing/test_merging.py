"""Files into layers that are there: added, matched by key with the difference told, joined, moved."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from django.db import connection
from django.test import Client

from accounts.policy import of_roles
from audit.models import AuditEvent
from core.errors import DomainError
from layers.importing import control, planning
from layers.importing.errors import ImportRefused
from layers.importing.loading import Load
from layers.importing.models import ImportRun, ImportState
from layers.importing.reader.process import Reader
from layers.importing.reporting import Report
from layers.models import Dataset, DatasetField
from tests.importing import files
from tests.importing.loads import load
from tests.importing.test_wizard import field_inputs, upload, work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def plots(tmp_path: Path) -> str:
    """Load nine plots, numbered 0/1 to 8/1."""
    load(files.geopackage(tmp_path / "first.gpkg", files.parcels(9)), "plots")
    return "plots"


def second(path: Path) -> Path:
    """Write a later survey: 0/1 as it was, 1/1 with another owner, 2/1 moved, 9/1 new; the rest is not in it."""
    table = files.parcels(10).iloc[[0, 1, 2, 9]].reset_index(drop=True)
    table.loc[1, "owner"] = "ورثة عيسى"
    table.loc[2, "geometry"] = files.square(2, 5)
    return files.geopackage(path, table)


def rows(sql: str = "SELECT parcel_no, owner FROM imported.plots ORDER BY 1") -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def told(report: Report) -> tuple[int, ...]:
    found = report.difference
    return tuple(found[name] for name in ("added", "changed", "unchanged", "removed", "untouched"))


def test_an_update_by_key_shows_its_difference_before_and_keeps_what_the_file_lacks(
    plots: str, tmp_path: Path
) -> None:
    before = rows()
    later = second(tmp_path / "later.gpkg")
    shown = load(later, plots, mode="update", key="parcel_no", rehearse=True)
    assert (told(shown), rows()) == ((1, 2, 1, 0, 6), before)
    assert shown.difference["samples"] == [
        {"key": "1/1", "fields": [["owner", files.parcels(1).owner[0], "ورثة عيسى"]], "moved": False},
        {"key": "2/1", "fields": [], "moved": True},
    ]
    done = load(later, plots, mode="update", key="parcel_no")
    assert told(done) == told(shown)
    assert (len(rows()), dict(rows())["1/1"]) == (10, "ورثة عيسى")
    assert Dataset.objects.get(slug=plots).feature_count == 10
    changed = AuditEvent.objects.filter(relation="imported.plots", action="update")
    assert changed.count() == 2


def test_a_replacement_by_key_retires_the_rest_and_rows_keep_their_identity(
    plots: str, tmp_path: Path
) -> None:
    ids = dict(rows("SELECT parcel_no, id FROM imported.plots"))
    done = load(second(tmp_path / "later.gpkg"), plots, mode="replace", key="parcel_no")
    assert told(done) == (1, 2, 1, 6, 0)
    after = dict(rows("SELECT parcel_no, id FROM imported.plots"))
    assert {name: after[name] for name in ("0/1", "1/1", "2/1")} == {
        name: ids[name] for name in ("0/1", "1/1", "2/1")
    }
    assert set(after) == {"0/1", "1/1", "2/1", "9/1"}


def test_rows_are_appended_and_those_already_there_or_double_are_refused_with_their_reason(
    plots: str, tmp_path: Path
) -> None:
    table = files.parcels(12).iloc[[3, 9, 10, 11]].reset_index(drop=True)
    table.loc[3, "parcel_no"] = "10/1"
    done = load(files.geopackage(tmp_path / "b.gpkg", table), plots, mode="append", key="parcel_no")
    assert (told(done), dict(done.refusals)) == ((1, 0, 0, 0, 9), {"key_known": 1, "key_twice": 2})
    assert (done.read, done.loaded + done.refused) == (4, 4)
    without = load(files.geopackage(tmp_path / "c.gpkg", table), plots, mode="append")
    assert (without.loaded, len(rows())) == (4, 14)


def test_the_rules_of_a_layer_hold_for_a_file_as_for_a_person(plots: str, tmp_path: Path) -> None:
    fields = DatasetField.objects.filter(dataset__slug=plots)
    fields.filter(name="owner").update(is_required=True)
    fields.filter(name="floors").update(
        choices=[{"value": n, "ar": "", "en": "", "fr": ""} for n in range(3)]
    )
    fields.filter(name="area").update(is_unique=True)
    table = files.parcels(12).iloc[[9, 10, 11]].reset_index(drop=True)
    table["floors"] = [0, 7, 1]
    table.loc[2, "owner"] = None
    done = load(files.geopackage(tmp_path / "b.gpkg", table), plots, mode="append")
    assert dict(done.refusals) == {"value_missing": 1, "value_not_listed": 1}
    table = files.parcels(10).iloc[[9]].reset_index(drop=True)
    table["area"] = 10_000.0
    with pytest.raises(ImportRefused) as refusal:
        load(files.geopackage(tmp_path / "c.gpkg", table.assign(floors=1)), plots, mode="append")
    assert refusal.value.code == "unique_broken"
    assert len(rows()) == 10
    lines = files.frame(
        [shapely.LineString([(174_000, 180_000), (174_100, 180_000)])], owner=["x"], area=[1.0]
    )
    with pytest.raises(ImportRefused) as refusal:
        load(files.geopackage(tmp_path / "d.gpkg", lines), plots, mode="append")
    assert refusal.value.params["reasons"] == {"shape_unfit": 1}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mode": "update"}, "key_needed"),
        ({"mode": "update", "key": "nothing"}, "field_unknown"),
        ({"mode": "sideways"}, "mode_unknown"),
    ],
)
def test_a_merge_that_cannot_be_is_refused(
    plots: str, tmp_path: Path, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(ImportRefused) as refusal:
        load(second(tmp_path / "b.gpkg"), plots, **changes)
    assert refusal.value.code == code


def test_a_column_that_the_layer_lacks_or_whose_type_differs_is_refused_by_name(
    plots: str, tmp_path: Path
) -> None:
    more = files.parcels(1).assign(colour=["red"])
    with pytest.raises(ImportRefused) as refusal:
        load(files.geopackage(tmp_path / "b.gpkg", more), plots, mode="append")
    assert refusal.value.params["column"] == "colour"
    other = files.parcels(1).assign(floors=["ground"])
    with pytest.raises(ImportRefused) as refusal:
        load(files.geopackage(tmp_path / "c.gpkg", other), plots, mode="append")
    assert (refusal.value.code, refusal.value.params["field"]) == ("column_type", "floors")


def test_nobody_imports_into_a_register_or_into_a_layer_that_they_may_not_change(
    plots: str, tmp_path: Path
) -> None:
    with Reader(second(tmp_path / "b.gpkg")) as reader:
        found = planning.find_layer(reader.inspect(grid=files.GRID), None)
        for slug, role in (("parcels", "admin"), (plots, "clerk"), (plots, "auditor"), ("nothing", "admin")):
            plan = planning.propose(found, slug=slug).with_(mode="append")
            with pytest.raises(DomainError):
                Load(reader, found, plan, subject=of_roles([role]))


def test_the_wizard_remembers_shows_and_refuses_when_the_layer_moved_meanwhile(
    sign_in: Callable[..., Client], tmp_path: Path
) -> None:
    engineer = sign_in("engineer")

    def to_the_dry_run(path: Path, **given: str) -> ImportRun:
        run = upload(engineer, path, "plots.gpkg")
        here = f"/staff/import/{run.pk}/"
        engineer.post(here + "place/", {"srid": "28191"})
        page = engineer.get(here, {"step": "fields", "lang": "en"}).content.decode()
        inputs = {**field_inputs(page), "title_ar": "قطع", **given}
        assert engineer.post(here + "fields/", inputs).status_code == 302
        return work(run)

    first = to_the_dry_run(
        files.geopackage(tmp_path / "a.gpkg", files.parcels(9)),
        slug="plots",
        mode="new",
        **{"column-1": "holder"},
    )
    engineer.post(f"/staff/import/{first.pk}/load/")
    work(first)
    again = upload(engineer, second(tmp_path / "b.gpkg"), "plots.gpkg")
    plan = again.planned
    assert (plan.mode, plan.slug, plan.key) == ("update", "plots", "parcel_no")
    assert [one.column for one in plan.fields][1] == "holder"
    run = to_the_dry_run(second(tmp_path / "c.gpkg"), mode="update", into="plots", key="parcel_no")
    page = engineer.get(f"/staff/import/{run.pk}/", {"lang": "en"}).content.decode()
    assert "ورثة عيسى" in page
    assert "What would change in the layer" in page
    rows("UPDATE imported.plots SET holder = 'x' WHERE parcel_no = '8/1' RETURNING 1")
    engineer.post(f"/staff/import/{run.pk}/load/")
    assert (work(run).state, run.refusal["code"]) == (ImportState.INSPECTED, "layer_moved")
    engineer.post(f"/staff/import/{run.pk}/rehearse/")
    work(run)
    engineer.post(f"/staff/import/{run.pk}/load/")
    assert work(run).state == ImportState.LOADED
    assert len(rows("SELECT 1 FROM imported.plots")) == 10
    engineer.post(f"/staff/import/{run.pk}/remove/")
    assert Dataset.objects.filter(slug="plots").exists()


def test_rows_of_a_table_get_the_shape_that_their_key_names(plots: str, tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text("رقم القطعة,الحالة\n3/1,سليم\n5/1,متصدع\n77/1,هدم\n", encoding="utf-8")
    how = {"join": "رقم القطعة"}
    to = {"layer": plots, "field": "parcel_no"}
    with Reader(path) as reader:
        found = planning.find_layer(reader.inspect(grid=files.GRID, reading=how), None)
        plan = planning.propose(found, slug="visits").with_(placed_by=to)
        report = Load(reader, found, plan).run(by=None)
    assert (report.loaded, report.refused, report.geometry_type) == (3, 0, "Polygon")
    notes = {one["code"]: one["params"] for one in report.notes}
    assert (notes["joined"]["count"], notes["unjoined"]["examples"]) == (2, ["77/1"])
    same = "SELECT v.field_1 FROM imported.visits v JOIN imported.plots p ON p.geom = v.geom ORDER BY 1"
    assert rows(same) == [("3/1",), ("5/1",)]
    hidden = of_roles(["public"])
    with Reader(path) as reader:
        reader.inspect(grid=files.GRID, reading=how)
        unseen = Load(reader, found, plan.with_(slug="v2"), subject=hidden)
        with pytest.raises(DomainError):
            unseen.run(by=None)


def test_a_table_without_places_updates_values_and_leaves_the_shapes(plots: str, tmp_path: Path) -> None:
    before = rows("SELECT geom FROM imported.plots ORDER BY id")
    path = tmp_path / "owners.csv"
    path.write_text("parcel_no,owner\n3/1,سعاد\n", encoding="utf-8")
    with Reader(path) as reader:
        found = planning.find_layer(reader.inspect(grid=files.GRID, reading={"join": "parcel_no"}), None)
        plan = planning.propose(found, slug=plots).with_(mode="update", key="parcel_no")
        assert told(Load(reader, found, plan).run(by=None)) == (0, 1, 0, 0, 8)
    assert dict(rows())["3/1"] == "سعاد"
    assert rows("SELECT geom FROM imported.plots ORDER BY id") == before


def test_an_old_survey_is_moved_by_control_points_and_tells_how_well(tmp_path: Path) -> None:
    local = gpd.GeoDataFrame({"no": [1]}, geometry=[shapely.box(0, 0, 100, 50)], crs=None)
    path = files.geopackage(tmp_path / "old.gpkg", local)
    # Turned by a right angle and laid on the grid; the third point is 0.3 m off.
    points = control.read("0 0 174100 180000\n100 0 174100 180100\n٠ 50 174050,3 180000\n")
    fitted = control.described(points)
    assert fitted["turned_degrees"] == pytest.approx(90, abs=0.2)
    assert 0 < fitted["rms"] <= fitted["most"] < 0.3
    report = load(path, "old", srid=files.GRID, control=points)
    assert [one["code"] for one in report.notes] == ["shifted"]
    shape = shapely.from_wkt(rows("SELECT ST_AsText(geom) FROM imported.old")[0][0])
    assert shapely.hausdorff_distance(shape, shapely.box(174_050, 180_000, 174_100, 180_100)) < 0.4
    for bad in ("1 2 3", "0 0 1 1", "0 0 1 1\n0 0 2 2", "a b c d\n1 1 1 1"):
        with pytest.raises(ImportRefused):
            control.read(bad)


def test_an_import_is_held_to_the_districts_of_whoever_imports(plots: str, tmp_path: Path) -> None:
    """The west is columns 0 to 4 of the grid, the east 5 to 9; one place lies in neither."""
    ids = []
    with connection.cursor() as cursor:
        for code, first in (("W", 0), ("E", 5)):
            shape = shapely.box(
                files.EAST + 100 * first, files.NORTH, files.EAST + 100 * (first + 5), files.NORTH + 900
            )
            cursor.execute(
                "INSERT INTO municipality_district (code, name_ar, name_en, name_fr, geom)"
                " VALUES (%s, %s, %s, %s, ST_Multi(ST_GeomFromText(%s, 28191))) RETURNING id",
                [code, code, code, code, shape.wkt],
            )
            ids.append(cursor.fetchone()[0])
        cursor.execute("ALTER TABLE imported.plots ADD district_id bigint")
        cursor.execute(
            "CREATE TRIGGER place_in_district BEFORE INSERT OR UPDATE OF geom ON imported.plots"
            " FOR EACH ROW EXECUTE FUNCTION layers_place_in_district()"
        )
        cursor.execute("UPDATE imported.plots SET geom = geom")
    Dataset.objects.filter(slug="plots").update(by_district=True)
    table = files.parcels(10).iloc[[0, 1, 2, 6, 9]].reset_index(drop=True)
    table["owner"] = "ورثة عيسى"
    table.loc[1, "geometry"] = files.square(7, 0)
    table.loc[2, "geometry"] = files.square(40, 0)
    path = files.geopackage(tmp_path / "later.gpkg", table)
    plan = {"mode": "replace", "key": "parcel_no"}
    westerner = of_roles({"engineer": frozenset(ids[:1])})
    report = load(path, "plots", subject=westerner, **plan)
    # 1/1 would go east, 2/1 to nowhere, 6/1 is an eastern row, 9/1 a new one in the east.
    assert dict(report.refusals) == {"district_foreign": 4}
    assert [one["row"] for one in report.refused_rows] == [2, 3, 4, 5]
    changed = [number for number, owner in rows() if owner == "ورثة عيسى"]
    left = [number for number, _owner in rows()]
    # The rest of the west is retired, and nothing of the east, nor what a refused row names.
    assert (changed, left) == (["0/1"], ["0/1", "1/1", "2/1", "5/1", "6/1", "7/1", "8/1"])
    everywhere = load(path, "plots", subject=of_roles(["engineer"]), **plan)
    assert (everywhere.refused, len(rows())) == (0, 5)
    none = of_roles({"engineer": frozenset()})
    with pytest.raises((DomainError, ImportRefused)):
        load(path, "plots", subject=none, **plan)


def test_ten_thousand_vertices_typed_by_hand_go_in_and_a_scribble_of_them_is_repaired_or_refused(
    tmp_path: Path,
) -> None:
    """A table whose column holds shapes as WKT, as somebody would paste them."""
    ring = shapely.Point(files.EAST, files.NORTH).buffer(500, quad_segs=2500)
    assert shapely.get_num_coordinates(ring) > 10_000
    # A star that crosses itself at every stroke.
    points = shapely.get_coordinates(ring)[:401]
    far = shapely.Polygon([points[(at * 150) % 400] for at in range(400)])
    path = tmp_path / "typed.csv"
    path.write_text(f'name,wkt\nدائرة,"{ring.wkt}"\nنجمة,"{far.wkt}"\n', encoding="utf-8")
    report = load(path, "typed", srid=files.GRID)
    assert (report.read, report.loaded + report.refused) == (2, 2)
    [(name, area)] = rows("SELECT name, round(ST_Area(geom)) FROM imported.typed WHERE name = 'دائرة'")
    assert (name, int(area)) == ("دائرة", round(ring.area))
    assert rows("SELECT count(*) FROM imported.typed WHERE NOT ST_IsValid(geom)") == [(0,)]
