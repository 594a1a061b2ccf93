"""`manage.py import_layer` and `export_layer`, as the contract has them."""

import csv
import json
from io import StringIO
from pathlib import Path

import pyogrio
import pytest
import shapely
from django.core.management import CommandError, call_command

from layers.models import Dataset
from tests.importing import files

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_import_prints_what_was_read_loaded_repaired_and_refused(tmp_path: Path) -> None:
    path = files.geopackage(
        tmp_path / "a.gpkg", files.frame([files.square(0, 0), files.bow_tie(1, 0)], a=[1, 2])
    )
    lines = {
        line.split()[0]: line.split()[1]
        for line in run("import_layer", str(path), "--name", "town").splitlines()[:4]
    }
    assert lines == {"read:": "2", "loaded:": "2", "repaired:": "1", "refused:": "0"}


def test_a_public_layer_is_for_everybody_and_others_for_staff(tmp_path: Path) -> None:
    path = str(files.geopackage(tmp_path / "a.gpkg", files.parcels()))
    run("import_layer", path, "--name", "open", "--public")
    run("import_layer", path, "--name", "closed")
    assert Dataset.objects.get(slug="open").view_roles == ["public"]
    assert "engineer" in Dataset.objects.get(slug="closed").view_roles


def test_a_dry_run_makes_no_layer(tmp_path: Path) -> None:
    path = files.geopackage(tmp_path / "a.gpkg", files.parcels())
    assert "would load:   9" in run("import_layer", str(path), "--name", "town", "--dry-run")
    assert not Dataset.objects.exists()


def test_layer_crs_and_encoding_can_be_given(tmp_path: Path) -> None:
    path = files.shapefile_zip(tmp_path, files.parcels(), encoding="CP1256", without=[".cpg", ".prj"])
    run(
        "import_layer",
        str(path),
        "--name",
        "town",
        "--layer",
        "parcels",
        "--crs",
        "EPSG:28191",
        "--encoding",
        "windows-1256",
    )
    known = Dataset.objects.get(slug="town")
    assert (known.encoding, known.feature_count) == ("Windows-1256", 9)


@pytest.mark.parametrize(
    "options", [["--crs", "EPSG:999999"], ["--crs", "here"], ["--encoding", "EBCDIC"], ["--layer", "nothing"]]
)
def test_a_wrong_option_is_a_sentence_and_no_trace(tmp_path: Path, options: list[str]) -> None:
    path = files.geopackage(tmp_path / "a.gpkg", files.parcels())
    with pytest.raises(CommandError, match=r"\w+ .+\."):
        run("import_layer", str(path), "--name", "town", *options)
    assert not Dataset.objects.exists()


def test_a_missing_file_is_a_sentence() -> None:
    with pytest.raises(CommandError, match="There is no file"):
        run("import_layer", "/nowhere.gpkg", "--name", "town")


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
def test_a_round_trip_returns_the_same_geometry_and_text(tmp_path: Path, ending: str) -> None:
    table = files.parcels(12)
    run("import_layer", str(files.geopackage(tmp_path / "a.gpkg", table)), "--name", "town")
    out = tmp_path / f"out.{ending}"
    assert "12" in run("export_layer", "town", str(out))
    back = pyogrio.read_dataframe(out).sort_values("floors").to_crs(28191)
    assert list(back["owner"]) == list(table["owner"])
    assert list(back["area"]) == list(table["area"])
    for mine, theirs in zip(back.geometry, table.geometry, strict=True):
        # Seven decimals of a degree are a centimetre.
        assert shapely.hausdorff_distance(mine, theirs) < (0.02 if ending == "geojson" else 1e-6)


def test_a_spreadsheet_gets_text_with_a_mark_and_no_formulas(tmp_path: Path) -> None:
    table = files.parcels(2)
    table["owner"] = ["=HYPERLINK(1)", "محمد"]
    run("import_layer", str(files.geopackage(tmp_path / "a.gpkg", table)), "--name", "town")
    out = tmp_path / "out.csv"
    run("export_layer", "town", str(out))
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert [row["owner"] for row in rows] == ["'=HYPERLINK(1)", "محمد"]
    assert shapely.from_wkt(rows[0]["wkt"]).geom_type == "Polygon"


def test_rows_without_a_place_are_exported_too(tmp_path: Path) -> None:
    path = files.geopackage(tmp_path / "a.gpkg", files.frame([files.square(0, 0), None], a=[1, 2]))
    run("import_layer", str(path), "--name", "town")
    out = tmp_path / "out.geojson"
    run("export_layer", "town", str(out))
    assert [one["geometry"] is None for one in json.loads(out.read_text())["features"]] == [False, True]


def test_an_unknown_format_or_layer_is_a_sentence_and_no_file(tmp_path: Path) -> None:
    run("import_layer", str(files.geopackage(tmp_path / "a.gpkg", files.parcels(1))), "--name", "town")
    for slug, name in (("town", "out.doc"), ("nothing", "out.gpkg")):
        with pytest.raises(CommandError, match=r".+"):
            run("export_layer", slug, str(tmp_path / name))
        assert not (tmp_path / name).exists()
