"""Orthophotos and terrain as tiles: what is drawn, where nothing is, and who may see it."""

from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
from django.test import Client
from PIL import Image
from rasterio.transform import from_origin
from rasterio.warp import transform

from accounts.models import AccessRule
from core.errors import Unprocessable
from layers.actions.rasters import register_raster
from layers.importing.models import ImportRun
from layers.models import Raster
from layers.rasters import tasks

pytestmark = pytest.mark.django_db
NAMES = {"ar": "صورة جوية", "en": "Orthophoto", "fr": "Orthophoto"}
# 2 km around 35.26° E, 32.22° N in the Palestine grid; the middle lies in this zoom 14 tile.
WEST, NORTH, MIDDLE = 173700.0, 181800.0, "14/9796/6641"


@pytest.fixture(autouse=True)
def _media(tmp_path: Path, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]


def geotiff(folder: Path, bands: np.ndarray, crs: str | None = "EPSG:28191") -> Path:
    path = folder / "given.tif"
    side = bands.shape[1]
    with rasterio.open(
        path, "w", driver="GTiff", width=side, height=side, count=len(bands), dtype=bands.dtype, crs=crs,
        transform=from_origin(WEST, NORTH, 2000 / side, 2000 / side),
    ) as file:  # fmt: skip
        file.write(bands)
    return path


def pixels(response: object) -> np.ndarray:
    return np.array(Image.open(BytesIO(response.content)).convert("RGBA"))  # type: ignore[attr-defined]


def photo(tmp_path: Path, **more: object) -> Raster:
    red = np.zeros((3, 200, 200), "uint8")
    red[0] = 200
    return register_raster(
        slug="ortho",
        kind="image",
        file=geotiff(tmp_path, red),
        title=NAMES,
        taken_on=date(2026, 5, 1),
        **more,
    )  # type: ignore[arg-type]


def test_an_image_is_drawn_where_it_lies_and_nowhere_else(client: Client, tmp_path: Path) -> None:
    photo(tmp_path)
    drawn = pixels(client.get(f"/rasters/ortho/{MIDDLE}.png"))
    assert tuple(drawn[drawn[..., 3] == 255][0][:3]) == (200, 0, 0)
    assert pixels(client.get("/rasters/ortho/14/9700/6600.png"))[..., 3].max() == 0


def shade_of_a_slope(client: Client, folder: Path, falls_to_the_north_west: bool) -> float:
    column, row = np.meshgrid(np.arange(200), np.arange(200))
    rise = (column + row) * (3.0 if falls_to_the_north_west else -3.0)
    file = geotiff(folder, (rise + 900)[np.newaxis].astype("float32"))
    register_raster(slug="terrain", kind="elevation", file=file, title=NAMES, taken_on=None)
    drawn = pixels(client.get(f"/rasters/terrain/{MIDDLE}.png"))
    return float(np.median(drawn[drawn[..., 3] == 255][:, 0]))


def test_a_slope_that_faces_the_sun_is_lighter_than_one_that_does_not(client: Client, tmp_path: Path) -> None:
    assert shade_of_a_slope(client, tmp_path, True) > 100 + shade_of_a_slope(client, tmp_path, False)


