"""OGC API Features Part 4: features written by programs, by the rules of the layer."""

from collections.abc import Callable
from typing import Any

import pytest

from audit.models import AuditEvent
from layers.collections import Collection
from layers.ogc import systems
from tests.layers.trees import EAST, NORTH
from tests.ogc.conftest import Program

pytestmark = pytest.mark.django_db
ITEMS = "collections/trees/items"
MERGE = "application/merge-patch+json"
PREFER = "return=representation"


@pytest.fixture
def engineer(trees: Collection) -> Program:
    return Program("engineer")


def feature(code: str = "TR-9", *, at: Any = (35.26, 32.221), **properties: Any) -> dict[str, Any]:
    shape = at and {"type": "Point", "coordinates": list(at)}
    return {"type": "Feature", "geometry": shape, "properties": {"code": code, **properties}}


def test_a_feature_is_made_read_replaced_changed_and_retired(engineer: Program) -> None:
    made = engineer.send("POST", ITEMS, feature(name="سدرة", age=4), Prefer=PREFER)
    assert made.status_code == 201, made.content
    assert made["Preference-Applied"] == PREFER
    assert made["Location"].endswith(f"/ogc/{ITEMS}/6")
    assert made.json()["properties"]["kind"] == "olive"
    path = f"{ITEMS}/6"
    assert engineer.send("GET", path)["ETag"] == made["ETag"]
    put = engineer.send("PUT", path, feature(name="نخلة"), If_Match=made["ETag"])
    assert (put.status_code, put.content) == (204, b"")
    assert engineer.send("GET", path).json()["properties"]["age"] is None
    patch = engineer.send(
        "PATCH", path, {"properties": {"age": 9}}, MERGE, If_Match=put["ETag"], Prefer=PREFER
    )
    assert patch.status_code == 200
    assert (patch.json()["properties"]["age"], patch.json()["properties"]["name"]) == (9, "نخلة")
    assert patch.json()["geometry"]["coordinates"] == pytest.approx([35.26, 32.221], abs=3e-7)
    assert engineer.send("DELETE", path, If_Match=patch["ETag"]).status_code == 204
    assert engineer.send("GET", path).status_code == 404
    events = AuditEvent.objects.filter(relation="imported.trees", row_id="6").order_by("id")
    assert [(event.action, event.channel) for event in events] == [
        ("insert", "api"), ("update", "api"), ("update", "api"), ("delete", "api"),
    ]  # fmt: skip
    assert all(event.actor_id for event in events)


def test_an_edit_without_if_match_is_428_and_a_stale_one_412_with_the_present(engineer: Program) -> None:
    path = f"{ITEMS}/1"
    first = engineer.send("GET", path)["ETag"]
    for method, body, kind in (
        ("PUT", feature("TR-1"), "application/geo+json"),
        ("PATCH", {}, MERGE),
        ("DELETE", None, ""),
    ):
        assert engineer.send(method, path, body, kind).status_code == 428, method
    assert engineer.send("PATCH", path, {"properties": {"age": 1}}, MERGE, If_Match=first).status_code == 204
    for method, body, kind in (
        ("PUT", feature("TR-1"), "application/geo+json"),
        ("PATCH", {}, MERGE),
        ("DELETE", None, ""),
    ):
        for tag in (first, f"W/{engineer.send('GET', path)['ETag']}", '"x"', "x"):
            late = engineer.send(method, path, body, kind, If_Match=tag)
            assert late.status_code == 412, (method, tag)
            assert late.json()["current"]["properties"]["age"] == 1
            assert late["ETag"] == engineer.send("GET", path)["ETag"]
    assert engineer.send("DELETE", path, If_Match="*").status_code == 204


