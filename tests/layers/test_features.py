"""Features by area, filter, text and page; whatever is not known is refused, never ignored."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.layers.conftest import EAST, NORTH, other_connection

NAMES = ["بيت أحمد", "مسجد النور", "École du centre", "Café 12", None]
ROWS = [
    (
        i,
        f"POINT({EAST + i % 10 * 100} {NORTH + i // 10 * 100})",
        NAMES[i % 5],
        None if i % 7 == 0 else i % 4,
        "",
    )
    for i in range(1, 61)
]


@pytest.fixture(scope="module")
def places(layer: Callable[..., str]) -> str:
    return layer("item-places", "Point", ROWS, title={"ar": "أماكن", "en": "Places", "fr": "Lieux"})


@pytest.fixture
def items(places: str, get: Callable[..., Any]) -> Callable[..., Any]:
    def ask(query: str = "") -> Any:
        return get(f"/api/v1/collections/{places}/items{query}")

    return ask


def ids(response: Any) -> list[int]:
    return [feature["id"] for feature in response.json()["features"]]


def test_a_page_says_how_many_there_are_and_leads_to_the_next(items: Callable[..., Any]) -> None:
    found: list[int] = []
    page = items("?limit=25").json()
    while True:
        assert page["numberMatched"] == 60
        assert page["numberReturned"] == len(page["features"])
        found += [feature["id"] for feature in page["features"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not following:
            break
        page = items("?" + following[0].split("?", 1)[1]).json()
    assert found == list(range(1, 61))


@pytest.mark.parametrize("sortby", ["floors", "-floors", "name", "-name", "-id"])
def test_pages_in_any_order_hold_every_feature_once(items: Callable[..., Any], sortby: str) -> None:
    whole = ids(items(f"?sortby={sortby}&limit=1000"))
    found: list[int] = []
    query = f"?sortby={sortby}&limit=7"
    while query:
        page = items(query).json()
        found += [feature["id"] for feature in page["features"]]
        query = next(
            ("?" + one["href"].split("?", 1)[1] for one in page["links"] if one["rel"] == "next"), ""
        )
    assert found == whole
    assert sorted(found) == list(range(1, 61))


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("floors=3", 13),
        ("floors=٣", 13),
        ("floors__gte=2", 26),
        ("floors__lt=1", 13),
        ("floors__in=1,2", 26),
        ("floors__null=true", 8),
        ("floors__ne=0&floors__null=no", 39),
        ("name=Café 12", 12),
        ("name__like=CAFE", 12),
        ("name__like=احمد", 12),
        ("q=نور", 12),
        ("q=centre ecole", 12),
        ("q=nothing of that kind", 0),
        ("floors=3&q=نور", 3),
    ],
)
def test_filters_keep_what_fits(items: Callable[..., Any], query: str, count: int) -> None:
    answer = items(f"?{query}&limit=100")
    assert answer.status_code == 200
    assert answer.json()["numberMatched"] == len(ids(answer)) == count


@pytest.mark.parametrize(
    "query",
    [
        "colour=red", "floors=many", "floors__near=2", "floors__like=2", "id=5", "geom=x", "floors__=1", "__lt=1",
        "sortby=colour", "sortby=geom", "limit=0", "limit=10001", "limit=ten", "after=xyz", "after=WzEsMl0=",
        "bbox=1,2,3", "bbox=a,b,c,d", "bbox=10,0,5,1", "bbox=0,10,1,5", "bbox=nan,0,1,1", "bbox=-1e400,0,1,1",
        "bbox=-181,0,1,1", "bbox=0,0,1,91", "bbox=0,0,1,1&bbox-crs=EPSG:4711", "bbox=0,0,9e99,9e99&bbox-crs=EPSG:28191",
        "name=%00", "floors=99999999999999999999", "q=%00",
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused(items: Callable[..., Any], query: str) -> None:
    answer = items(f"?{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json")
    assert answer.json()["detail"]


def test_an_area_is_asked_for_in_any_listed_system(items: Callable[..., Any]) -> None:
    on_grid = items(
        f"?bbox={EAST - 10},{NORTH - 10},{EAST + 210},{NORTH + 110}&bbox-crs=EPSG:28191&limit=100"
    )
    assert sorted(ids(on_grid)) == [1, 2, 10, 11, 12]
    corner = on_grid.json()["features"][0]["geometry"]["coordinates"]
    box = f"{corner[0] - 1e-5},{corner[1] - 1e-5},{corner[0] + 1e-5},{corner[1] + 1e-5}"
    for crs in ("", "&bbox-crs=CRS84", "&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326"):
        assert ids(items(f"?bbox={box}{crs}")) == [1]


def test_the_whole_world_is_an_area_too(items: Callable[..., Any]) -> None:
    assert items("?bbox=-180,-90,180,90").json()["numberMatched"] == 60


def test_one_feature_has_card_titles_and_entity_tag(places: str, get: Callable[..., Any]) -> None:
    path = f"/api/v1/collections/{places}/items/4"
    answer = get(f"{path}?lang=en")
    feature = answer.json()
    assert feature["properties"] == {"name": None, "floors": 0}
    assert feature["geometry"]["type"] == "Point"
    assert feature["card"]["kicker"] == feature["card"]["title"] == "Places"
    assert [fact["name"] for fact in feature["card"]["facts"]] == ["floors"]
    assert get(f"{path}?lang=en", **{"If-None-Match": answer["ETag"]}).status_code == 304
    held = other_connection()
    with held.cursor() as cursor:
        cursor.execute("UPDATE imported.item_places SET floors = 9 WHERE id = 4")
    held.commit()
    held.close()
    changed = get(f"{path}?lang=en", **{"If-None-Match": answer["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["properties"]["floors"] == 9


@pytest.mark.parametrize("key", ["0", "61", "x", "-1", "99999999999999999999999", "1.5"])
def test_a_feature_that_is_not_there_is_not_found(places: str, get: Callable[..., Any], key: str) -> None:
    assert get(f"/api/v1/collections/{places}/items/{key}").status_code == 404


@pytest.mark.parametrize("part", ["items", "items/1", "schema", "legend", "extent"])
def test_an_unknown_layer_is_not_found(committed: None, get: Callable[..., Any], part: str) -> None:
    assert get(f"/api/v1/collections/nothing/{part}").status_code == 404


def test_schema_legend_and_extent_describe_the_layer(places: str, get: Callable[..., Any]) -> None:
    base = f"/api/v1/collections/{places}"
    assert [field["name"] for field in get(f"{base}/schema").json()["fields"]] == ["name", "floors"]
    assert get(f"{base}/legend?lang=fr").json()["legend"][0]["label"] == "Lieux"
    west, south, east, north = get(f"{base}/extent").json()["extent"]
    assert 35.26 < west < east < 35.28
    assert 32.21 < south < north < 32.22


def test_the_catalogue_names_the_layer_in_the_readers_language(places: str, get: Callable[..., Any]) -> None:
    for language, title in (("ar", "أماكن"), ("en", "Places"), ("fr", "Lieux")):
        document = json.loads(get(f"/api/v1/catalogue?lang={language}").content)
        known = {one["id"]: one for group in document["groups"] for one in group["collections"]}
        assert known[places]["title"] == title
        assert known[places]["tiles"] == f"/tiles/{places}/{{z}}/{{x}}/{{y}}.mvt"
        assert document["grid"]["srid"] == document["grids"][0]["srid"]
        assert {"parcels", "buildings", "streets"} <= set(known)