def test_a_tile_that_the_client_has_is_not_sent_again(client: Client, tmp_path: Path) -> None:
    photo(tmp_path)
    etag = client.get(f"/rasters/ortho/{MIDDLE}.png")["ETag"]
    again = client.get(f"/rasters/ortho/{MIDDLE}.png", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    photo(tmp_path)
    assert client.get(f"/rasters/ortho/{MIDDLE}.png", headers={"If-None-Match": etag}).status_code == 200


def test_a_raster_for_engineers_is_unknown_to_strangers(client: Client, sign_in, tmp_path: Path) -> None:
    photo(tmp_path, view_roles=["engineer"])
    assert client.get(f"/rasters/ortho/{MIDDLE}.png").status_code == 404
    assert client.get("/api/v1/catalogue").json()["rasters"] == []
    engineer = sign_in("engineer")
    assert engineer.get(f"/rasters/ortho/{MIDDLE}.png").status_code == 200
    assert [one["id"] for one in engineer.get("/api/v1/catalogue").json()["rasters"]] == ["raster-ortho"]


@pytest.mark.parametrize("tile", ["23/0/0", "2/9/0", "2/0/9"])
def test_a_tile_outside_the_pyramid_is_refused(client: Client, tmp_path: Path, tile: str) -> None:
    photo(tmp_path)
    assert client.get(f"/rasters/ortho/{tile}.png").status_code == 400


def test_a_raster_without_a_place_on_the_earth_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    nowhere = geotiff(tmp_path, np.zeros((1, 10, 10), "uint8"), crs=None)
    with pytest.raises(Unprocessable):
        register_raster(slug="nowhere", kind="image", file=nowhere, title=NAMES, taken_on=None)
    assert not Raster.objects.exists()


def test_a_lost_file_is_said_and_is_no_fault_of_the_server(client: Client, tmp_path: Path) -> None:
    photo(tmp_path).path.unlink()
    assert client.get(f"/rasters/ortho/{MIDDLE}.png").status_code == 404


def slope(folder: Path, slug: str = "terrain", **about: object) -> Raster:
    """Enter heights that rise by 1 m with every 10 m to the east, from 800 m."""
    heights = np.tile(800 + np.arange(200, dtype="float32"), (1, 200, 1))
    heights[0, :5] = np.nan
    file = geotiff(folder, heights)
    return register_raster(slug=slug, kind="elevation", file=file, title=NAMES, taken_on=None, **about)  # type: ignore[arg-type]


# 500 m and 1500 m from the western edge, in the middle from north to south, in degrees.
(LEFT, RIGHT) = zip(
    *transform("EPSG:28191", "EPSG:4326", [WEST + 500, WEST + 1500], [NORTH - 1000] * 2), strict=True
)


def test_the_value_at_a_place_and_the_profile_of_a_line_are_those_of_the_cells(
    client: Client, tmp_path: Path
) -> None:
    slope(tmp_path)
    west = client.get("/api/v1/rasters/terrain/value", {"lon": LEFT[0], "lat": LEFT[1]}).json()
    assert (west["values"][0], west["unit"]) == (pytest.approx(850, abs=1.5), "m")
    away = client.get("/api/v1/rasters/terrain/value", {"lon": 35.0, "lat": 32.0}).json()
    assert away["values"] == [None]
    line = f"{LEFT[0]},{LEFT[1]};{RIGHT[0]},{RIGHT[1]}"
    found = client.get("/api/v1/rasters/terrain/profile", {"line": line}).json()
    assert len(found["points"]) == 200
    assert found["length_m"] == pytest.approx(1000, abs=3)
    assert (
        found["rise"] == pytest.approx(found["most"] - found["least"], abs=0.01) == pytest.approx(100, abs=1)
    )
    assert found["fall"] == 0
    values = [value for _at, value in found["points"]]
    assert values == sorted(values)


@pytest.mark.parametrize(
    "line", ["", "35,32", "35,32;", "a,b;c,d", "35,32;500,32", "35,32;35,32", "NaN,1;2,2", ";" * 900]
)
def test_a_line_that_is_none_is_refused(client: Client, tmp_path: Path, line: str) -> None:
    slope(tmp_path)
    assert client.get("/api/v1/rasters/terrain/profile", {"line": line}).status_code in (400, 422)


def test_colours_have_no_profile_and_what_is_hidden_no_values(client: Client, tmp_path: Path) -> None:
    photo(tmp_path)
    assert client.get("/api/v1/rasters/ortho/profile", {"line": "35,32;35.1,32"}).status_code == 400
    slope(tmp_path, view_roles=["engineer"])
    for path in ("value?lon=35.2&lat=32.2", "profile?line=35,32;36,32"):
        assert client.get(f"/api/v1/rasters/terrain/{path}").status_code == 404
    assert client.get("/rasters/terrain/file.tif").status_code == 404


def test_a_ramp_runs_between_the_lowest_and_the_highest_value_on_every_tile(
    client: Client, tmp_path: Path
) -> None:
    slope(tmp_path, drawing="colours", ramp="teal", low=800.0, high=1000.0)
    whole = pixels(client.get(f"/rasters/terrain/{MIDDLE}.png"))
    row = whole[128][whole[128][:, 3] == 255]
    assert row[0][:3].tolist() > row[-1][:3].tolist()
    tag = client.get(f"/rasters/terrain/{MIDDLE}.png")["ETag"]
    Raster.objects.update(ramp="violet")
    fresh = client.get(f"/rasters/terrain/{MIDDLE}.png", headers={"If-None-Match": tag})
    assert fresh.status_code == 200
    assert (pixels(fresh) != whole).any()


def test_staff_find_change_and_remove_rasters(sign_in, client: Client, tmp_path: Path) -> None:
    engineer = sign_in("engineer")
    kept = slope(tmp_path, source="Survey 1998").path
    photo(tmp_path, view_roles=["treasurer"])
    page = engineer.get("/staff/rasters/", {"q": "1998", "lang": "en"}).content.decode()
    assert "/staff/rasters/terrain/" in page
    assert "/staff/rasters/ortho/" not in engineer.get("/staff/rasters/", {"sort": "-size"}).content.decode()
    listed = b"".join(engineer.get("/staff/rasters/", {"format": "csv"}).streaming_content).decode()
    assert "terrain" in listed
    here = "/staff/rasters/terrain/"
    given = {
        "title_ar": "تضاريس",
        "order": "3",
        "drawing": "coloured-relief",
        "ramp": "green",
        "low": "900",
        "high": "800",
    }
    wrong = engineer.post(here, given)
    assert (wrong.status_code, "تضاريس" in wrong.content.decode()) == (422, True)
    assert (
        engineer.post(here, given | {"low": "800", "high": "1000", "roles": ["engineer"]}).status_code == 302
    )
    assert (
        Raster.objects.get(slug="terrain").drawing,
        client.get("/rasters/terrain/file.tif").status_code,
    ) == (
        "coloured-relief",
        404,
    )
    before = pixels(engineer.get(here + "preview.png"))
    assert (pixels(engineer.get(here + "preview.png", {"ramp": "sand"})) != before).any()
    assert pixels(engineer.get(here + "preview.png", {"ramp": "no such"})).shape == before.shape
    surveyor = sign_in("surveyor")
    assert surveyor.post(here + "remove/").status_code == 404
    AccessRule.objects.create(role="surveyor", collection="raster-terrain", verb="view", allow=True)
    assert surveyor.get(here).status_code == 200
    assert surveyor.post(here + "remove/").status_code == 403
    assert engineer.post(here + "remove/").status_code == 302
    assert not Raster.objects.filter(slug="terrain").exists()
    assert kept.exists()  # until the transaction ends


def test_contours_come_to_the_import_page_as_lines_of_equal_height(
    sign_in, tmp_path: Path, django_user_model
) -> None:
    slope(tmp_path)
    engineer = sign_in("engineer")
    here = "/staff/rasters/terrain/contours/"
    assert engineer.post(here, {"interval": "0"}).status_code == 422
    assert engineer.post(here, {"interval": "25"}).status_code == 302
    user = django_user_model.objects.get(memberships__role="engineer")
    done = tasks.contours.call("terrain", 25.0, user.pk)
    assert 7 <= next(value for value in done.values() if isinstance(value, int)) <= 8
    run = ImportRun.objects.get()
    lines = pyogrio.read_dataframe(run.path)
    assert sorted(set(lines["height"])) == [800, 825, 850, 875, 900, 925, 950, 975]
    middle = lines[lines["height"] == 900].geometry.iloc[0]
    assert [round(x) for x in (middle.bounds[0], middle.bounds[2])] == [WEST + 1005, WEST + 1005]
    assert bool(lines.set_index("height").loc[875, "is_index"]) is True
    with pytest.raises(Unprocessable):
        tasks.contours.call("terrain", 0.01, user.pk)


def test_epochs_of_one_mosaic_are_told_with_their_days(client: Client, tmp_path: Path) -> None:
    photo(tmp_path, mosaic="ortho")
    register_raster(
        slug="ortho-2020", kind="image", file=geotiff(tmp_path, np.zeros((3, 20, 20), "uint8")),
        title=NAMES, taken_on=date(2020, 5, 1), mosaic="ortho",
    )  # fmt: skip
    told = client.get("/api/v1/catalogue").json()["rasters"]
    assert [(one["mosaic"], one["taken"]) for one in told] == [
        ("ortho", "2026-05-01"),
        ("ortho", "2020-05-01"),
    ]
