"""Fields of other layers beside a table's rows: by key, by place, as the nearest; under both layers' rights."""

import json
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AccessRule
from jobs.models import Job
from layers import registry
from layers.actions.datasets import register_dataset
from layers.collections import Collection, Field
from layers.models import TableView
from layers.sheets import bulk, indexing
from tests.conftest import WebClient
from tests.layers.trees import EAST, NORTH, plant

pytestmark = pytest.mark.django_db
ROWS = "/api/v1/collections/trees/rows"
SQUARES = ((1, "N", 0, 150, "1"), (2, "E", 160, 400, "35"), (3, "far", 900, 950, "0120"))
FIELDS = (
    Field(name="zone", searchable=True),
    Field(name="code"),
    Field(name="owner", sensitivity="identity"),
)


@pytest.fixture
def zones() -> Collection:
    """Make a layer of squares beside the trees; two of them hold trees."""
    with connection.cursor() as cursor:
        cursor.execute(
            """CREATE TABLE imported.zones (id bigint PRIMARY KEY, zone text, code text, owner text,
                 geom geometry(Polygon, 28191), geom_tile geometry(Polygon, 3857)
                   GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED);
               CREATE INDEX ON imported.zones USING gist (geom_tile)"""
        )
        for key, zone, west, east, code in SQUARES:
            cursor.execute(
                "INSERT INTO imported.zones VALUES (%s, %s, %s, 'x', ST_MakeEnvelope(%s, %s, %s, %s, 28191))",
                [key, zone, code, EAST + west - 50, NORTH - 50, EAST + east, NORTH + 50],
            )
    register_dataset(
        slug="zones", relation="imported.zones", geometry_type="Polygon", fields=FIELDS, label_field="zone",
        feature_count=3, title={"ar": "مناطق", "en": "Zones", "fr": "Zones"}, edit_roles=["engineer"],
    )  # fmt: skip
    return registry.find("zones")


@pytest.fixture
def engineer(zones: Collection, sign_in: Callable[..., WebClient]) -> WebClient:
    plant()
    return sign_in("engineer")


def values(visitor: WebClient, query: str) -> list[Any]:
    """Return the keys of the rows, with the values shown."""
    answer = visitor.get(f"{ROWS}?{query}")
    assert answer.status_code == 200, answer.content
    return [[row[0], *row[3:]] for row in answer.json()["rows"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("join=zones:place:zone&columns=zones.zone", [[1, "N"], [2, "N"], [3, "E"], [4, None], [5, None]]),
        ("join=zones:nearest:zone&columns=zones.zone", [[1, "N"], [2, "N"], [3, "E"], [4, "E"], [5, None]]),
        ("join=zones:place:matches&columns=zones.matches", [[1, 1], [2, 1], [3, 1], [4, 0], [5, 0]]),
        ("join=zones:age=code:zone&columns=zones.zone&zones.zone=E", [[2, "E"]]),
        ("join=zones:place:zone&columns=zones.zone&sortby=zones.zone&limit=2", [[3, "E"], [1, "N"]]),
        ("join=zones:place:zone&columns=code&zones.zone__null=true", [[4, "TR-4"], [5, "TR-5"]]),
    ],
)
def test_a_value_comes_from_the_feature_that_key_or_place_names(
    engineer: WebClient, query: str, expected: list[Any]
) -> None:
    assert values(engineer, query) == expected


def test_fields_of_one_layer_are_looked_up_together_and_only_for_the_rows_shown(engineer: WebClient) -> None:
    query = "join=zones:place:zone,code&columns=zones.zone,zones.code&limit=2"
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
        assert values(engineer, query) == [[1, "N", "1"], [2, "N", "1"]]
        reading = next(one["sql"] for one in asked.captured_queries if "LATERAL" in one["sql"])
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {reading}")
        steps = [
            each for each in _steps(cursor.fetchone()[0][0]["Plan"]) if each.get("Relation Name") == "zones"
        ]
    # One more row than is shown says whether there are more.
    assert [each["Actual Loops"] for each in steps] == [3]


def _steps(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(step for part in plan.get("Plans", ()) for step in _steps(part))]


