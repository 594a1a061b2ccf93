"""Tiles outside limits are refused at once, and no tile is larger than half a megabyte."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.tiles.drawing import LARGEST_BODY
from tests.conftest import WebClient
from tests.layers.conftest import EAST, NORTH, address, decoded, other_connection, tile_at

CENTRE = (35.2658, 32.2158)
# A town of 24,500 houses, denser than any: one on each 10 by 10 metres.
TOWN = f"""SELECT i, ST_Multi(ST_MakeEnvelope(x, y, x + 6 + i % 3, y + 6 + i % 2, 28191)), 'house ' || i, i % 9, ''
           FROM (SELECT i, {EAST} + i % 175 * 10 AS x, {NORTH} + i / 175 * 10 AS y FROM generate_series(1, 24500) i) q"""


@pytest.fixture(scope="module")
def town(layer: Callable[..., str]) -> str:
    return layer("limit-town", "MultiPolygon", TOWN)


@pytest.mark.parametrize("path", ["23/0/0", "3/8/0", "3/0/8", "0/0/1", "99/1/1", "5/99999999999999999999/1"])
def test_a_tile_that_does_not_exist_is_a_bad_request(town: str, get: Callable[..., Any], path: str) -> None:
    answer = get(f"/tiles/{town}/{path}.mvt")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_an_unknown_layer_is_not_found(get: Callable[..., Any], committed: None) -> None:
    assert get("/tiles/nothing/14/9798/6650.mvt").status_code == 404


def test_a_tile_can_only_be_read(town: str, committed: None) -> None:
    assert WebClient().post(address(town, tile_at(*CENTRE, 15))).status_code == 405


def test_no_tile_is_larger_than_the_limit(town: str, get: Callable[..., Any]) -> None:
    sizes = {z: len(get(address(town, tile_at(*CENTRE, z))).content) for z in range(19)}
    assert max(sizes.values()) <= LARGEST_BODY
    assert min(sizes[z] for z in range(11, 19)) > 0


def test_a_small_scale_tile_shows_a_thinned_town_not_a_part_of_it(town: str, get: Callable[..., Any]) -> None:
    z, x, y = tile_at(*CENTRE, 13)
    found: dict[int, Any] = {}
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            found |= decoded(get(address(town, (z, x + dx, y + dy))).content, town)
    columns, rows = {key % 175 // 25 for key in found}, {key // 175 // 20 for key in found}
    assert columns == set(range(7))
    assert rows == set(range(8))
    assert len(found) < 4096


def test_a_new_landmark_is_on_a_small_scale_tile_at_once(town: str, get: Callable[..., Any]) -> None:
    path = address(town, tile_at(*CENTRE, 12))
    assert 99_999 not in decoded(get(path).content, town)
    held = other_connection()
    with held.cursor() as cursor:
        cursor.execute(
            "INSERT INTO imported.limit_town (id, geom, name) VALUES (99999, "
            f"ST_Multi(ST_MakeEnvelope({EAST + 300}, {NORTH + 300}, {EAST + 500}, {NORTH + 520}, 28191)), 'stadium')"
        )
        held.commit()
        assert 99_999 in decoded(get(path).content, town)
        cursor.execute("DELETE FROM imported.limit_town WHERE id = 99999")
        held.commit()
    held.close()
    assert 99_999 not in decoded(get(path).content, town)


whole = st.integers(min_value=-(2**70), max_value=2**70)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(z=st.one_of(st.integers(0, 30), whole), x=whole, y=whole)
def test_no_tile_address_breaks_the_server(committed: None, z: int, x: int, y: int) -> None:
    assert WebClient().get(f"/tiles/parcels/{z}/{x}/{y}.mvt").status_code in (200, 204, 400, 404)


number = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True).map(str),
    st.floats(-200, 200).map(str),
    st.text(max_size=6),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    parts=st.lists(number, max_size=7),
    crs=st.sampled_from(
        [
            "",
            "EPSG:28191",
            "EPSG:3857",
            "EPSG:22780",
            "CRS84",
            "EPSG:1",
            "http://www.opengis.net/def/crs/EPSG/0/2039",
        ]
    ),
    limit=st.sampled_from(["", "1", "0", "-1", "10001", "x", "1e9"]),
)
def test_no_bounding_box_breaks_the_server(committed: None, parts: list[str], crs: str, limit: str) -> None:
    query = (
        {"bbox": ",".join(parts)} | ({"bbox-crs": crs} if crs else {}) | ({"limit": limit} if limit else {})
    )
    assert WebClient().get("/api/v1/collections/parcels/items", query).status_code in (200, 400)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    name=st.one_of(
        st.text(max_size=12),
        st.sampled_from(["number", "area_official_m2", "area_gis_m2__lt", "number__in", "basin"]),
    ),
    value=st.text(max_size=20),
)
def test_no_filter_breaks_the_server(committed: None, name: str, value: str) -> None:
    answer = WebClient().get("/api/v1/collections/parcels/items", {name: value})
    assert answer.status_code in (200, 400)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(q=st.text(max_size=40), near=st.one_of(st.just(""), st.text(max_size=12), st.just("35.2,32.2")))
def test_no_search_breaks_the_server(committed: None, q: str, near: str) -> None:
    assert WebClient().get("/api/v1/search", {"q": q, "near": near}).status_code in (200, 400)
