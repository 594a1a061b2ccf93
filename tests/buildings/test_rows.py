"""The register in the attribute table: cells, many rows at once and other programs, all by the register's own rules."""

import json
from typing import Any

import pytest

from accounts.models import AccessRule
from audit.models import AuditEvent
from buildings.models import Building, Floor, Unit
from tests.buildings.conftest import box
from tests.buildings.test_register import SignIn, send, square_at

pytestmark = pytest.mark.django_db
ITEMS = "/api/v1/collections/{}/items"


def cell(client: Any, collection: str, row: Any, tag: str | None = None, **properties: object) -> Any:
    path = f"{ITEMS.format(collection)}/{row.pk}"
    return send(client, "patch", path, f'"{row.version}"' if tag is None else tag, properties=properties)


def test_a_cell_is_saved_under_its_version_and_refused_by_the_rules_of_the_register(
    sign_in: SignIn, house: Building
) -> None:
    client = sign_in("engineer")
    table = client.get("/staff/layers/buildings/table/").context["table"]
    assert {"use", "floors", "house_number", "year_built"} <= set(table["editable"])
    assert not {"footprint_m2", "street_ar"} & set(table["editable"])

    saved = cell(client, "buildings", house, use="commercial", floors="٣", house_number=None)
    assert saved.status_code == 200
    house.refresh_from_db()
    assert (house.use, house.floors, house.house_number, house.version) == ("commercial", 3, "", 2)
    kept = AuditEvent.objects.filter(relation="public.buildings_building", row_id=str(house.pk)).first()
    assert kept is not None
    assert {name for name, _before, _after in kept.differences()} >= {"use", "floors"}

    assert cell(client, "buildings", house, tag="", floors=4).status_code == 428
    stale = cell(client, "buildings", house, tag='"1"', floors=4)
    assert stale.status_code == 412
    assert stale.json()["current"]["properties"]["floors"] == 3
    for field, value in (
        ("floors", "many"),
        ("floors", 999),
        ("floors", None),
        ("use", "castle"),
        ("footprint_m2", 5),
    ):
        refused = cell(client, "buildings", house, **{field: value})
        assert refused.status_code == 422, field
        assert field in [one["field"] for one in refused.json()["errors"]]
    house.refresh_from_db()
    assert (house.floors, house.version) == (3, 2)


def test_who_may_not_change_a_building_or_one_of_its_fields_changes_no_cell(
    sign_in: SignIn, house: Building
) -> None:
    assert cell(sign_in("clerk"), "buildings", house, floors=5).status_code == 403
    assert cell(sign_in(), "units", house, floor=5).status_code in (403, 404)
    AccessRule.objects.create(
        collection="buildings", field="year_built", role="engineer", verb="edit", allow=False
    )
    client = sign_in("engineer")
    assert cell(client, "buildings", house, year_built=1990).status_code == 403
    assert "year_built" not in client.get("/staff/layers/buildings/table/").context["table"]["editable"]
    assert cell(client, "buildings", house, floors=5).status_code == 200


def test_many_rows_are_changed_after_a_look_or_none(sign_in: SignIn, house: Building) -> None:
    Building.objects.create(code="7-12/3-2", parcel=house.parcel, floors=1, geom=box(174740, 180810, 20, 10))
    client = sign_in("engineer")
    path = "/api/v1/collections/buildings/bulk"
    looked = send(client, "post", f"{path}/preview", query="floors__lte=2", values={"condition": "fair"})
    assert looked.status_code == 200, looked.content
    assert looked.json()["matched"] == 2
    assert [row["after"] for row in looked.json()["rows"]] == [["fair"], ["fair"]]
    assert set(Building.objects.values_list("condition", flat=True)) == {"good"}
    bad = send(client, "post", f"{path}/preview", query="", values={"floors": "900"})
    assert bad.json()["refused"]


def test_floors_and_units_are_cells_too_and_end_by_their_own_rules(sign_in: SignIn, house: Building) -> None:
    client = sign_in("surveyor")
    unit = Unit.objects.create(building=house, number="1", area_m2=90)
    low, _high = (Floor.objects.create(building=house, level=level, covered_m2=190) for level in (0, 1))
    assert cell(client, "units", unit, area_m2="95.5").status_code == 200
    twice = cell(client, "floors", low, level=1)
    assert twice.status_code == 422
    assert client.delete(f"{ITEMS.format('units')}/{unit.pk}", HTTP_IF_MATCH='"1"').status_code == 412
    assert client.delete(f"{ITEMS.format('units')}/{unit.pk}", HTTP_IF_MATCH='"2"').status_code == 204
    unit.refresh_from_db()
    assert unit.end_lifespan is not None


def test_other_programs_write_the_register_by_the_same_rules(sign_in: SignIn, house: Building) -> None:
    client, items = sign_in("engineer"), "/ogc/collections/buildings/items"
    feature = {
        "type": "Feature",
        "geometry": square_at(174750, 180820),
        "properties": {"use": "school", "floors": 1},
    }
    crs = {
        "content_type": "application/geo+json",
        "HTTP_CONTENT_CRS": "<http://www.opengis.net/def/crs/EPSG/0/28191>",
    }
    made = client.post(items, json.dumps(feature), **crs)
    assert made.status_code == 201, made.content
    new = Building.objects.get(use="school")
    assert new.code.startswith("7-12/3-")
    again = client.post(items, json.dumps(feature), **crs)
    assert again.status_code == 409
    assert Building.objects.count() == 2
