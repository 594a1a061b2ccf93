"""WMS 1.3 for older clients: pictures of the same layers in their style, and what is under a pixel."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from defusedxml.ElementTree import fromstring
from django.test import Client
from owslib.wms import WebMapService
from PIL import Image

from accounts.models import AccessRule
from layers.actions.rasters import register_raster
from layers.collections import Collection
from layers.models import Dataset
from layers.ows.expressions import Scene, evaluate
from tests.layers.test_rasters import NAMES, geotiff
from tests.layers.trees import EAST, NORTH

pytestmark = pytest.mark.django_db
# 600 m around the trees, 1 m to a pixel; the first tree stands 50 m from the west and 250 m from the south.
FRAME = {
    "crs": "EPSG:28191",
    "bbox": f"{EAST - 50},{NORTH - 250},{EAST + 550},{NORTH + 350}",
    "width": 600,
    "height": 600,
}
STYLE = [
    {
        "type": "circle",
        "paint": {
            "circle-radius": 6,
            "circle-color": ["match", ["get", "kind"], "olive", "#00aa00", "#aa0000"],
        },
    }
]


def ask(client: Client, status: int = 200, **asked: Any) -> Any:
    response = client.get(
        "/ogc/wms", {"service": "WMS", "version": "1.3.0", **asked}, headers={"Accept-Language": "en"}
    )
    assert response.status_code == status, response.content[:600]
    return response


def picture(client: Client, **asked: Any) -> np.ndarray:
    known = {
        "request": "GetMap",
        "layers": "trees",
        "styles": "",
        "format": "image/png",
        "transparent": "TRUE",
    }
    return np.array(Image.open(BytesIO(ask(client, **(known | FRAME | asked)).content)).convert("RGBA"))


@pytest.fixture
def trees(trees: Collection) -> Collection:
    Dataset.objects.filter(slug="trees").update(style=STYLE)
    from layers.models import RelationVersion

    RelationVersion.objects.filter(relation="catalogue").update(version=10_000_000)
    return trees


def test_owslib_reads_what_there_is(trees: Collection, client: Client) -> None:
    capabilities = ask(client, request="GetCapabilities").content
    service = WebMapService("http://testserver/ogc/wms", version="1.3.0", xml=capabilities)
    layer = service["trees"]
    assert 35.2 < layer.boundingBoxWGS84[0] < layer.boundingBoxWGS84[2] < 35.3
    assert {"CRS:84", "EPSG:28191", "EPSG:3857", "EPSG:4326"} <= set(layer.crsOptions)
    assert "image/png" in service.getOperationByName("GetMap").formatOptions


def test_a_feature_is_drawn_in_its_colour_where_it_stands(trees: Collection, client: Client) -> None:
    drawn = picture(client)
    assert tuple(drawn[349, 50]) == (0, 170, 0, 255)
    assert tuple(drawn[349, 150]) == (170, 0, 0, 255)
    assert drawn[100, 550, 3] == 0
    white = picture(client, transparent="FALSE", bgcolor="0x102030")
    assert tuple(white[100, 550]) == (16, 32, 48, 255)
    jpeg = ask(client, request="GetMap", layers="trees", format="image/jpeg", **FRAME)
    assert Image.open(BytesIO(jpeg.content)).format == "JPEG"


def test_degrees_are_latitude_first_except_in_crs84(trees: Collection, client: Client) -> None:
    lat_first = picture(client, crs="EPSG:4326", bbox="32.21,35.255,32.23,35.275")
    lon_first = picture(client, crs="CRS:84", bbox="35.255,32.21,35.275,32.23")
    assert (lat_first == lon_first).all()
    assert lat_first[..., 3].any()
    assert not picture(client, crs="EPSG:4326", bbox="35.255,32.21,35.275,32.23")[..., 3].any()


def test_what_is_under_a_pixel_is_told_with_the_fields_one_may_see(
    trees: Collection, client: Client, sign_in: Callable[..., Client]
) -> None:
    asked = {
        "request": "GetFeatureInfo",
        "layers": "trees",
        "query_layers": "trees",
        "i": 51,
        "j": 349,
        **FRAME,
    }
    (found,) = ask(client, **asked).json()["features"]
    assert (found["id"], found["properties"]["name"]) == (1, "شجرة الجامع")
    assert "keeper" not in found["properties"]
    assert "هدى" in ask(sign_in("engineer"), **asked, info_format="text/plain").content.decode()
    assert ask(client, **(asked | {"i": 300, "j": 10})).json()["features"] == []


def test_rasters_are_layers_too_and_hidden_ones_are_not_there(
    trees: Collection, client: Client, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    red = np.zeros((3, 200, 200), "uint8")
    red[0] = 200
    register_raster(slug="ortho", kind="image", file=geotiff(tmp_path, red), title=NAMES, taken_on=None)
    register_raster(
        slug="secret",
        kind="image",
        file=geotiff(tmp_path, red),
        title=NAMES,
        taken_on=None,
        view_roles=["engineer"],
    )
    told = ask(client, request="GetCapabilities").content.decode()
    assert "raster-ortho" in told
    assert "raster-secret" not in told
    drawn = picture(client, layers="raster-ortho,trees")
    assert tuple(drawn[349, 50]) == (0, 170, 0, 255)
    assert tuple(drawn[300, 300]) == (200, 0, 0, 255)
    ask(client, 400, request="GetMap", layers="raster-secret", **FRAME)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"layers": "nothing"}, "LayerNotDefined"),
        ({"layers": ""}, "MissingParameterValue"),
        ({"crs": "EPSG:1"}, "InvalidParameterValue"),
        ({"bbox": "5,5,1,1"}, "InvalidParameterValue"),
        ({"bbox": "inf,1,2,3"}, "InvalidParameterValue"),
        ({"width": "100000"}, "InvalidParameterValue"),
        ({"height": "0"}, "InvalidParameterValue"),
        ({"format": "image/tiff"}, "InvalidFormat"),
        ({"styles": "mine"}, "StyleNotDefined"),
        ({"sld_body": "<x/>"}, "StyleNotDefined"),
        ({"bgcolor": "red", "transparent": "FALSE"}, "InvalidParameterValue"),
        ({"request": "GetStyles"}, "OperationNotSupported"),
        ({"layers": ",".join(["trees"] * 60)}, "InvalidParameterValue"),
        (
            {"request": "GetFeatureInfo", "query_layers": "trees", "i": "600", "j": "1"},
            "InvalidParameterValue",
        ),
    ],
)
def test_what_is_not_understood_is_a_service_exception(
    trees: Collection, client: Client, asked: dict[str, str], code: str
) -> None:
    known = {"request": "GetMap", "layers": "trees", **FRAME}
    found = fromstring(ask(client, 400, **(known | asked)).content)
    assert found[0].get("code") == code


def test_limits_are_named_and_a_picture_of_more_is_refused_not_half_drawn(
    trees: Collection, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ask(client, request="GetCapabilities").content.decode()
    for word in (
        "<MaxWidth>2048</MaxWidth>",
        "<MaxHeight>2048</MaxHeight>",
        "<LayerLimit>20</LayerLimit>",
        "20000",
    ):
        assert word in told, word
    monkeypatch.setattr("layers.ows.portrayal.MOST", 2)
    found = fromstring(ask(client, 400, request="GetMap", layers="trees", **FRAME).content)
    assert found[0].get("code") == "TooManyFeatures"
    near = FRAME | {"bbox": f"{EAST - 5},{NORTH - 5},{EAST + 5},{NORTH + 5}"}
    assert picture(client, **near)[..., 3].any()


def test_the_legend_and_a_right_that_is_taken_away(trees: Collection, client: Client) -> None:
    legend = np.array(Image.open(BytesIO(ask(client, request="GetLegendGraphic", layer="trees").content)))
    assert (legend[..., :3] == (0, 170, 0)).all(axis=2).any()
    AccessRule.objects.create(role="public", collection="trees", verb="view", allow=False)
    ask(client, 400, request="GetMap", layers="trees", **FRAME)
    ask(client, 400, request="GetLegendGraphic", layer="trees")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (["match", ["get", "kind"], ["pine", "olive"], 1, 2], 1),
        (["step", ["get", "age"], "low", 10, "mid", 100, "high"], "high"),
        (["interpolate", ["linear"], ["get", "age"], 100, 1, 140, 3], 2.0),
        (["case", [">", ["get", "height"], 3], "tall", "small"], "small"),
        (["coalesce", ["get", "height"], 7], 7),
        (["concat", ["get", "kind"], " ", ["to-string", ["get", "age"]]], "olive 120"),
        (["all", ["has", "kind"], ["!", ["has", "height"]]], True),
        (["metres", 4], 8.0),
        (["/", 1, 0], None),
        (["nothing", 1], None),
    ],
)
def test_expressions_give_what_the_map_gives(written: Any, value: Any) -> None:
    scene = Scene({"kind": "olive", "age": 120, "height": None}, "Point", 17.0, 2.0)
    assert evaluate(written, scene) == value
