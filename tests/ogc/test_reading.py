"""OGC API Features Parts 1 to 3 and Tiles, as programs and people read them."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connection
from django.utils import timezone

from accounts.models import AccessRule
from cadastre.models import Basin
from layers.collections import Collection
from layers.ogc import jsonfg, systems
from tests.importing.files import shared_data
from tests.layers.trees import EAST, NORTH, plant

pytestmark = pytest.mark.django_db
Ask = Callable[..., Any]
ITEMS = "collections/trees/items"
GRID, MERCATOR, LATLON = (systems.epsg(code) for code in (28191, 3857, 4326))


def schemas() -> Path | None:
    root = shared_data()
    found = root / "ogc_api/ogcapi-features/core/openapi/schemas" if root else None
    return found if found and found.is_dir() else None


def named_types(part: Any) -> Any:
    """Return a schema whose YAML `null` types are the word again."""
    if isinstance(part, dict):
        return {name: _types(value) if name == "type" else named_types(value) for name, value in part.items()}
    return [named_types(one) for one in part] if isinstance(part, list) else part


def _types(value: Any) -> Any:
    if value is None:
        return "null"
    return (
        ["null" if one is None else one for one in value] if isinstance(value, list) else named_types(value)
    )


def ids(answer: Any) -> list[int]:
    return [feature["id"] for feature in answer["features"]]


def test_every_document_is_valid_by_the_standards_own_schemas(trees: Collection, ask: Ask) -> None:
    folder = schemas()
    if folder is None:
        pytest.skip("the schemas are not there")
    base = "https://schemas.example/"
    known = {path.name: named_types(yaml.safe_load(path.read_text())) for path in folder.glob("*.yaml")}
    registry = jsonschema_rs.Registry(
        [(base + name, {"$id": base + name, **one}) for name, one in known.items()]
    )
    for path, name in {
        "": "landingPage", "conformance": "confClasses", "collections": "collections",
        "collections/trees": "collection", ITEMS: "featureCollectionGeoJSON", f"{ITEMS}/1": "featureGeoJSON",
        f"{ITEMS}/5": "featureGeoJSON", f"{ITEMS}?crs={GRID}": "featureCollectionGeoJSON",
        f"{ITEMS}?limit=2": "featureCollectionGeoJSON",
    }.items():  # fmt: skip
        check = jsonschema_rs.validator_for({"$ref": f"{base}{name}.yaml"}, registry=registry)
        assert [str(fault) for fault in check.iter_errors(ask(path))] == [], path


def test_json_fg_says_the_place_in_the_grid_and_the_time_in_force(trees: Collection, ask: Ask) -> None:
    plain = ask(f"{ITEMS}?f=jsonfg&limit=1")
    assert plain["conformsTo"] == [jsonfg.CORE]
    assert plain["featureType"] == "trees"
    first = plain["features"][0]
    assert (first["geometry"]["type"], first["place"], first["time"]) == ("Point", None, None)
    gridded = ask(f"{ITEMS}/1?f=jsonfg&crs={GRID}")
    assert gridded["coordRefSys"] == GRID
    assert (gridded["geometry"], gridded["place"]["coordinates"]) == (None, [EAST, NORTH])
    kinds = {one["type"] for one in plain["links"] if one["rel"] == "self"}
    assert kinds == {"application/fg+json"}
    square = MultiPolygon(Polygon.from_bbox((EAST, NORTH, EAST + 9, NORTH + 9)), srid=28191)
    basin = Basin.objects.create(number=7, geom=square)
    lived = ask("collections/basins/items?f=jsonfg")["features"]
    begun = basin.begin_lifespan.strftime("%Y-%m-%dT%H:%M")
    assert [one["time"]["interval"][1] for one in lived] == [".."]
    assert lived[0]["time"]["interval"][0].startswith(begun)
    assert ask("collections?f=jsonfg", status=400)


def test_pages_follow_the_key_and_meet_every_feature_once(trees: Collection, ask: Ask) -> None:
    for query in ("limit=2", "limit=2&sortby=name", "limit=2&sortby=-age", "limit=2&filter=id<>3"):
        page, met, total = ask(f"{ITEMS}?{query}"), [], None
        total = page["numberMatched"]
        while True:
            met += ids(page)
            following = [one["href"] for one in page["links"] if one["rel"] == "next"]
            if not following:
                break
            page = ask(following[0].split("/ogc/")[1])
            assert "numberMatched" not in page
        assert len(met) == len(set(met)) == total == (4 if "filter" in query else 5), query


def test_a_box_and_a_day_and_a_field_keep_what_they_say(trees: Collection, ask: Ask) -> None:
    here = f"{EAST - 50},{NORTH - 50},{EAST + 150},{NORTH + 50}"
    assert ids(ask(ITEMS, bbox=here, **{"bbox-crs": GRID})) == [1, 2]
    assert ids(ask(ITEMS, bbox="35,32,36,33")) == [1, 2, 3, 4]
    assert ids(ask(ITEMS, bbox="32,35,33,36", **{"bbox-crs": LATLON})) == [1, 2, 3, 4]
    assert ids(ask(ITEMS, bbox="35,32,0,36,33,900")) == [1, 2, 3, 4]
    assert ids(ask(ITEMS, kind="olive")) == [1, 4]
    assert ids(ask(ITEMS, datetime="2020-01-01T00:00:00Z/..")) == [1, 2, 3, 4, 5], "trees have no lifespan"
    assert ids(ask(ITEMS, limit=1_000_000)) == [1, 2, 3, 4, 5]
    assert ids(ask(ITEMS, filter=f"S_INTERSECTS(geometry, BBOX({here}))", **{"filter-crs": GRID})) == [1, 2]
    assert ids(ask(ITEMS, filter="S_INTERSECTS(geometry, BBOX(-180,-90,180,90))")) == [1, 2, 3, 4]
    inside_out = "S_INTERSECTS(geometry, POLYGON((32 35,33 35,33 36,32 36,32 35)))"
    assert ids(ask(ITEMS, filter=inside_out, **{"filter-crs": LATLON})) == [1, 2, 3, 4]
    as_json = json.dumps({"op": "in", "args": [{"property": "kind"}, ["pine"]]})
    assert ids(ask(ITEMS, filter=as_json, **{"filter-lang": "cql2-json"})) == [3, 5]


def test_coordinates_come_in_the_system_asked_for_and_its_order_of_axes(
    trees: Collection, ask: Ask, client: Any
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform(geom, 4326) p FROM imported.trees WHERE id = 1) s"
        )
        lon, lat = cursor.fetchone()

    def first(uri: str) -> Any:
        answer = client.get(f"/ogc/{ITEMS}/1", {"crs": uri})
        assert answer["Content-Crs"] == f"<{uri}>"
        return answer.json()["geometry"]["coordinates"]

    assert first(systems.CRS84) == pytest.approx([lon, lat], abs=1e-7)
    assert first(LATLON) == pytest.approx([lat, lon], abs=1e-7)
    assert first(GRID) == [EAST, NORTH]
    assert first(MERCATOR) == pytest.approx([lon * 111319.490793, 3_794_700], rel=1e-2)
    assert ask("collections/trees")["storageCrs"] == GRID


REFUSED = {
    "nothing=1": "nothing", "bbox=1,2,3": "bbox", "bbox=36,33,35,32": "bbox", "bbox=a,b,c,d": "bbox", "limit=0": "limit",
    "limit=x": "limit", "limit=-1": "limit", "crs=EPSG:9999": "crs", "bbox-crs=x": "bbox-crs", "datetime=now": "datetime",
    "datetime=../..": "datetime", "datetime=2024-05-01/2023-01-01": "datetime", "filter=owner='x'": "owner",
    "filter=foo(age)=1": "filter", "filter-lang=sql&filter=age=1": "filter-lang", "filter-crs=x&filter=age=1": "filter-crs",
    "sortby=nothing": "sortby", "after=xyz": "after", "f=xml": "f", "asOf=2020-01-01T": "asOf", "age=x": "age",
}  # fmt: skip


def test_what_is_not_understood_is_refused_by_name_and_never_means_everything(
    trees: Collection, ask: Ask
) -> None:
    for query, name in REFUSED.items():
        problem = ask(f"{ITEMS}?{query}", status=400)
        assert [one["field"] for one in problem["errors"]] == [name], query
    for path in ("collections/trees?x=1", "collections?x=1", "?x=1", "collections/trees/queryables?limit=1"):
        ask(path, status=400)
    for path in (
        "collections/none",
        "collections/none/items",
        f"{ITEMS}/99",
        f"{ITEMS}/x",
        f"{ITEMS}/99999999999999999999",
    ):
        ask(path, status=404)


def test_queryables_and_sortables_name_just_what_one_may_ask_for(
    trees: Collection, ask: Ask, sign_in: Any
) -> None:
    public = ask("collections/trees/queryables")
    assert set(public["properties"]) == {
        "code", "name", "kind", "age", "height", "is_watered", "planted_on", "seen_at", "geometry"
    }  # fmt: skip
    assert public["properties"]["kind"]["enum"] == ["olive", "carob", "pine"]
    assert public["properties"]["geometry"]["format"] == "geometry-point"
    engineer = sign_in("engineer")
    assert "keeper" in ask("collections/trees/queryables", engineer)["properties"]
    assert "is_watered" not in ask("collections/trees/sortables")["properties"]
    assert ids(ask(ITEMS, engineer, filter="keeper = 'هدى'")) == [1]
    ask(ITEMS, status=400, filter="keeper = 'هدى'")
    ask(ITEMS, status=400, sortby="keeper")


def test_a_private_layer_is_unknown_to_strangers_in_every_document(
    ask: Ask, sign_in: Any, client: Any
) -> None:
    plant("hushed", view_roles=["engineer"])
    for part in ("", "/items", "/items/1", "/queryables", "/sortables", "/tiles", "/tiles/WebMercatorQuad"):
        assert client.get(f"/ogc/collections/hushed{part}").status_code == 404, part
    assert client.get("/ogc/collections/hushed/tiles/WebMercatorQuad/0/0/0").status_code == 404
    for path in ("", "?f=html", "collections", "collections?f=html", "api"):
        assert b"hushed" not in client.get(f"/ogc/{path}").content, path
    assert "hushed" in [one["id"] for one in ask("collections", sign_in("engineer"))["collections"]]


def test_a_right_that_is_taken_away_is_denied_at_the_next_request(trees: Collection, ask: Ask) -> None:
    assert ids(ask(ITEMS)) == [1, 2, 3, 4, 5]
    rule = AccessRule.objects.create(role="public", collection="trees", verb="view", allow=False)
    ask(ITEMS, status=404)
    rule.delete()
    AccessRule.objects.create(role="public", collection="trees", verb="view", field="age", allow=False)
    assert "age" not in ask(f"{ITEMS}/1")["properties"]
    ask(ITEMS, status=400, filter="age = 120")


def test_a_register_is_read_as_it_was(ask: Ask) -> None:
    ring = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    square = MultiPolygon(Polygon([(EAST + x, NORTH + y) for x, y in ring]), srid=28191)
    now = timezone.now()
    days = {number: now - timedelta(days=number) for number in (400, 300, 200)}
    Basin.objects.create(number="71", geom=square, begin_lifespan=days[400], end_lifespan=days[200])
    Basin.objects.create(number="72", geom=square, begin_lifespan=days[200])

    def numbers(when: str) -> list[str]:
        found = ask("collections/basins/items", datetime=when) if when else ask("collections/basins/items")
        return [one["properties"]["number"] for one in found["features"]]

    assert numbers("") == ["72"]
    assert numbers(days[300].isoformat()) == ["71"]
    assert numbers(days[300].date().isoformat()) == ["71"]
    assert numbers(f"{days[300].isoformat()}/..") == ["71", "72"]
    assert numbers(f"../{days[300].date()}") == ["71"]
    assert numbers(f"{(now - timedelta(days=900)).date()}/{(now - timedelta(days=800)).date()}") == []


def test_tiles_are_those_of_the_map_by_row_and_column(trees: Collection, ask: Ask, client: Any) -> None:
    described = ask("collections/trees/tiles/WebMercatorQuad")
    template = next(one["href"] for one in described["links"] if one["rel"] == "item")
    path = template.split("/ogc/")[1].format(tileMatrix=14, tileRow=6641, tileCol=9796)
    tile = client.get(f"/ogc/{path}")
    assert tile.content == client.get("/tiles/trees/14/9796/6641.mvt").content != b""
    assert ask("collections/trees/tiles")["tilesets"][0]["tileMatrixSetURI"].endswith("WebMercatorQuad")
    matrices = ask("tileMatrixSets/WebMercatorQuad")["tileMatrices"]
    assert (matrices[3]["matrixWidth"], len(matrices)) == (8, 23)
    assert ask("tileMatrixSets")["tileMatrixSets"][0]["id"] == "WebMercatorQuad"


def test_people_get_pages_in_their_language_and_without_script_in_values(
    trees: Collection, client: Any
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE imported.trees SET name = '<script>x</script>' WHERE id = 2")
    paths = ("", "conformance", "api", "collections", "collections/trees", "collections/trees/queryables",
             "collections/trees/sortables", ITEMS, f"{ITEMS}/2")  # fmt: skip
    for path in paths:
        answer = client.get(f"/ogc/{path}", headers={"Accept": "text/html", "Accept-Language": "ar"})
        text = answer.content.decode()
        assert answer.status_code == 200
        assert 'dir="rtl"' in text, path
        assert "<script>x" not in text
    assert "أشجار" in client.get(f"/ogc/{ITEMS}?f=html&lang=ar").content.decode()


def test_only_reading_is_answered_where_only_reading_is_meant(trees: Collection, client: Any) -> None:
    for path in ("", "collections", "collections/trees", "conformance", "api"):
        assert client.delete(f"/ogc/{path}").status_code == 405, path
    same = client.get(f"/ogc/{ITEMS}/1")
    assert client.get(f"/ogc/{ITEMS}/1", headers={"If-None-Match": same["ETag"]}).status_code == 304
    assert same["Cache-Control"] == "private, no-cache"
