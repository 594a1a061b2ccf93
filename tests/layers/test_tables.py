"""Attribute tables: stretches by keyset in every order, sums, edits under If-Match, bulk changes, saved views."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from audit.models import AuditEvent
from jobs.models import Job
from layers.collections import Collection
from layers.models import TableView
from layers.sheets import bulk, indexing
from tests.conftest import WebClient
from tests.layers.trees import plant

pytestmark = pytest.mark.django_db
ROWS = "/api/v1/collections/trees/rows"
ITEMS = "/api/v1/collections/trees/items"
BULK = "/api/v1/collections/trees/bulk"


@pytest.fixture
def trees() -> Collection:
    return plant()


@pytest.fixture
def engineer(trees: Collection, sign_in: Callable[..., WebClient]) -> WebClient:
    return sign_in("engineer")


def send(visitor: WebClient, method: str, path: str, body: Any = None, **headers: str) -> Any:
    content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    return getattr(visitor, method)(path, **content, headers=headers)


def keys(visitor: WebClient, query: str) -> list[int]:
    """Return the keys of every row, two at a time, as somebody who scrolls gets them."""
    found: list[int] = []
    after = ""
    while True:
        page = visitor.get(f"{ROWS}?limit=2&{query}&after={after}").json()
        found += [row[0] for row in page["rows"]]
        after = page["after"]
        if not after:
            return found


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("sortby=-id", [5, 4, 3, 2, 1]),
        ("sortby=height", [5, 1, 4, 2, 3]),
        ("sortby=-height", [3, 2, 4, 1, 5]),
        ("sortby=age", [5, 2, 1, 4, 3]),
        ("sortby=-age", [4, 1, 2, 5, 3]),
        ("sortby=planted_on", [4, 1, 2, 5, 3]),
        ("height__gte=6&sortby=-height", [3, 2, 4]),
        ("age__null=true", [3]),
        ("q=ecole", [2, 3]),
    ],
)
def test_every_row_comes_once_in_its_order(engineer: WebClient, order: str, expected: list[int]) -> None:
    assert keys(engineer, order) == expected


@pytest.mark.parametrize("order", ["", "sortby=-id", "sortby=height", "sortby=-age"])
@pytest.mark.parametrize("key", [1, 3, 5])
def test_the_table_can_begin_at_any_row(engineer: WebClient, order: str, key: int) -> None:
    page = engineer.get(f"{ROWS}?{order}&at={key}").json()
    whole = keys(engineer, order)
    assert [row[0] for row in page["rows"]] == whole[whole.index(key) :]
    assert page["matched"] == 5


def test_the_count_may_come_after_the_rows(engineer: WebClient) -> None:
    trees_of = "/api/v1/collections/trees"
    assert len(engineer.get(f"{ROWS}?count=no&height__gte=6").json()["rows"]) == 3
    assert engineer.get(f"{trees_of}/count?height__gte=6&sortby=-height").json() == {"matched": 3}
    assert engineer.get(f"{trees_of}/count?gone=6").status_code == 400


def test_a_row_says_its_version_and_whether_it_has_a_place(engineer: WebClient) -> None:
    page = engineer.get(f"{ROWS}?columns=code,height").json()
    assert page["columns"] == ["code", "height"]
    assert page["rows"][0] == [1, "1", True, "TR-1", 4.5]
    assert page["rows"][4][2] is False


def test_sums_are_of_what_the_filter_means(engineer: WebClient) -> None:
    sums = engineer.get("/api/v1/collections/trees/sums?height__gte=6").json()["sums"]
    assert sums["height"] == {
        "count": 3,
        "sum": "25.25",
        "mean": pytest.approx(8.41667),
        "least": 6,
        "greatest": 12,
    }
    assert sums["age"]["count"] == 2


@pytest.mark.parametrize(
    "query",
    [
        "columns=gone",
        "sortby=gone",
        "gone=1",
        "limit=501",
        "limit=0",
        "after=x",
        "age=many",
        "columns=code;drop",
    ],
)
def test_what_the_table_does_not_know_is_refused(engineer: WebClient, query: str) -> None:
    assert engineer.get(f"{ROWS}?{query}").status_code == 400


def test_a_hidden_field_is_in_no_stretch_no_sum_and_no_file(
    trees: Collection, sign_in: Callable[..., WebClient]
) -> None:
    network = sign_in("network")
    assert "keeper" not in network.get(ROWS).json()["columns"]
    assert network.get(f"{ROWS}?columns=keeper").status_code == 400
    assert network.get(f"{ROWS}?keeper=x").status_code == 400
    assert network.get(f"{ROWS}?sortby=keeper").status_code == 400
    assert "هدى" not in network.get("/export/trees/file?f=csv").getvalue().decode()


def test_a_cell_is_saved_under_the_version_that_was_read(engineer: WebClient) -> None:
    change = {"properties": {"age": "١٢١"}}
    assert send(engineer, "patch", f"{ITEMS}/1", change).status_code == 428
    saved = send(engineer, "patch", f"{ITEMS}/1", change, if_match='"1"')
    assert (saved.status_code, saved.json()["properties"]["age"], saved["ETag"]) == (200, 121, '"2"')
    late = send(engineer, "patch", f"{ITEMS}/1", {"properties": {"age": 5}}, if_match='"1"')
    assert late.status_code == 412
    assert late.json()["current"]["properties"]["age"] == 121
    assert late.json()["current"]["version"] == "2"
    assert AuditEvent.objects.filter(relation="imported.trees", row_id="1", channel="web").count() == 1


@pytest.mark.parametrize(
    ("properties", "field"),
    [
        ({"age": "many"}, "age"),
        ({"kind": "palm"}, "kind"),
        ({"code": None}, "code"),
        ({"code": "TR-2"}, "code"),
    ],
)
def test_a_value_against_its_rule_is_refused_by_field(
    engineer: WebClient, properties: dict[str, Any], field: str
) -> None:
    refused = send(engineer, "patch", f"{ITEMS}/1", {"properties": properties}, if_match='"1"')
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == [field]


def test_a_feature_is_added_and_retired(engineer: WebClient) -> None:
    place = {"type": "Point", "coordinates": [35.2, 31.9]}
    made = send(engineer, "post", ITEMS, {"properties": {"code": "TR-6"}, "geometry": place})
    assert made.status_code == 201
    assert made.json()["properties"]["kind"] == "olive"
    key = made.json()["id"]
    assert send(engineer, "delete", f"{ITEMS}/{key}", if_match='"9"').status_code == 412
    assert send(engineer, "delete", f"{ITEMS}/{key}", if_match='"1"').status_code == 204
    assert engineer.get(f"{ITEMS}/{key}").status_code == 404


def test_nobody_writes_without_the_right(trees: Collection, sign_in: Callable[..., WebClient]) -> None:
    for visitor, status in ((WebClient(), 403), (sign_in("clerk"), 403), (sign_in("citizen"), 403)):
        assert send(visitor, "post", ITEMS, {"properties": {"code": "X"}}).status_code == status
        assert send(visitor, "patch", f"{ITEMS}/1", {"properties": {}}, if_match='"1"').status_code == status
        assert send(visitor, "post", f"{BULK}/preview", {"values": {"age": 1}}).status_code == status


def test_a_change_of_many_is_looked_at_before_and_made_by_a_job(
    engineer: WebClient, django_capture_on_commit_callbacks: Any
) -> None:
    body = {"query": "height__gte=6", "values": {"kind": "carob"}}
    seen = send(engineer, "post", f"{BULK}/preview", body).json()
    assert (seen["matched"], seen["refused"]) == (3, "")
    assert {row["id"]: (row["before"], row["after"]) for row in seen["rows"]} == {
        2: (["carob"], ["carob"]), 3: (["pine"], ["carob"]), 4: (["olive"], ["carob"]),
    }  # fmt: skip
    assert engineer.get(f"{ROWS}?columns=kind&kind=carob").json()["matched"] == 1
    assert send(engineer, "post", BULK, body).status_code == 428
    asked = send(engineer, "post", BULK, {**body, "version": seen["version"]})
    assert asked.status_code == 202
    job = Job.objects.get(pk=asked.json()["job"])
    done = bulk.change_rows.func(job.owner_id, "trees", body["query"], body["values"])
    assert done["changed rows"] == 3
    assert engineer.get(f"{ROWS}?columns=kind&kind=carob").json()["matched"] == 3


@pytest.mark.parametrize(
    ("values", "status"), [({"kind": "palm"}, 422), ({"code": "same"}, 422), ({}, 422), ({"gone": 1}, 422)]
)
def test_a_change_of_many_that_no_row_could_take_is_refused(
    engineer: WebClient, values: dict[str, Any], status: int
) -> None:
    assert send(engineer, "post", BULK, {"values": values, "version": 1}).status_code == status
    assert engineer.get(f"{ROWS}?columns=kind&kind=palm").json()["matched"] == 0


def test_views_are_ones_own_unless_shared(engineer: WebClient, sign_in: Callable[..., WebClient]) -> None:
    views = "/api/v1/collections/trees/views"
    mine = {"title": "Old ones", "columns": ["code", "age"], "query": "sortby=-age"}
    assert send(engineer, "post", views, mine).status_code == 201
    assert send(engineer, "post", views, {**mine, "columns": ["code"]}).status_code == 201
    kept = send(engineer, "post", views, {"title": "Ours", "is_shared": True}).json()
    assert TableView.objects.count() == 2
    clerk = sign_in("clerk")
    assert [one["title"] for one in clerk.get(views).json()["views"]] == ["Ours"]
    assert send(clerk, "post", views, {"title": "x", "is_shared": True}).status_code == 403
    assert send(clerk, "delete", f"{views}/{kept['id']}").status_code == 404
    assert send(engineer, "post", views, {"title": " "}).status_code == 400
    assert send(engineer, "delete", f"{views}/{kept['id']}").status_code == 204


def test_the_file_has_the_columns_order_and_rows_of_the_table(engineer: WebClient) -> None:
    asked = "f=csv&columns=code,age&sortby=-age&height__gte=1&crs=EPSG:28191"
    answer = engineer.get(f"/export/trees/file?{asked}&filter=id IN (3,1,5,4)")
    lines = answer.getvalue().decode("utf-8-sig").splitlines()
    assert [line.split(",", 3)[:3] for line in lines] == [
        ["id", "code", "age"], ["4", "TR-4", "800"], ["1", "TR-1", "120"], ["3", "TR-3", ""],
    ]  # fmt: skip


def test_a_table_its_count_and_its_sums_are_narrowed_by_the_same_filter(engineer: WebClient) -> None:
    chosen = {"filter": "id IN (1,2,4)"}
    assert [row[0] for row in engineer.get(ROWS, chosen).json()["rows"]] == [1, 2, 4]
    layer = ROWS.removesuffix("/rows")
    assert engineer.get(f"{layer}/count", chosen).json() == {"matched": 3}
    assert engineer.get(f"{layer}/sums", chosen).json()["sums"]["age"]["count"] == 3
    here = {"filter": "S_INTERSECTS(geometry, POLYGON((35.2 32.2,35.3 32.2,35.3 32.3,35.2 32.3,35.2 32.2)))"}
    assert engineer.get(f"{layer}/items", here).json()["numberMatched"] == 4
    for wrong in ("keeper_of = 'x'", "id IN (", "id IN (" + ",".join(["1"] * 501) + ")"):
        for path in (ROWS, f"{layer}/count", f"{layer}/items", "/export/trees/file"):
            assert engineer.get(path, {"filter": wrong}).status_code == 400, (path, wrong[:40])


def test_an_order_asked_of_a_large_table_becomes_an_index_once(
    engineer: WebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "LARGE", -1)
    engineer.get(f"{ROWS}?sortby=name")
    engineer.get(f"{ROWS}?sortby=name")
    asked = Job.objects.get(kind__contains="make_order")
    assert indexing.make_order.func(*asked.arguments["args"])["made"] == 2
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(
            'EXPLAIN SELECT id FROM imported.trees t ORDER BY (t.name) COLLATE "und-x-icu" DESC NULLS LAST, t.id LIMIT 5'
        )
        assert "trees_name_desc_order" in str(cursor.fetchall())
    engineer.get(f"{ROWS}?sortby=-name")
    assert Job.objects.filter(kind__contains="make_order").count() == 1


def test_the_tag_that_reading_a_feature_gave_changes_it_once(sign_in: Callable[..., WebClient]) -> None:
    plant()
    engineer = sign_in("engineer")
    path = "/api/v1/collections/trees/items/1"
    read = engineer.get(path)["ETag"]

    def write() -> int:
        body = json.dumps({"properties": {"name": "new"}})
        answer = engineer.patch(path, body, content_type="application/json", headers={"If-Match": read})
        return int(answer.status_code)

    assert (write(), write()) == (200, 412)
