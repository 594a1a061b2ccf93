"""Orthophotos and terrain as tiles: what is drawn, where nothing is, and who may see it."""

from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import rasterio
from django.test import Client
from PIL import Image
from rasterio.transform import from_origin

from core.errors import Unprocessable
from layers.actions.rasters import register_raster
from layers.models import Raster

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
