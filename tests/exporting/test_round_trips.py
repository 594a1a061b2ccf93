"""What goes out comes back: the same shapes, within each format's precision, and the same Arabic."""

import csv
import io
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from defusedxml import ElementTree as DefusedTree
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts.policy import Role, of_roles
from core.errors import DomainError
from jobs.models import Job
from layers.exporting import tasks, wanted
from layers.exporting.writers import FORMATS, export
from tests.importing import files
from tests.importing.loads import load

pytestmark = pytest.mark.django_db
OWNER = "آمنة بنت عيسى النابلسيّ"
ADMIN = of_roles([Role.ADMIN.value])


@pytest.fixture
def layer(tmp_path: Path) -> str:
    """Load nine squares with holes, strange texts and a row without a place."""
    table = files.parcels(9)
    table["geometry"] = table.geometry.apply(lambda one: one.difference(one.centroid.buffer(10, quad_segs=2)))
    table.loc[3, "owner"] = '=HYPERLINK("http://x","y"),\n"quoted"'
    table.loc[4, "owner"] = None
    table.loc[5, "owner"] = ""
    table.loc[8, "geometry"] = None
    table["day"] = pd.to_datetime(["2024-02-29"] * 9)
    load(files.geopackage(tmp_path / "a.gpkg", table), "plots", public=True)
    return "plots"


def written(layer: str, out: Path, **parameters: str) -> Path:
    asked = wanted.read(ADMIN, layer, parameters)
    export(asked.view, out, srid=asked.srid, where=asked.where, total=asked.total)
    return out


def original() -> list[Any]:
    return [one.difference(one.centroid.buffer(10, quad_segs=2)) for one in files.parcels(9).geometry][:8]


@pytest.mark.parametrize(
    ("ending", "within_m"), [("gpkg", 0), ("parquet", 0), ("shp.zip", 0), ("geojson", 0.02), ("kml", 0.02)]
)
def test_shapes_and_arabic_come_back(layer: str, tmp_path: Path, ending: str, within_m: float) -> None:
    out = written(layer, tmp_path / f"out.{ending}")
    read = gpd.read_parquet(out) if ending == "parquet" else gpd.read_file(out)
    back = read.to_crs(files.GRID)
    assert len(back) == 9
    for shape, expected in zip(back.geometry[:8], original(), strict=True):
        assert shapely.hausdorff_distance(shape, expected) <= within_m
    assert back.geometry[8] is None or back.geometry[8].is_empty
    assert back.owner[0] == OWNER
    assert back.owner[3] == '=HYPERLINK("http://x","y"),\n"quoted"'
    assert str(back.day[0])[:10].replace("/", "-") == "2024-02-29"


