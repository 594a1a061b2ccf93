"""Every tile asks the policy: nobody gets what another may see, and a right taken away is gone at once."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import AccessRule, User
from tests.cast import person
from tests.conftest import WORKER, WebClient, acting_as
from tests.layers.conftest import EAST, NORTH, address, decoded, tile_at

CANARY = "Canary Ownerson"
TILE = tile_at(35.2658, 32.2158, 15)
ROWS = [(i, f"POINT({EAST + 200 + i * 5} {NORTH + 200})", f"house {i}", 1, CANARY) for i in range(1, 20)]


@pytest.fixture(scope="module")
def people(committed: None) -> Iterator[dict[str, WebClient]]:
    found = {}
    with acting_as(WORKER):
        for role in ("clerk", "surveyor", "citizen"):
            found[role] = WebClient()
            found[role].force_login(person(role, username=f"tile-{role}-{uuid4().hex[:8]}"))
    yield found
    with acting_as(WORKER):
        User.objects.filter(username__startswith="tile-").delete()


@pytest.fixture(scope="module")
def open_layer(layer: Callable[..., str]) -> str:
    return layer("right-open", "Point", ROWS)


@pytest.fixture(scope="module")
def staff_layer(layer: Callable[..., str]) -> str:
    return layer("right-staff", "Point", ROWS, view_roles=["clerk", "surveyor"])


@pytest.fixture
def rule() -> Iterator[Callable[..., AccessRule]]:
    made: list[AccessRule] = []

    def make(**what: Any) -> AccessRule:
        with acting_as(WORKER):
            made.append(AccessRule.objects.create(**what))
        return made[-1]

    yield make
    with acting_as(WORKER):
        for one in made:
            if one.pk:
                one.delete()


def test_a_private_field_is_on_the_tiles_of_those_who_may_read_it_only(
    open_layer: str, get: Callable[..., Any], people: dict[str, WebClient]
) -> None:
    path = address(open_layer, TILE)
    for _ in range(100):
        assert CANARY.encode() in get(path, people["clerk"]).content
        for visitor in (None, people["citizen"], people["surveyor"]):
            assert CANARY.encode() not in get(path, visitor).content


def test_entity_tags_tell_rights_apart(
    open_layer: str, get: Callable[..., Any], people: dict[str, WebClient]
) -> None:
    path = address(open_layer, TILE)
    clerks, everybodys = get(path, people["clerk"]), get(path)
    assert clerks["ETag"] != everybodys["ETag"]
    assert get(path, **{"If-None-Match": clerks["ETag"]}).content == everybodys.content
    assert everybodys["Cache-Control"] == "public, no-cache"
    assert clerks["Cache-Control"] == "private, no-cache"


def test_a_layer_for_staff_is_not_there_for_others(
    staff_layer: str, get: Callable[..., Any], people: dict[str, WebClient]
) -> None:
    path = address(staff_layer, TILE)
    assert get(path, people["clerk"]).status_code == 200
    missing = get(address("no-such-layer", TILE))
    for visitor in (None, people["citizen"]):
        refused = get(path, visitor, **{"If-None-Match": get(path, people["clerk"])["ETag"]})
        assert (refused.status_code, refused.content) == (404, missing.content)


def test_a_right_taken_away_is_gone_at_the_next_request(
    staff_layer: str, get: Callable[..., Any], people: dict[str, WebClient], rule: Callable[..., AccessRule]
) -> None:
    path = address(staff_layer, TILE)
    assert get(path, people["surveyor"]).status_code == 200
    made = rule(role="surveyor", collection=staff_layer, verb="view", allow=False)
    assert get(path, people["surveyor"]).status_code == 404
    assert get(path, people["clerk"]).status_code == 200
    with acting_as(WORKER):
        made.delete()
    assert get(path, people["surveyor"]).status_code == 200


def test_a_public_layer_closed_to_the_public_is_closed_at_once(
    open_layer: str, get: Callable[..., Any], rule: Callable[..., AccessRule]
) -> None:
    path = address(open_layer, TILE)
    tag = get(path)["ETag"]
    rule(role="public", collection=open_layer, verb="view", allow=False)
    assert get(path, **{"If-None-Match": tag}).status_code == 404


def test_every_channel_hides_the_same(
    staff_layer: str, open_layer: str, get: Callable[..., Any], people: dict[str, WebClient]
) -> None:
    for path in ("items", "items/1", "schema", "legend", "extent"):
        assert get(f"/api/v1/collections/{staff_layer}/{path}").status_code == 404
        assert get(f"/api/v1/collections/{staff_layer}/{path}", people["clerk"]).status_code == 200
        answer = get(f"/api/v1/collections/{open_layer}/{path}")
        assert CANARY.encode() not in answer.content
        assert b"owner" not in answer.content
    assert staff_layer not in get("/api/v1/catalogue").content.decode()
    assert CANARY in get(f"/api/v1/collections/{open_layer}/items", people["clerk"]).content.decode()
    assert get("/api/v1/search?q=Ownerson").json()["results"] == []
    assert get("/api/v1/search?q=Ownerson", people["clerk"]).json()["results"] != []


@pytest.mark.parametrize("query", ["owner=x", "owner__like=Can", "sortby=owner", "owner__null=true"])
def test_a_hidden_field_can_be_neither_filtered_nor_sorted_by(
    open_layer: str, get: Callable[..., Any], query: str
) -> None:
    hidden = get(f"/api/v1/collections/{open_layer}/items?{query}")
    unknown = get(f"/api/v1/collections/{open_layer}/items?{query.replace('owner', 'ownex')}")
    assert hidden.status_code == unknown.status_code == 400
    assert hidden.json()["detail"] == unknown.json()["detail"]


def test_the_decoded_tile_has_no_field_too_many(open_layer: str, get: Callable[..., Any]) -> None:
    drawn = decoded(get(address(open_layer, TILE)).content, open_layer)
    assert {name for feature in drawn.values() for name in feature["properties"]} == {"name", "floors"}
