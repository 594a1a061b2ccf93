"""The records' API over HTTP: rights, entity tags, refusals, previews."""

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client

from buildings.models import Building
from cadastre.models import Parcel, Record
from planning.models import ZoningDistrict
from tests.cadastre.cast import TODAY, owned, person

HALVES = [[[1025, 2060], [1050, 2060]]]


class Program:
    """A client that sends and reads JSON, and remembers the record's entity tag."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.tag = ""

    def send(self, method: str, path: str, body: object = None, **headers: str):
        """Send a request; returns status and JSON."""
        known = {"HTTP_IF_MATCH": self.tag} if self.tag else {}
        response = self.client.generic(
            method, f"/api/v1{path}", json.dumps(body or {}), content_type="application/json", HTTP_ACCEPT_LANGUAGE="en",
            **{**known, **headers},
        )  # fmt: skip
        self.tag = response.headers.get("ETag", self.tag)
        return response.status_code, response.json()


@pytest.fixture
def program(client: Client) -> Callable[..., Program]:
    def enter(user):
        from tests.conftest import WebClient

        visitor = WebClient()
        visitor.force_login(user)
        return Program(visitor)

    return enter


def split(parcel: Parcel) -> dict:
    """Return an operation that halves a lot of the upper row."""
    return {"kind": "split_line", "arguments": {"parcel": f"p{parcel.pk}", "lines": HALVES}}


def opened(engineer_program: Program) -> int:
    """Open a record with a document; return its id."""
    status, record = engineer_program.send("POST", "/records", {"kind": "subdivision"})
    assert status == 201
    response = engineer_program.client.post(
        f"/api/v1/records/{record['id']}/sources",
        {"kind": "plan", "number": "P-9"},
        HTTP_IF_MATCH=engineer_program.tag,
    )
    assert response.status_code == 200
    engineer_program.tag = response["ETag"]
    return record["id"]


def test_a_day_at_the_counter(lots, program, engineer, approver):
    owned(lots["B2"], ("Amal", 1, 1))
    at_desk, at_head = program(engineer), program(approver)
    record = opened(at_desk)
    status, preview = at_desk.send("POST", f"/records/{record}/preview", split(lots["B2"]))
    assert status == 200
    assert [(p["number"], p["area_m2"], p["frontage_m"]) for p in preview["added"]] == [
        ("104/1", 500.0, 25.0),
        ("104/2", 500.0, 0.0),
    ]
    assert Record.objects.get(pk=record).cursor == 0
    status, kept = at_desk.send("POST", f"/records/{record}/operations", split(lots["B2"]))
    assert (status, kept["can_undo"]) == (200, 1)
    assert [part["part"] for part in kept["follows"]] == ["rights"]
    status, _body = at_desk.send("POST", f"/records/{record}/submit")
    assert status == 200
    at_head.tag = at_desk.tag
    status, done = at_head.send("POST", f"/records/{record}/approve")
    assert (status, done["state"]) == (200, "approved")
    child = Parcel.objects.in_force().get(number="104/1")
    status, tree = at_desk.send("GET", f"/parcels/{child.pk}/lineage")
    assert [(p["number"], p["in_force"]) for p in tree["parcels"]] == [("104", False), ("104/1", True)]


def test_a_change_without_if_match_is_428_and_a_stale_one_412_with_what_is_there(lots, program, engineer):
    at_desk = program(engineer)
    record = opened(at_desk)
    stale = at_desk.tag
    at_desk.tag = ""
    assert at_desk.send("POST", f"/records/{record}/operations", split(lots["B2"]))[0] == 428
    at_desk.tag = stale
    assert at_desk.send("POST", f"/records/{record}/operations", split(lots["B2"]))[0] == 200
    at_desk.tag = stale
    status, body = at_desk.send("POST", f"/records/{record}/undo")
    assert status == 412
    assert body["title"] == "The record has changed since you opened it."
    assert body["detail"] == "It is now at version 3."
    assert body["current"]["can_undo"] == 1
    at_desk.tag = '"999-1"'
    status, foreign = at_desk.send("POST", f"/records/{record}/undo")
    assert (status, foreign["title"]) == (412, body["title"])
    assert foreign["current"]["can_undo"] == 1


@pytest.mark.parametrize(
    ("role", "expected"),
    [("surveyor", 201), ("engineer", 201), ("approver", 403), ("clerk", 403), ("citizen", 404)],
)
def test_engineers_and_surveyors_open_records(program, db, role, expected):
    assert program(person("somebody", role)).send("POST", "/records", {"kind": "correction"})[0] == expected


def test_the_drawer_cannot_approve_even_with_the_role(lots, program, engineer):
    from accounts.models import Membership

    Membership.objects.create(user=engineer, role="approver")
    at_desk = program(engineer)
    record = opened(at_desk)
    at_desk.send("POST", f"/records/{record}/operations", split(lots["B2"]))
    at_desk.send("POST", f"/records/{record}/submit")
    assert at_desk.send("POST", f"/records/{record}/approve")[0] == 403
    assert Parcel.objects.in_force().count() == 8


def test_a_surveyor_is_not_shown_names_of_owners(lots, program, engineer):
    owned(lots["B2"], ("Amal", 1, 1))
    at_desk = program(engineer)
    record = opened(at_desk)
    at_desk.send("POST", f"/records/{record}/operations", split(lots["B2"]))
    assert "Amal" in json.dumps(at_desk.send("GET", f"/records/{record}")[1], ensure_ascii=False)
    outside = program(person("sami", "surveyor"))
    assert "Amal" not in json.dumps(outside.send("GET", f"/records/{record}")[1], ensure_ascii=False)


def test_a_refusal_names_what_and_where(lots, program, engineer):
    at_desk = program(engineer)
    record = opened(at_desk)
    body = {
        "kind": "split_line",
        "arguments": {"parcel": f"p{lots['B2'].pk}", "lines": [[[1030, 2050], [1040, 2050]]]},
    }
    status, problem = at_desk.send("POST", f"/records/{record}/preview", body)
    assert status == 422
    assert problem["title"] == "The line does not cut the parcel in two."
    assert problem["errors"]


def test_presence_names_the_others(lots, program, engineer, surveyor):
    first, second = program(engineer), program(surveyor)
    record = opened(first)
    first.send("POST", f"/records/{record}/presence")
    assert second.send("POST", f"/records/{record}/presence")[1]["others"] == ["layla"]


def test_a_traverse_is_computed_with_its_closure(program, engineer):
    legs = [{"bearing": b, "distance": d} for b, d in ((0, 50), (90, 50), (180, 49.97), (270, 49.96))]
    status, done = program(engineer).send("POST", "/parcels/traverse", {"start": [1000, 2000], "legs": legs})
    assert status == 200
    assert done["closure"] == {
        "east_m": 0.04,
        "north_m": 0.03,
        "error_m": 0.05,
        "length_m": 199.93,
        "one_in": 3999,
    }
    assert done["adjusted"][-1] == pytest.approx([1000, 2000])


def test_buildings_move_to_the_parcel_under_them_and_a_cut_one_needs_a_reason(
    lots, program, engineer, approver
):
    from django.contrib.gis.geos import MultiPolygon, Polygon

    def building(code, *box):
        shape = MultiPolygon(Polygon.from_bbox(box), srid=28191)
        return Building.objects.create(code=code, parcel=lots["B2"], geom=shape)

    low, cut = building("L", 1030, 2045, 1040, 2055), building("C", 1030, 2056, 1040, 2066)
    at_desk, at_head = program(engineer), program(approver)
    record = opened(at_desk)
    _status, kept = at_desk.send("POST", f"/records/{record}/operations", split(lots["B2"]))
    assert [(c["rule"], c["severity"]) for c in kept["checks"]] == [
        ("choices", "blocks"),
        ("building-cut", "needs_reason"),
    ]
    rows = {row["subject"]: row for part in kept["follows"] for row in part["rows"]}
    assert len(rows["Building C"]["options"]) == 2
    south = next(p for p in kept["proposed"] if p["role"] == "child" and p["label"][1] < 2060)
    at_desk.send(
        "POST",
        f"/records/{record}/choices",
        {"part": "buildings", "code": f"building:{cut.pk}", "value": south["key"]},
    )
    assert at_desk.send("POST", f"/records/{record}/submit")[0] == 422
    at_desk.send(
        "POST",
        f"/records/{record}/reasons",
        {"rule": "building-cut", "subject": "C", "reason": "To be demolished."},
    )
    assert at_desk.send("POST", f"/records/{record}/submit")[0] == 200
    at_head.tag = at_desk.tag
    assert at_head.send("POST", f"/records/{record}/approve")[0] == 200
    for row in (low, cut):
        row.refresh_from_db()
        assert row.parcel.number == south["number"]


def test_the_zone_sets_the_smallest_parcel(lots, program, engineer):
    from django.contrib.gis.geos import MultiPolygon, Polygon

    shape = MultiPolygon(Polygon.from_bbox((900, 1900, 1300, 2300)), srid=28191)
    ZoningDistrict.objects.create(code="B", kind="res-b", min_parcel_m2=600, geom=shape)
    at_desk = program(engineer)
    record = opened(at_desk)
    _status, preview = at_desk.send("POST", f"/records/{record}/preview", split(lots["B2"]))
    assert [c["message"] for c in preview["checks"]] == [
        "104/1 has 500.00 m²; zone B demands 600 m².",
        "104/2 has 500.00 m²; zone B demands 600 m².",
    ]


def test_the_zones_of_many_parcels_are_asked_at_once(lots, program, engineer, django_assert_max_num_queries):
    from django.contrib.gis.geos import MultiPolygon, Polygon

    shape = MultiPolygon(Polygon.from_bbox((900, 1900, 1300, 2300)), srid=28191)
    ZoningDistrict.objects.create(code="B", kind="res-b", min_parcel_m2=600, min_frontage_m=10, geom=shape)
    at_desk = program(engineer)
    many = {"kind": "split_parts", "arguments": {"parcel": f"p{lots['B2'].pk}", "count": 12}}
    at_desk.send("POST", "/parcels/preview", many)
    with django_assert_max_num_queries(20):
        _status, preview = at_desk.send("POST", "/parcels/preview", many)
    assert len([c for c in preview["checks"] if c["rule"] == "zone-area"]) == 12
    assert len([c for c in preview["checks"] if c["rule"] == "zone-frontage"]) == 12


def test_others_drafts_are_shown_around(lots, program, engineer, surveyor):
    first, second = program(engineer), program(surveyor)
    record = opened(first)
    first.send("POST", f"/records/{record}/operations", split(lots["B2"]))
    _status, around = second.send("GET", "/parcels/around?bbox=1000,2000,1100,2100")
    assert len(around["in_force"]) == 8
    assert {p["number"] for p in around["others"]} >= {"104/1", "104/2"}
    # The outline says it all; who wants edges measures them.
    assert not any("edges" in plot for plot in (*around["in_force"], *around["others"]))
    assert Record.objects.get(pk=record).dated_on >= TODAY


def test_a_record_for_an_applicant_whom_nobody_knows_is_refused_with_the_field(
    lots, program, engineer
) -> None:
    visitor, nobody = program(engineer), {"applicant_id": 987_654}
    status, problem = visitor.send("POST", "/records", {"kind": "subdivision", **nobody})
    assert (status, [one["field"] for one in problem["errors"]]) == (422, ["applicant"])
    status, problem = visitor.send("PATCH", f"/records/{opened(visitor)}", nobody)
    assert (status, [one["field"] for one in problem["errors"]]) == (422, ["applicant"])


def test_a_parcel_is_found_by_its_number_after_its_basins_in_either_digits(lots, program, engineer, stranger):
    visitor = program(engineer)
    _status, found = visitor.send("GET", "/parcels/find?q=8 ١٠١")
    (one,) = found["parcels"]
    assert (one["id"], one["number"]) == (lots["A1"].pk, "101")
    east, north = one["place"]
    assert 1000 < east < 1025
    assert 1998 < north < 2040
    _status, found = visitor.send("GET", "/parcels/find?q=10")
    assert len(found["parcels"]) == len(lots)
    for nothing in ("9 101", "", "none"):
        assert visitor.send("GET", f"/parcels/find?q={nothing}") == (200, {"parcels": []})
    assert program(stranger).send("GET", "/parcels/find?q=101")[0] == 404


def test_the_plan_opens_on_the_parcel_that_its_address_names(lots, program, engineer):
    page = program(engineer).client.get(f"/staff/parcels/?parcel={lots['C2'].pk}").content.decode()
    place = re.search(r'data-at="([\d.]+),([\d.]+)"', page)
    assert place
    assert 1050 < float(place.group(1)) < 1075
    assert 2040 < float(place.group(2)) < 2080
    assert 'data-at=""' in program(engineer).client.get("/staff/parcels/?parcel=²").content.decode()
