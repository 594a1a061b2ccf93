"""The history of features: who, when, what, as it was, and put back."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.policy import of_roles
from core.acting import acting
from core.errors import DomainError
from layers import registry
from layers.access import view
from layers.actions.features import change_feature, create_feature, retire_feature
from layers.changes import reading, restoring
from layers.collections import Collection
from layers.features import reading as features
from layers.writing.errors import EditedElsewhere, NotAsDeclared
from tests.cast import person
from tests.layers.trees import EAST, NORTH, at, plant

pytestmark = pytest.mark.django_db
ENGINEER = of_roles(["engineer"])
HERE = f"SRID=28191;POLYGON(({EAST - 50} {NORTH - 50},{EAST + 150} {NORTH - 50},{EAST + 150} {NORTH + 50},{EAST - 50} {NORTH + 50},{EAST - 50} {NORTH - 50}))"


@pytest.fixture
def trees() -> Collection:
    return plant()


def now() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def change(trees: Collection, key: int, by: Any = ENGINEER, **given: Any) -> None:
    change_feature(collection=trees, by=by, key=key, version=None, **{"properties": {}, **given})


def busy_day(trees: Collection) -> Any:
    """Change 1, move 2 away, retire 3, add 6; return the instant before."""
    before = now()
    with acting(person("engineer", username="hana"), "web"):
        change(trees, 1, properties={"age": 7, "keeper": "ريم"})
        change(trees, 2, geometry=at(5_000, 5_000), srid=28191)
        retire_feature(collection=trees, by=ENGINEER, key=3, version=None)
        create_feature(
            collection=trees, by=ENGINEER, properties={"code": "TR-6"}, geometry=at(10, 10), srid=28191
        )
    return before


def shown(trees: Collection, at: Any = None, by: Any = ENGINEER) -> dict[int, Any]:
    from layers.features.asked import read

    seen = view(by, trees).as_of(at)
    found = [json.loads(one) for one in features.page(seen, read(seen, {})).features]
    return {one["id"]: (one["properties"], one["geometry"]) for one in found}


def test_a_feature_tells_who_changed_what_and_hides_what_one_may_not_see(trees: Collection) -> None:
    busy_day(trees)
    (one,) = reading.of_feature(view(ENGINEER, trees), 1).changes[:1]
    assert (one.action, one.channel, one.shape_changed) == ("update", "web", False)
    assert one.actor
    assert [(each.name, each.before, each.after) for each in one.differences] == [
        ("age", "120", "7"), ("keeper", "هدى", "ريم"),
    ]  # fmt: skip
    (same,) = reading.of_feature(view(of_roles(["surveyor"]), trees), 1).changes[:1]
    assert [each.name for each in same.differences] == ["age"]
    (moved,) = reading.of_feature(view(ENGINEER, trees), 2).changes[:1]
    assert moved.shape_changed
    assert all(path.startswith("M ") for path in moved.shapes)


def test_what_changed_inside_an_area_since_a_day(trees: Collection) -> None:
    before = busy_day(trees)
    seen = view(ENGINEER, trees)
    assert {one.key for one in reading.of_layer(seen, since=before, shape=HERE).changes} == {1, 2, 6}
    assert {one.key for one in reading.of_layer(seen, since=before).changes} == {1, 2, 3, 6}
    assert reading.of_layer(seen, since=now(), shape=HERE).changes == []
    assert reading.keys_changed(seen, since=before, shape=HERE, most=9) == [1, 2, 6]


def test_an_editable_layer_is_shown_as_it_was_at_any_instant(trees: Collection) -> None:
    instants, states = [], []
    changes = [
        lambda: change(trees, 1, properties={"name": "x"}),
        lambda: retire_feature(collection=trees, by=ENGINEER, key=4, version=None),
        lambda: change(trees, 1, properties={"name": "y", "age": 3}),
        lambda: create_feature(
            collection=trees, by=ENGINEER, properties={"code": "N"}, geometry=at(7, 7), srid=28191
        ),
        lambda: change(trees, 6, properties={"name": "z"}),
        lambda: retire_feature(collection=trees, by=ENGINEER, key=6, version=None),
    ]
    for step in changes:
        states.append(shown(trees))
        instants.append(now())
        step()
    for instant, state in zip(instants, states, strict=True):
        assert shown(trees, instant) == state


def test_before_the_layer_was_loaded_nothing_is_claimed(trees: Collection) -> None:
    with pytest.raises(DomainError):
        view(ENGINEER, trees).as_of(timezone.now() - timedelta(days=3))


def test_one_feature_is_restored_changed_or_retired(trees: Collection) -> None:
    state = shown(trees)
    busy_day(trees)
    for key in (1, 2, 3):
        (last,) = reading.of_feature(view(ENGINEER, trees), key).changes[:1]
        restoring.restore_feature(collection=trees, by=ENGINEER, key=key, change=last.id)
    restored = shown(trees)
    assert {key: restored[key] for key in (1, 2, 3)} == {key: state[key] for key in (1, 2, 3)}
    (made,) = reading.of_feature(view(ENGINEER, trees), 6).changes
    with pytest.raises(DomainError):
        restoring.restore_feature(collection=trees, by=ENGINEER, key=6, change=made.id)
    with pytest.raises(DomainError):
        restoring.restore_feature(collection=trees, by=ENGINEER, key=1, change=made.id)


def test_a_restored_row_keeps_the_rules_of_now_and_its_version_goes_on(trees: Collection) -> None:
    retire_feature(collection=trees, by=ENGINEER, key=1, version=1)
    create_feature(collection=trees, by=ENGINEER, properties={"code": "TR-1"})
    (last,) = reading.of_feature(view(ENGINEER, trees), 1).changes[:1]
    with pytest.raises(NotAsDeclared) as refusal:
        restoring.restore_feature(collection=trees, by=ENGINEER, key=1, change=last.id)
    assert set(refusal.value.fields) == {"code"}
    change(trees, 6, properties={"code": "TR-60"})
    by = of_roles(["surveyor"])
    assert restoring.restore_feature(collection=trees, by=by, key=1, change=last.id).version == 2
    assert shown(trees)[1][0]["keeper"] == "هدى", "also what the surveyor does not see"


def test_an_area_is_put_back_as_it_was(trees: Collection) -> None:
    state = shown(trees)
    before = busy_day(trees)
    outcomes = restoring.restore_area(collection=trees, by=ENGINEER, shape=HERE, at=before)
    assert [(one.index, bool(one.written), one.refusal) for one in outcomes] == [
        (1, True, None), (2, True, None), (6, False, None),
    ]  # fmt: skip
    expected = {key: value for key, value in state.items() if key != 3}
    assert shown(trees) == expected


def test_a_register_is_not_restored_by_plain_edits() -> None:
    with pytest.raises(EditedElsewhere):
        restoring.restore_feature(collection=registry.find("parcels"), by=ENGINEER, key=1, change=1)


def test_a_state_of_a_day_goes_out_as_a_file(trees: Collection, tmp_path: Path, sign_in: Any) -> None:
    before = busy_day(trees)
    out = tmp_path / "trees.gpkg"
    call_command("export_layer", "trees", out, as_of=before.isoformat(), verbosity=0)
    frame = pyogrio.read_dataframe(out)
    assert sorted(frame["code"]) == ["TR-1", "TR-2", "TR-3", "TR-4", "TR-5"]
    today = timezone.localdate().isoformat()
    sent = sign_in("engineer").get("/staff/history/trees/state/", {"asOf": today, "f": "csv"})
    text = b"".join(sent.streaming_content).decode()
    assert ("TR-6" in text, "TR-3" in text) == (True, False)


def test_the_pages_show_restore_and_export(trees: Collection, sign_in: Any) -> None:
    busy_day(trees)
    surveyor = sign_in("surveyor")
    assert "/staff/history/trees/" in surveyor.get("/staff/history/").content.decode()
    page = surveyor.get("/staff/history/trees/", {"bbox": "35,32,36,33"}).content.decode()
    assert "ريم" not in page
    assert "/staff/history/trees/2/" in page
    text = b"".join(surveyor.get("/staff/history/trees/?format=csv").streaming_content).decode()
    assert "120 → 7" in text
    last = reading.of_feature(view(ENGINEER, trees), 1).changes[0]
    done = surveyor.post("/staff/history/trees/1/", {"change": last.id}, follow=True)
    assert done.status_code == 200
    assert shown(trees)[1][0]["age"] == 120
    assert sign_in("assessor").post("/staff/history/trees/1/", {"change": last.id}).status_code == 403
    for query in ("since=x", "bbox=1,2", "before=x", "until=2999-01-01", "polygon={}"):
        assert surveyor.get(f"/staff/history/trees/?{query}").status_code == 400, query


def test_what_changed_inside_an_area_is_put_back_on_the_page(trees: Collection, sign_in: Any) -> None:
    # What a surveyor may not see stays as it is.
    before = shown(trees, by=of_roles(["surveyor"]))
    since = busy_day(trees)
    surveyor = sign_in("surveyor")
    ring = [[35.0, 32.0], [36.0, 32.0], [36.0, 33.0], [35.0, 33.0], [35.0, 32.0]]
    area = {"polygon": json.dumps({"type": "Polygon", "coordinates": [ring]})}
    page = surveyor.get("/staff/history/trees/", area).content.decode()
    assert ('data-area="trees"' in page, 'id="restore-area"' in page) == (True, False)
    asked = {**area, "since": since.isoformat()}
    assert 'id="restore-area"' in surveyor.get("/staff/history/trees/", asked).content.decode()
    assert surveyor.post("/staff/history/trees/", area).status_code == 400
    assert sign_in("assessor").post("/staff/history/trees/", asked).status_code == 403
    # Before the layer was loaded nothing is known: the page says so, and keeps what was asked.
    early = surveyor.post("/staff/history/trees/", {**area, "since": "2001-01-01"}, follow=True)
    assert 'value="2001-01-01"' in early.content.decode()
    (said,) = early.context["messages"]
    assert since.strftime("%Y-%m-%d") in str(said)
    done = surveyor.post("/staff/history/trees/", asked)
    assert (done.status_code, "polygon=" in done["Location"]) == (302, True)
    assert shown(trees, by=of_roles(["surveyor"])) == before


def test_the_history_is_for_staff_and_speaks_json(trees: Collection, sign_in: Any, client: Any) -> None:
    before = busy_day(trees)
    base = "/api/v1/collections/trees"
    engineer = sign_in("engineer")
    for visitor in (client, sign_in("citizen")):
        assert visitor.get(f"{base}/changes").status_code == 404
        assert visitor.get(f"{base}/items/1/history").status_code == 404
    told = engineer.get(f"{base}/changes", {"since": before.isoformat(), "bbox": "35,32,36,33"}).json()
    assert [one["feature"] for one in told["changes"]] == [6, 3, 2, 1]
    assert engineer.get(f"{base}/items/1/history").json()["changes"][0]["differences"][0]["before"] == "120"
    square = {"type": "Polygon", "coordinates": [[[35, 32], [36, 32], [36, 33], [35, 33], [35, 32]]]}
    body = {"asOf": before.isoformat(), "polygon": square}
    results = engineer.post(f"{base}/restore", body, "application/json").json()["results"]
    assert [(one["id"], one["status"]) for one in results] == [(1, 200), (2, 200), (3, 200), (6, 204)]
    for bad in ({}, {"asOf": "x", "polygon": square}, {"asOf": before.isoformat(), "polygon": 3}):
        assert engineer.post(f"{base}/restore", bad, "application/json").status_code in (400, 422), bad
    assert engineer.post(f"{base}/items/1/restore?change=999999999").status_code == 404