def test_of_two_areas_the_one_that_holds_the_middle_is_meant_and_neighbours_are_not(
    engineer: WebClient,
) -> None:
    with connection.cursor() as cursor:
        # The wide square begins where the first ends, and reaches under the second.
        cursor.execute(
            """CREATE TABLE imported.lots AS SELECT id, zone, ST_MakeEnvelope(x1, %s, x2, %s, 28191) AS geom
                 FROM (VALUES (1, 'within', 175000, 175050), (2, 'beside', 175150, 175160), (3, 'over', 174700, 175130))
                   AS v (id, zone, x1, x2);
               ALTER TABLE imported.lots ADD PRIMARY KEY (id), ADD geom_tile geometry;
               UPDATE imported.lots SET geom_tile = ST_Transform(geom, 3857)""",
            [NORTH + 10, NORTH + 20],
        )
    register_dataset(
        slug="lots", relation="imported.lots", geometry_type="Polygon", fields=[Field(name="zone")],
        label_field="zone", feature_count=3, edit_roles=[],
    )  # fmt: skip
    found = engineer.get(
        "/api/v1/collections/lots/rows?join=zones:place:zone,matches&columns=zone,zones.zone,zones.matches"
    )
    assert [row[3:] for row in found.json()["rows"]] == [
        ["within", "N", 1],
        ["beside", "E", 1],
        ["over", None, 0],
    ]


def test_rows_of_a_table_are_followed_through_stretches_filters_sums_and_files(
    engineer: WebClient, tmp_path: Any
) -> None:
    query = "join=zones:place:zone,matches"
    first = engineer.get(f"{ROWS}?{query}&columns=zones.matches&sortby=-zones.zone&limit=2").json()
    rest = engineer.get(
        f"{ROWS}?{query}&columns=zones.matches&sortby=-zones.zone&limit=9&after={first['after']}"
    ).json()
    assert [row[0] for row in first["rows"] + rest["rows"]] == [1, 2, 3, 4, 5]
    sums = engineer.get(f"/api/v1/collections/trees/sums?{query}").json()["sums"]
    assert sums["zones.matches"]["sum"] == "3"
    counted = engineer.get(f"/api/v1/collections/trees/count?{query}&zones.zone=N").json()
    assert counted == {"matched": 2}
    file = engineer.get(f"/export/trees/file?f=gpkg&{query}&columns=code,zones.zone,zones.matches")
    assert file.status_code == 200
    out = tmp_path / "trees.gpkg"
    out.write_bytes(b"".join(file.streaming_content))
    taken = gpd.read_file(out)
    assert list(taken["zones.zone"])[:3] == ["N", "N", "E"]
    assert list(taken["zones.matches"]) == [1, 1, 1, 0, 0]


def test_a_count_follows_the_joined_layer(engineer: WebClient) -> None:
    asked = "/api/v1/collections/trees/count?join=zones:place:zone&zones.zone=N"
    assert engineer.get(asked).json() == {"matched": 2}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE imported.zones SET zone = 'other' WHERE id = 1")
    assert engineer.get(asked).json() == {"matched": 0}