@pytest.mark.parametrize(
    ("ending", "crs", "within_m"),
    [
        ("gpkg", "EPSG:4326", 0.0001),
        ("shp.zip", "EPSG:4326", 0.0001),
        ("parquet", "EPSG:32636", 0.0001),
        ("geojson", "EPSG:4326", 0.001),
        ("kml", "EPSG:4326", 0.001),
        ("csv", "EPSG:32636", 0.001),
    ],
)
def test_what_left_in_another_system_comes_in_again_where_it_was(
    layer: str, tmp_path: Path, ending: str, crs: str, within_m: float
) -> None:
    out = written(layer, tmp_path / f"out.{ending}", **({} if ending == "kml" else {"crs": crs}))
    load(out, "again", **({"srid": 32636} if ending == "csv" else {}))
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*), max(ST_HausdorffDistance(a.geom, b.geom)) FROM imported.plots a
               JOIN imported.again b USING (parcel_no) WHERE a.geom IS NOT NULL"""
        )
        count, farthest = cursor.fetchone()
    assert count == 8
    assert farthest <= within_m


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet", "csv", "xlsx", "shp.zip", "dxf"])
def test_a_file_comes_in_the_grid_asked_for(layer: str, tmp_path: Path, ending: str) -> None:
    out = written(layer, tmp_path / f"out.{ending}", crs="EPSG:32636")
    expected = gpd.GeoSeries(original(), crs=files.GRID).to_crs(32636).union_all()
    if ending == "csv":
        rows = list(csv.reader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
        shapes = [shapely.from_wkt(row[-1]) for row in rows[1:] if row[-1]]
    elif ending == "xlsx":
        sheet = openpyxl.load_workbook(out).active
        shapes = [
            shapely.from_wkt(row[-1]) for row in sheet.iter_rows(min_row=2, values_only=True) if row[-1]
        ]
    elif ending == "dxf":
        pyogrio.set_gdal_config_options({"DXF_CLOSED_LINE_AS_POLYGON": True})
        shapes = [one for one in gpd.read_file(out).geometry if one.geom_type == "Polygon"]
        assert len(shapes) == 16
    else:
        back = gpd.read_parquet(out) if ending == "parquet" else gpd.read_file(out)
        assert back.crs.to_epsg() == 32636
        shapes = [one for one in back.geometry if one is not None]
    assert abs(shapely.union_all(shapes).centroid.distance(expected.centroid)) < 2.5


def test_a_cell_of_a_spreadsheet_is_never_a_formula(layer: str, tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(written(layer, tmp_path / "a.csv").read_text(encoding="utf-8-sig"))))
    owners = [row[rows[0].index("owner")] for row in rows[1:]]
    assert owners[3].startswith("'=HYPERLINK")
    sheet = openpyxl.load_workbook(written(layer, tmp_path / "a.xlsx")).active
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert [cell for cell in cells if cell.data_type == "f"] == []
    assert [cell.value.isoformat()[:10] for cell in cells if cell.is_date] == ["2024-02-29"] * 9


def test_labels_of_a_drawing_are_arabic_text(layer: str, tmp_path: Path) -> None:
    from layers.models import DatasetField

    DatasetField.objects.filter(dataset__slug=layer).update(is_label=False)
    DatasetField.objects.filter(dataset__slug=layer, name="owner").update(is_label=True)
    table = gpd.read_file(written(layer, tmp_path / "a.dxf"))
    assert OWNER in set(table.Text.dropna())


def test_a_filter_narrows_what_leaves_and_an_unknown_one_is_refused(layer: str, tmp_path: Path) -> None:
    out = written(layer, tmp_path / "a.gpkg", parcel_no="3/1")
    assert list(gpd.read_file(out).parcel_no) == ["3/1"]
    assert len(gpd.read_file(written(layer, tmp_path / "b.gpkg", floors__gte="6"))) == 3
    for bad in ({"no_such": "1"}, {"f": "exe"}, {"crs": "EPSG:1"}):
        with pytest.raises(DomainError):
            wanted.read(ADMIN, layer, bad)


@pytest.mark.parametrize("ending", sorted(FORMATS))
def test_an_empty_layer_is_still_a_file(layer: str, tmp_path: Path, ending: str) -> None:
    out = written(layer, tmp_path / f"a.{ending}", parcel_no="none")
    assert out.stat().st_size > 0
    assert [one.name for one in tmp_path.iterdir() if "partial" in one.name] == []


def test_a_shapefile_tells_what_it_cannot_hold(tmp_path: Path) -> None:
    table = files.frame([files.square(0, 0)], a_long_field_name=["x"])
    load(files.geopackage(tmp_path / "a.gpkg", table), "long")
    asked = wanted.read(ADMIN, "long", {})
    told = export(asked.view, tmp_path / "a.shp.zip", total=1).sentences
    assert "a_long_field_name" in told[0]
    with zipfile.ZipFile(tmp_path / "a.shp.zip") as packed:
        assert {name.rpartition(".")[2] for name in packed.namelist()} == {"shp", "shx", "dbf", "prj", "cpg"}


def test_the_command_writes_what_is_asked(layer: str, tmp_path: Path) -> None:
    out = tmp_path / "a.geojson"
    call_command("export_layer", layer, str(out), crs="EPSG:28191", where=["floors__lt=2"])
    back = gpd.read_file(out)
    assert (len(back), back.crs.to_epsg()) == (2, 28191)


def test_the_page_offers_formats_and_gives_the_file(layer: str, client: Client) -> None:
    page = client.get(f"/export/{layer}/?floors__gte=6")
    assert 'name="floors__gte" value="6"' in page.content.decode()
    answer = client.get(f"/export/{layer}/file?f=gpkg&floors__gte=6")
    assert (answer.status_code, answer["X-Feature-Count"]) == (200, "3")
    assert 'filename="plots.gpkg"' in answer["Content-Disposition"]
    assert b"".join(answer.streaming_content).startswith(b"SQLite format 3")
    assert client.get(f"/export/{layer}/file?f=exe").status_code == 400
    assert client.get("/export/nothing/file").status_code == 404
    assert client.get(f"/api/v1/collections/{layer}/export?f=csv").status_code == 200


def test_a_large_export_is_a_job_whose_file_only_its_owner_gets(
    layer: str,
    sign_in: Callable[..., Client],
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(wanted, "AT_ONCE", 5)
    assert client.get(f"/export/{layer}/file?f=csv").status_code == 413
    assert client.post(f"/export/{layer}/job", {"f": "csv"}).status_code == 403
    engineer = sign_in("engineer")
    assert engineer.post(f"/export/{layer}/job", {"f": "csv", "floors__lt": "8"}).status_code == 302
    job = Job.objects.get(kind="layers.exporting.tasks.write")
    result = tasks.write.func(*job.arguments["args"])
    got = engineer.get(result["file"])
    assert len(b"".join(got.streaming_content).splitlines()) >= 9
    assert client.get(result["file"]).status_code == 404
    assert sign_in("surveyor").get(result["file"]).status_code == 404


def test_a_right_that_was_taken_away_closes_the_file(
    layer: str, sign_in: Callable[..., Client], settings: Any, tmp_path: Path
) -> None:
    from layers.models import Dataset

    settings.MEDIA_ROOT = tmp_path / "media"
    engineer = sign_in("engineer")
    engineer.post(f"/export/{layer}/job", {"f": "csv"})
    job = Job.objects.get(kind="layers.exporting.tasks.write")
    result = tasks.write.func(*job.arguments["args"])
    Dataset.objects.filter(slug=layer).update(view_roles=["auditor"], edit_roles=[])
    assert engineer.get(result["file"]).status_code == 404


def test_a_geopackage_brings_its_style_along_for_qgis(layer: str, tmp_path: Path) -> None:
    out = written(layer, tmp_path / "a.gpkg")
    with sqlite3.connect(out) as database:
        table, column, drawn, described, default = database.execute(
            "SELECT f_table_name, f_geometry_column, styleQML, styleSLD, useAsDefault FROM layer_styles"
        ).fetchone()
    assert (table, column, default) == (layer, "geom", 1)
    style = DefusedTree.fromstring(drawn)
    rules, symbols = style.findall(".//rule"), style.findall(".//symbol")
    assert {one.get("symbol") for one in rules} == {one.get("name") for one in symbols}
    assert "fill" in {one.get("type") for one in symbols}
    assert "UserStyle" in described
    assert list(gpd.read_file(out, layer=layer).columns).count("owner") == 1