def test_coordinates_are_read_in_the_system_that_content_crs_names(engineer: Program) -> None:
    grid, latlon = (f"<{systems.epsg(code)}>" for code in (28191, 4326))
    made = engineer.send(
        "POST", ITEMS, feature("A", at=(EAST, NORTH)), Content_Crs=grid, Prefer=PREFER
    ).json()
    lon, lat = made["geometry"]["coordinates"]
    again = engineer.send(
        "POST", ITEMS, feature("B", at=(lat, lon)), Content_Crs=latlon, Prefer=PREFER
    ).json()
    assert again["geometry"]["coordinates"] == pytest.approx([lon, lat], abs=3e-7)
    swapped = engineer.send("POST", ITEMS, feature("C", at=(lat, lon)))
    assert (swapped.status_code, swapped.json()["errors"][0]["field"]) == (422, "geometry")


def test_bad_bodies_end_in_a_clear_refusal_and_nothing_is_written(engineer: Program) -> None:
    bad = [
        ("{", 400), ("[]", 422), ('"x"', 422), ("[" * 100_000, 400), ({}, 422), ({"type": "Point"}, 422),
        ({"type": "Feature", "properties": []}, 422), ({"type": "FeatureCollection"}, 422), (feature(""), 422),
        (feature("TR-1"), 422), (feature(keeper=3, age="x"), 422), (feature(at=("a", "b")), 422), (b"\xff\xfe", 400),
        ("x" * 3_000_000, 413),
    ]  # fmt: skip
    for body, status in bad:
        answer = engineer.send("POST", ITEMS, body)
        assert answer.status_code == status, (str(body)[:50], answer.content[:300])
        assert answer["Content-Type"] == "application/problem+json"
    assert engineer.send("POST", ITEMS, "code=x", "application/x-www-form-urlencoded").status_code == 415
    assert engineer.send("POST", ITEMS, feature(), Content_Crs="<x>").status_code == 400
    assert engineer.send("POST", f"{ITEMS}?f=json", feature()).status_code == 400
    assert engineer.send("GET", ITEMS).json()["numberMatched"] == 5


def test_several_features_at_once_each_get_an_answer(engineer: Program) -> None:
    sent = {
        "type": "FeatureCollection",
        "features": [feature("A"), feature("A"), feature("B", age="x"), feature("C", at=None)],
    }
    results = engineer.send("POST", ITEMS, sent).json()["results"]
    assert [one["status"] for one in results] == [201, 422, 422, 201]
    assert [one["errors"][0]["field"] for one in results[1:3]] == ["code", "age"]


def test_who_may_not_write_is_told_and_options_say_so(engineer: Program, client: Any) -> None:
    for who, status in ((Program("assessor"), 403), (Program("surveyor", "view"), 403)):
        assert who.send("POST", ITEMS, feature()).status_code == status
        assert who.send("OPTIONS", ITEMS)["Allow"] == "GET, HEAD, OPTIONS"
    assert client.post(f"/ogc/{ITEMS}", feature(), "application/geo+json").status_code == 403
    assert engineer.send("OPTIONS", ITEMS)["Allow"] == "GET, HEAD, POST, OPTIONS"
    item = engineer.send("OPTIONS", f"{ITEMS}/1")
    assert item["Allow"] == "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"
    assert item["Accept-Patch"] == MERGE


def test_a_register_refuses_and_names_its_workbench(engineer: Program) -> None:
    refusal = engineer.send("POST", "collections/parcels/items", feature())
    assert refusal.status_code == 403
    assert "parcel workbench" in refusal.json()["detail"]


def test_a_browser_writes_only_from_our_own_pages(trees: Collection, sign_in: Callable[..., Any]) -> None:
    from tests.cast import person
    from tests.conftest import WebClient

    strict = WebClient(enforce_csrf_checks=True)
    strict.force_login(person("engineer"))
    assert strict.post(f"/ogc/{ITEMS}", feature(), "application/geo+json").status_code == 403
    lenient = sign_in("surveyor")
    assert lenient.post(f"/ogc/{ITEMS}", feature(), "application/geo+json").status_code == 201
