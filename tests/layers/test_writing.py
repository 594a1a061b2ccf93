"""Features of an editable layer are created, changed and retired by its rules."""

import json
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from accounts.models import AccessRule
from accounts.policy import ANYBODY, of_roles
from audit.models import AuditEvent
from core.errors import Forbidden, NotFound
from layers import registry
from layers.access import view
from layers.actions.features import (
    Change,
    Kind,
    change_feature,
    create_feature,
    retire_feature,
    write_features,
)
from layers.collections import Collection
from layers.features import reading
from layers.writing.errors import EditedElsewhere, NotAsDeclared, StaleFeature
from tests.layers.trees import at, plant

pytestmark = pytest.mark.django_db
ENGINEER = of_roles(["engineer"])
SURVEYOR = of_roles(["surveyor"])


@pytest.fixture
def trees() -> Collection:
    return plant()


def row(key: int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(t)::text FROM imported.trees t WHERE id = %s", [key])
        found = cursor.fetchone()
    return json.loads(found[0]) if found else None


def create(
    trees: Collection, by: Any = ENGINEER, shape: Any = None, srid: int = 28191, **properties: Any
) -> Any:
    return create_feature(
        collection=trees, by=by, properties={"code": "TR-9", **properties}, geometry=shape, srid=srid
    )


def change(trees: Collection, key: int, version: int | None = 1, by: Any = ENGINEER, **given: Any) -> Any:
    return change_feature(collection=trees, by=by, key=key, version=version, **{"properties": {}, **given})


def faults(call: Any) -> dict[str, str]:
    with pytest.raises(NotAsDeclared) as refusal:
        call()
    return {name: str(why) for name, why in refusal.value.fields.items()}


def test_a_new_feature_gets_a_key_a_version_defaults_and_an_event(trees: Collection) -> None:
    written = create(trees, shape=at(50, 50), name="سدرة", age="٤٠", planted_on="1985-12-31")
    assert (written.key, written.version) == (6, 1)
    stored = row(6)
    assert (stored["kind"], stored["age"], stored["planted_on"]) == ("olive", 40, "1985-12-31")
    event = AuditEvent.objects.get(relation="imported.trees", row_id="6")
    assert (event.action, event.after["name"]) == ("insert", "سدرة")


def test_a_shape_in_degrees_lands_on_the_grid_and_swapped_axes_are_named(trees: Collection) -> None:
    written = create(trees, shape={"type": "Point", "coordinates": [35.26, 32.221]}, srid=4326)
    with connection.cursor() as cursor:
        cursor.execute("SELECT ST_X(geom), ST_Y(geom) FROM imported.trees WHERE id = %s", [written.key])
        east, north = cursor.fetchone()
    assert (east, north) == pytest.approx((174_693, 180_824), abs=1)
    translation.activate("en")
    swapped = {"type": "Point", "coordinates": [32.221, 35.26]}
    found = faults(lambda: create(trees, shape=swapped, srid=4326, code="TR-10"))
    assert "Longitude" in found["geometry"]


UNFIT = [
        ("code", ""), ("code", None), ("code", "TR-1"), ("code", "x\x00y"), ("code", ["a"]), ("code", "x" * 10_001),
        ("kind", "oak"), ("age", "many"), ("age", 2.5), ("age", True), ("age", 10**30), ("height", "NaN"),
        ("height", float("inf")), ("is_watered", "perhaps"), ("is_watered", 1), ("planted_on", "2024-02-30"),
        ("planted_on", 20240101), ("seen_at", "yesterday"), ("no_such", 1), ("id", 7), ("version", 9), ("geom", ""),
]  # fmt: skip


def test_a_shape_that_is_read_and_written_back_stays_in_its_place(trees: Collection) -> None:
    where = {"type": "Point", "coordinates": [175_012.3457, 180_098.7651]}
    made = create_feature(collection=trees, by=ENGINEER, properties={"code": "N"}, geometry=where, srid=28191)
    read = reading.single(view(ENGINEER, trees), made.key)
    assert read is not None
    change(trees, made.key, made.version, geometry=read["feature"]["geometry"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT ST_X(geom), ST_Y(geom) FROM imported.trees WHERE id = %s", [made.key])
        assert cursor.fetchone() == pytest.approx(where["coordinates"], abs=0.0001)


def test_a_value_that_does_not_fit_is_named_and_nothing_is_written(trees: Collection) -> None:
    for name, value in UNFIT:
        sent = {name: value}
        assert set(faults(lambda sent=sent: create(trees, **sent))) == {name}, sent
        if value != "TR-1":
            assert set(faults(lambda sent=sent: change(trees, 1, properties=sent))) == {name}, sent
    assert (row(6), row(1)["version"]) == (None, 1)


def test_a_number_too_large_for_the_column_is_refused_not_failed(trees: Collection) -> None:
    assert faults(lambda: create(trees, age=2**40))


UNPLACEABLE = [
    {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
    {"type": "Point", "coordinates": []},
    {"type": "Point", "coordinates": ["1", "2"]},
    {"type": "Point", "coordinates": [1e300, 2]},
    {"type": "Point", "coordinates": [True, 2]},
    {"type": "Point"},
    {"type": "Circle", "coordinates": [1, 2]},
    {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 2]}]},
    {"type": "Point", "coordinates": [9_000_000, 9_000_000]},
    {"type": "Point", "coordinates": [0, 0]},
    "POINT(1 2)",
    [],
]


def test_a_shape_that_does_not_fit_is_refused(trees: Collection) -> None:
    for shape in UNPLACEABLE:
        assert set(faults(lambda shape=shape: create(trees, shape=shape))) == {"geometry"}, shape


def test_a_change_needs_the_version_it_is_based_on(trees: Collection) -> None:
    assert change(trees, 1, properties={"age": 121}).version == 2
    with pytest.raises(StaleFeature) as stale:
        change(trees, 1, properties={"age": 122})
    assert stale.value.current["feature"]["properties"]["age"] == 121
    assert change(trees, 1, version=2, properties={"age": 121}).version == 2, "nothing differed"
    assert change(trees, 1, version=2, geometry=at(10, 0), srid=28191).version == 3
    assert row(1)["age"] == 121


def test_replacing_empties_what_is_not_sent_but_only_what_one_may_change(trees: Collection) -> None:
    change(trees, 1, by=SURVEYOR, properties={"code": "TR-1", "age": 5}, whole=True)
    stored = row(1)
    assert (stored["name"], stored["age"], stored["keeper"]) == (None, 5, "هدى")


def test_a_field_that_one_may_not_see_cannot_be_set_or_guessed(trees: Collection) -> None:
    for guess in ("هدى", "غيرها"):
        found = faults(lambda guess=guess: change(trees, 1, by=SURVEYOR, properties={"keeper": guess}))
        assert set(found) == {"keeper"}
    assert faults(lambda: create(trees, by=SURVEYOR, keeper="x"))


def test_a_field_that_one_sees_but_may_not_change_stays(trees: Collection) -> None:
    AccessRule.objects.create(role="surveyor", collection="trees", verb="edit", field="age", allow=False)
    by = of_roles(["surveyor"])
    assert change(trees, 1, by=by, properties={"age": 120, "name": "x"}).version == 2
    with pytest.raises(Forbidden) as refusal:
        change(trees, 1, version=2, by=by, properties={"age": 7})
    assert set(refusal.value.fields) == {"age"}


def test_who_may_not_write_is_told_so_and_strangers_of_a_private_layer_learn_nothing() -> None:
    open_trees = plant()
    for by in (ANYBODY, of_roles(["assessor"]), of_roles(["engineer"], verbs=["view"])):
        with pytest.raises(Forbidden):
            create(open_trees, by=by)
    hidden = plant("secret_trees".replace("_", ""), view_roles=["engineer"])
    with pytest.raises(NotFound):
        create(hidden, by=ANYBODY)


def test_a_register_with_a_workbench_refuses_and_names_it() -> None:
    with pytest.raises(EditedElsewhere) as refusal:
        create(registry.find("parcels"))
    assert str(registry.find("parcels").workbench) in str(refusal.value.detail)


def test_a_retired_feature_is_gone_and_kept_in_the_log(trees: Collection) -> None:
    with pytest.raises(StaleFeature):
        retire_feature(collection=trees, by=ENGINEER, key=2, version=7)
    retire_feature(collection=trees, by=ENGINEER, key=2, version=1)
    assert row(2) is None
    assert (
        AuditEvent.objects.get(relation="imported.trees", row_id="2", action="delete").before["code"]
        == "TR-2"
    )
    with pytest.raises(NotFound):
        retire_feature(collection=trees, by=ENGINEER, key=2, version=1)


def batch() -> list[Change]:
    return [
        Change(Kind.CREATE, properties={"code": "TR-20"}, geometry=at(1, 1), srid=28191),
        Change(Kind.CREATE, properties={"code": "TR-20"}),
        Change(Kind.CHANGE, key=1, version=1, properties={"age": 1}),
        Change(Kind.CHANGE, key=2, version=9, properties={"age": 1}),
        Change(Kind.REPLACE, key=3, version=1, properties={"code": "TR-3"}),
        Change(Kind.RETIRE, key=4, version=1),
        Change(Kind.RETIRE, key=99, version=1),
    ]


def test_a_batch_says_of_each_row_what_became_of_it(trees: Collection) -> None:
    outcomes = write_features(collection=trees, by=ENGINEER, changes=batch())
    assert [type(one.refusal).__name__ if one.refusal else "" for one in outcomes] == [
        "", "NotAsDeclared", "", "StaleFeature", "", "", "NotFound",
    ]  # fmt: skip
    assert row(outcomes[0].written.key)["code"] == "TR-20"
    assert (row(1)["age"], row(2)["age"], row(3)["name"], row(4)) == (1, 35, None, None)


def test_a_batch_that_is_all_or_nothing_keeps_nothing(trees: Collection) -> None:
    outcomes = write_features(collection=trees, by=ENGINEER, changes=batch(), all_or_nothing=True)
    assert [bool(one.refusal) for one in outcomes] == [False, True, False, True, False, False, True]
    assert all(one.written is None for one in outcomes)