@pytest.mark.parametrize(
    ("join", "said"),
    [
        ("zones", "layer:place"),
        ("zones:within:zone", "layer:place"),
        ("zones:place:zone;zones:nearest:zone", "each once"),
        ("nowhere:place:zone", "nowhere"),
        ("zones:place:secret", "no such field"),
        ("zones:nearest:matches", "no such field"),
        ("zones:height=code:zone", "whole numbers"),
        ("zones:code=nothing:zone", "whole numbers"),
        ("zones:code=co'de:zone", "whole numbers"),
    ],
)
def test_what_cannot_be_joined_is_refused_by_name(engineer: WebClient, join: str, said: str) -> None:
    answer = engineer.get(ROWS, {"join": join}, headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert answer.json()["errors"][0]["field"] == "join"


def test_the_rights_on_the_joined_layer_hold(engineer: WebClient, sign_in: Callable[..., WebClient]) -> None:
    network = sign_in("network")
    assert network.get(f"{ROWS}?join=zones:place:zone").status_code == 200
    assert network.get(f"{ROWS}?join=zones:place:owner").status_code == 400
    for role in ("network", "public"):
        AccessRule.objects.create(role=role, collection="zones", verb="view", allow=False)
    refused = network.get(f"{ROWS}?join=zones:place:zone")
    assert refused.status_code == 400
    assert network.get("/staff/layers/trees/table/?join=zones:place:zone").status_code == 400
    assert 'value="zones"' not in network.get("/staff/layers/trees/table/join/").content.decode()
    assert network.get("/api/v1/collections/trees/items?join=zones:place:zone").status_code == 400


def test_a_change_of_many_and_a_saved_view_keep_the_join(engineer: WebClient) -> None:
    query = "join=zones:place:zone&zones.zone=N"
    seen = engineer.post(
        "/api/v1/collections/trees/bulk/preview",
        json.dumps({"query": query, "values": {"kind": "pine"}}),
        content_type="application/json",
    ).json()
    assert seen["matched"] == 2
    refused = engineer.post(
        "/api/v1/collections/trees/bulk/preview",
        json.dumps({"query": query, "values": {"zones.zone": "x"}}),
        content_type="application/json",
    ).json()
    assert refused["refused"]
    done = bulk.change_rows.func(_user(engineer), "trees", query, {"kind": "pine"})
    assert done["changed rows"] == 2
    kept = engineer.post(
        "/api/v1/collections/trees/views",
        json.dumps({"title": "with zones", "columns": ["code", "zones.zone"], "query": query}),
        content_type="application/json",
    )
    assert kept.status_code == 201
    assert TableView.objects.get().columns == ["code", "zones.zone"]


def _user(visitor: WebClient) -> int:
    return int(visitor.session["_auth_user_id"])


def test_a_large_joined_layer_gets_an_index_on_its_key(
    engineer: WebClient, zones: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "LARGE_JOINED", -2)
    values(engineer, "join=zones:code=code:zone")
    assert indexing.make_key.func("zones", "code") == {"slug": "zones", "made": 1}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_indexes WHERE tablename = 'zones' AND indexdef LIKE '%(code)'"
        )
        assert cursor.fetchone()[0] == 1


def test_a_layer_too_large_to_be_looked_into_is_first_made_quick(
    engineer: WebClient, zones: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "LARGE_JOINED", -2)
    monkeypatch.setattr(indexing, "LARGE", -2)
    query = "columns=code,zones.zone&join=zones:code=code:zone"
    waiting = engineer.get(f"{ROWS}?{query}", headers={"Accept-Language": "ar"})
    assert waiting.status_code == 409
    assert waiting.json()["title"].startswith("في «مناطق» صفوف كثيرة")
    asked = Job.objects.get(kind__endswith="make_key")
    assert asked.arguments["args"] == ["zones", "code"]
    indexing.make_key.func("zones", "code")
    assert values(engineer, query)


def test_the_nearest_feature_is_found_in_the_index(engineer: WebClient, zones: Collection) -> None:
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
        assert values(engineer, "columns=code,zones.zone&join=zones:nearest:zone")
        reading = next(one["sql"] for one in asked.captured_queries if "<->" in one["sql"])
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {reading}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Order By: (geom_tile <-> " in plan


def test_the_page_offers_layers_and_their_fields_and_leads_to_the_table(engineer: WebClient) -> None:
    page = engineer.get("/staff/layers/trees/table/join/?table=sortby%3Dage")
    assert "zones" in page.content.decode()
    page = engineer.get("/staff/layers/trees/table/join/?layer=zones&table=sortby%3Dage")
    assert page.status_code == 200
    nothing = engineer.get("/staff/layers/trees/table/join/?layer=zones&how=place")
    assert nothing.status_code == 422
    done = engineer.get(
        "/staff/layers/trees/table/join/?layer=zones&how=place&fields_taken=zone&fields_taken=matches&table=sortby%3Dage"
    )
    assert done.status_code == 302
    table = engineer.get(done.url)
    assert table.status_code == 200
    assert "zones.matches" in table.content.decode()
    assert "sortby=age" in done.url
