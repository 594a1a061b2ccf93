"""Rasters on their way in: every kind of cells, placed or refused, by wizard, API and command."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation
from PIL import Image
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp
from rasterio.transform import Affine, from_origin

from layers.importing import planning, rasters
from layers.importing.errors import ImportRefused
from layers.importing.models import ImportRun, ImportState
from layers.importing.reader.process import Reader
from layers.importing.reader.refusals import Refusal
from layers.models import Raster
from tests.importing.test_wizard import upload, work

pytestmark = pytest.mark.django_db
WEST, NORTH = 173_700.0, 181_800.0
GRID = from_origin(WEST, NORTH, 10, 10)
Taken = Callable[..., np.ma.MaskedArray]


@pytest.fixture(autouse=True)
def _media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def written(
    path: Path, cells: np.ndarray, *, crs: str | None = "EPSG:28191", place: Affine | None = GRID, **more: Any
) -> Path:
    """Write a GeoTIFF of bands, rows, columns; `colours`, `palette` and `gcps` beside the profile."""
    after = {name: more.pop(name) for name in ("colours", "palette", "gcps") if name in more}
    count, height, width = cells.shape
    profile = {"driver": "GTiff", "count": count, "height": height, "width": width, "dtype": cells.dtype}
    known = {"crs": crs, "transform": place} if place is not None else {}
    with rasterio.open(path, "w", **profile, **known, **more) as file:
        file.write(cells)
        if "colours" in after:
            file.colorinterp = after["colours"]
        if "palette" in after:
            file.write_colormap(1, after["palette"])
        if "gcps" in after:
            file.gcps = (after["gcps"], rasterio.crs.CRS.from_user_input("EPSG:28191"))
    return path


def take(path: Path, slug: str = "given", **raster: Any) -> Any:
    """Take a file in as the job does, and return it opened as it is kept."""
    with Reader(path) as reader:
        layer = reader.inspect(grid=28191)["layers"][0]
        plan = planning.propose(layer, slug=slug)
        said = {**plan.raster, **raster}
        rasters.take(reader, plan.with_(raster=said), layer, sha256="", told=lambda *_: None)
    return rasterio.open(Raster.objects.get(slug=slug).path)


def refusal(path: Path, **raster: Any) -> str:
    with pytest.raises((Refusal, ImportRefused)) as refused:
        take(path, **raster)
    assert not Raster.objects.exists()
    return str(refused.value.code)


def test_heights_keep_their_values_and_what_is_unknown(tmp_path: Path) -> None:
    heights = np.arange(300 * 200, dtype="int16").reshape(1, 300, 200)
    heights[0, :10] = -999
    kept = take(written(tmp_path / "dem.tif", heights, nodata=-999))
    cells = kept.read(1, masked=True)
    assert (kept.dtypes[0], kept.crs.to_epsg(), kept.transform.almost_equals(GRID)) == (
        "float32",
        28191,
        True,
    )
    assert cells.mask[:10].all()
    assert not cells.mask[10:].any()
    assert (cells[10:] == heights[0, 10:]).all()
    assert kept.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    row = Raster.objects.get()
    assert (row.kind, row.drawing, row.unit) == ("elevation", "relief", "m")
    assert row.roles != ["public"]


def test_alpha_palette_and_sixteen_bits_are_shown_as_they_are_meant(tmp_path: Path) -> None:
    rgba = np.full((4, 64, 64), 120, "uint8")
    rgba[3, :, :32] = 0
    rgba[3, :, 32:] = 255
    colours = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
    kept = take(written(tmp_path / "rgba.tif", rgba, colours=colours), "rgba")
    assert kept.count == 3
    assert not kept.dataset_mask()[:, :32].any()
    assert kept.dataset_mask()[:, 32:].all()
    classes = np.tile(np.array([[0, 1]], "uint8"), (1, 32, 32))
    palette = {0: (200, 30, 30, 255), 1: (30, 30, 200, 255)}
    kept = take(written(tmp_path / "plan.tif", classes, palette=palette), "plan")
    assert [tuple(kept.read()[:, 0, at]) for at in (0, 1)] == [(200, 30, 30), (30, 30, 200)]
    deep = np.linspace(100, 4000, 3 * 64 * 64).reshape(3, 64, 64).astype("uint16")
    kept = take(written(tmp_path / "deep.tif", deep), "deep")
    assert (kept.read() == deep).all()
    row = Raster.objects.get(slug="deep")
    assert 100 <= (row.low or 0) < (row.high or 0) <= 4000


def test_a_turned_raster_and_one_on_control_points_are_set_upright_where_they_lie(tmp_path: Path) -> None:
    spot = np.zeros((1, 100, 100), "float32")
    spot[0, 48:52, 48:52] = 9
    turned = Affine.translation(WEST, NORTH) @ Affine.rotation(-30) @ Affine.scale(10, -10)
    middle = (turned.a * 50 + turned.b * 50 + turned.c, turned.d * 50 + turned.e * 50 + turned.f)
    kept = take(written(tmp_path / "turned.tif", spot, place=turned), "turned")
    assert (kept.transform.b, kept.transform.d) == (0, 0)
    assert float(next(kept.sample([middle]))[0]) == pytest.approx(9, abs=0.1)
    assert np.isnan(kept.read(1)[0, 0])
    corners = [(0, 0), (0, 100), (100, 100), (100, 0)]
    points = [GroundControlPoint(row, col, WEST + 10 * col, NORTH - 10 * row) for row, col in corners]
    kept = take(written(tmp_path / "points.tif", spot, place=None, crs=None, gcps=points), "points")
    assert float(next(kept.sample([(WEST + 500, NORTH - 500)]))[0]) == pytest.approx(9, abs=0.1)


def test_sheets_of_one_archive_become_one_mosaic(tmp_path: Path) -> None:
    for number, shift in enumerate((0, 1)):
        cells = np.full((1, 50, 50), 100 + number, "float32")
        written(tmp_path / f"{number}.tif", cells, place=from_origin(WEST + 500 * shift, NORTH, 10, 10))
    archive = tmp_path / "flight.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for number in (0, 1):
            zipped.write(tmp_path / f"{number}.tif", f"flight/{number}.tif")
    kept = take(archive)
    assert (kept.width, kept.height) == (100, 50)
    assert (kept.read(1)[:, :50] == 100).all()
    assert (kept.read(1)[:, 50:] == 101).all()
    with zipfile.ZipFile(archive, "a") as zipped:
        zipped.writestr("flight/note.geojson", '{"type": "FeatureCollection", "features": []}')
    Raster.objects.all().delete()
    assert refusal(archive) == "archive_mixed"


def test_a_world_file_places_a_raster_that_says_nothing_itself(tmp_path: Path) -> None:
    cells = np.full((1, 20, 20), 7, "uint8")
    path = written(tmp_path / "scan.tif", cells, place=None, crs=None)
    assert refusal(path) == "raster_without_place"
    archive = tmp_path / "scan.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.write(path, "scan.tif")
        zipped.writestr("scan.tfw", f"10\n0\n0\n-10\n{WEST + 5}\n{NORTH - 5}\n")
    assert refusal(archive) == "crs_missing"
    call_command(
        "import_raster", archive, name="scan", crs="EPSG:28191", date="1998-05-01", stdout=io.StringIO()
    )
    row = Raster.objects.get(slug="scan")
    assert rasterio.open(row.path).transform.almost_equals(GRID)
    assert str(row.taken_on) == "1998-05-01"


def test_what_cannot_be_a_raster_is_refused_by_its_reason(tmp_path: Path) -> None:
    empty = written(tmp_path / "empty.tif", np.zeros((1, 9, 9), "float32"), nodata=0)
    assert refusal(empty) == "raster_empty"
    radar = written(tmp_path / "radar.tif", np.zeros((1, 9, 9), "complex64"))
    assert refusal(radar) == "raster_complex"
    cut = written(
        tmp_path / "cut.tif", np.random.default_rng(1).integers(0, 255, (3, 400, 400)).astype("uint8")
    )
    cut.write_bytes(cut.read_bytes()[:200_000])
    assert refusal(cut) == "file_unreadable"
    ecw = tmp_path / "photo.ecw"
    ecw.write_bytes(b"e\x02\x00" + bytes(500))
    assert refusal(ecw) == "raster_without_ecw"
    sentence = r"ECW files cannot be read by this installation.*GeoTIFF or JPEG 2000"
    with translation.override("en"), pytest.raises(CommandError, match=sentence):
        call_command("import_raster", ecw, name="photo")
    bands = written(tmp_path / "bands.tif", np.ones((2, 9, 9), "float32"))
    with pytest.raises(CommandError, match="raster"):
        call_command("import_layer", bands, name="bands")


def test_jpeg_2000_goes_in(tmp_path: Path) -> None:
    cells = np.full((3, 128, 128), 90, "uint8")
    path = tmp_path / "photo.jp2"
    profile = {"driver": "JP2OpenJPEG", "count": 3, "height": 128, "width": 128, "dtype": "uint8"}
    with rasterio.open(path, "w", **profile, crs="EPSG:28191", transform=GRID) as file:
        file.write(cells)
    assert abs(int(take(path).read()[0, 64, 64]) - 90) < 4


def test_the_wizard_takes_a_raster_from_the_file_to_the_map_and_off_it(
    sign_in: Callable[..., Client], tmp_path: Path
) -> None:
    engineer = sign_in("engineer")
    path = written(tmp_path / "Orthophoto 2025.tif", np.full((3, 300, 300), 140, "uint8"))
    run = upload(engineer, path)
    here = f"/staff/import/{run.pk}/"
    assert "EPSG:28191" in engineer.get(here, {"lang": "en"}).content.decode()
    assert engineer.post(here + "place/", {"srid": "28191"})["Location"].endswith("?step=raster")
    page = engineer.get(here, {"step": "raster", "lang": "en"}).content.decode()
    assert "300 × 300" in page
    given = {"slug": "ortho-2025", "title_ar": "صورة جوية", "kind": "image", "band": "1", "mosaic": "ortho"}
    wrong = engineer.post(here + "raster/", given | {"taken_on": "yesterday", "slug": "No Key"})
    assert wrong.status_code == 400
    assert "صورة جوية" in wrong.content.decode()
    assert engineer.post(here + "raster/", given | {"taken_on": "2025-05-01"}).status_code == 302
    assert work(run).state == ImportState.LOADED
    assert run.job is not None
    assert "raster-ortho-2025" in engineer.get(here, {"lang": "en"}).content.decode()
    row = Raster.objects.get(slug="ortho-2025")
    assert (row.mosaic, row.title_ar, row.facts["file_name"]) == ("ortho", "صورة جوية", "Orthophoto 2025.tif")
    tile = engineer.get("/rasters/ortho-2025/13/4898/3320.png")
    assert Image.open(io.BytesIO(tile.content)).convert("RGBA").getpixel((128, 128))[3] in (0, 255)
    kept = row.path
    engineer.post(here + "remove/")
    assert work(run).state == ImportState.REMOVED
    assert not Raster.objects.exists()
    assert kept.parent.exists()


def test_a_program_plans_and_loads_a_raster(sign_in: Callable[..., Client], tmp_path: Path) -> None:
    engineer = sign_in("engineer")
    path = written(tmp_path / "ndvi.tif", np.linspace(-1, 1, 900).reshape(1, 30, 30).astype("float32"))
    made = engineer.post("/api/v1/imports", {"file": SimpleUploadedFile("ndvi.tif", path.read_bytes())})
    run = work(ImportRun.objects.get(pk=made.json()["id"]))
    here = f"/api/v1/imports/{run.pk}"
    plan = {"slug": "ndvi", "raster": {"kind": "measurement", "taken_on": "2026-04-02"}}
    said = engineer.patch(f"{here}/plan", plan, content_type="application/json")
    assert said.status_code == 200, said.content
    odd = engineer.patch(f"{here}/plan", {"raster": {"owner": "x"}}, content_type="application/json")
    assert odd.status_code == 422
    assert engineer.post(f"{here}/load").status_code == 202
    assert work(run).state == ImportState.LOADED
    assert Raster.objects.get(slug="ndvi").drawing == "colours"


def test_work_that_is_stopped_leaves_nothing_behind(tmp_path: Path) -> None:
    class Stopped(Exception):
        """Raised as a cancelled job's progress does."""

    def told(done: int, total: int | None) -> None:
        raise Stopped

    with Reader(written(tmp_path / "dem.tif", np.ones((1, 99, 99), "float32"))) as reader:
        layer = reader.inspect(grid=28191)["layers"][0]
        plan = planning.propose(layer, slug="dem")
        with pytest.raises(Stopped):
            rasters.take(reader, plan, layer, sha256="", told=told)
    assert not reader.scratch.exists()
    assert reader._process.returncode is not None
    assert not Raster.objects.exists()
