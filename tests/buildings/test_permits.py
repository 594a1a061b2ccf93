"""What a permit or a visit says against the register: queues that find it, and entries taken from a permit."""

import uuid
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from accounts.models import User
from buildings.actions.register import enter_part
from buildings.models import Building, BuildingSettings, Floor, Permit
from buildings.queues import BEYOND_PERMIT, DIFFERS, NOT_PERMITTED, VISITED
from reconciliation.actions.filling import fill
from reconciliation.actions.visiting import receive
from reconciliation.declaring import Queue
from reconciliation.models import Case
from tests.cast import person

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
SignIn = Callable[..., Client]


def permit(house: Building, **values: object) -> Permit:
    given = {
        "number": "2001/7",
        "issued_on": "2001-02-03",
        "use": "residential",
        "floors": 2,
        "covered_m2": "400",
        **values,
    }
    made = enter_part(kind="permits", building_id=house.pk, values=given)
    assert isinstance(made, Permit)
    return made


def evidence(queue: Queue) -> dict[str, object] | None:
    fill(queue=queue, on=DAY, by=None)
    case = Case.objects.of(queue.key).open().first()
    return case.evidence if case else None


@pytest.mark.parametrize(
    ("permitted", "difference"),
    [
        ({}, None),
        ({"floors": 1}, "floors"),
        ({"covered_m2": "300"}, "area"),
        ({"covered_m2": "370"}, None),
        ({"use": "agricultural"}, "use"),
        ({"floors": 1, "covered_m2": "200"}, "several"),
    ],
)
def test_what_was_built_beyond_its_permit_is_found(
    house: Building, permitted: dict[str, object], difference: str | None
) -> None:
    permit(house, **permitted)
    found = evidence(BEYOND_PERMIT)
    assert (found and found["difference"]) == difference
    assert evidence(NOT_PERMITTED) is None


def test_a_later_permit_adds_to_an_earlier_one(house: Building) -> None:
    permit(house, floors=1, covered_m2="200")
    permit(house, number="2010/9", issued_on="2010-01-01", covered_m2="200")
    assert evidence(BEYOND_PERMIT) is None


def test_a_building_without_a_permit_is_found_unless_it_is_older_than_the_law(house: Building) -> None:
    assert evidence(NOT_PERMITTED) is None, "a register without permits can miss none"
    elsewhere = Permit.objects.create(number="1/1", issued_on=DAY, floors=1, covered_m2=100)
    found = evidence(NOT_PERMITTED)
    assert found is not None
    assert (found["floors"], found["covered_m2"], found["parcel"]) == (2, 400.0, "7 / 12/3")
    Building.objects.update(year_built=1950)
    assert evidence(NOT_PERMITTED) is None
    BuildingSettings.objects.create(pk=1, permits_since=1940)
    assert evidence(NOT_PERMITTED) is not None
    Permit.objects.filter(pk=elsewhere.pk).update(parcel=house.parcel)
    assert evidence(NOT_PERMITTED) is None, "a permit for the parcel covers what stands on it"


def visited(house: Building, by: User, **answers: str) -> None:
    case = Case.objects.create(
        queue=DIFFERS.key, subject=f"building:{house.pk}", label=house.code, collection="buildings", feature=house.pk,
        basis="b", rank=1, first_found_on=DAY,
    )  # fmt: skip
    at = datetime(2026, 5, 30, 10, tzinfo=ZoneInfo("Asia/Hebron"))
    receive(
        visit_id=uuid.uuid4(), case=case, base_version=1, result="confirmed", note="", answers=answers, visited_at=at,
        by=by,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "difference"),
    [
        ({"floors": "2", "use": "residential", "footprint_m2": "205"}, None),
        ({"floors": "٣"}, "floors"),
        ({"footprint_m2": "٢٦٠٫٥"}, "area"),
        ({"use": "commercial"}, "use"),
        ({"floors": "4", "use": "mixed"}, "several"),
        ({}, None),
    ],
)
def test_what_a_visitor_saw_is_laid_against_the_register(
    house: Building, answers: dict[str, str], difference: str | None
) -> None:
    visited(house, person("surveyor"), **answers)
    found = evidence(VISITED)
    assert (found and found["difference"]) == difference


def test_a_register_that_follows_the_visit_ends_the_case(house: Building) -> None:
    visited(house, person("surveyor"), floors="3")
    assert fill(queue=VISITED, on=DAY, by=None).opened == 1
    Building.objects.update(floors=3)
    assert fill(queue=VISITED, on=DAY, by=None).gone == 1


def test_a_building_is_entered_as_its_permit_allows_it(sign_in: SignIn, house: Building) -> None:
    Floor.objects.create(building=house, level=0, covered_m2=100)
    held = permit(house, floors=3, use="mixed", covered_m2="300.01")
    client = sign_in("engineer")
    address = f"/staff/buildings/{house.pk}/permits/{held.pk}/take/"
    assert client.post(address, {"version": house.version}).status_code == 302
    house.refresh_from_db()
    assert (house.use, house.floors) == ("mixed", 3)
    areas = list(Floor.objects.in_force().order_by("level").values_list("covered_m2", flat=True))
    assert (areas, sum(areas)) == ([Decimal(100), Decimal("100.01"), Decimal(100)], Decimal("300.01"))
    assert client.post(address, {"version": 1}).status_code == 412
    page = client.get(f"/staff/buildings/{house.pk}/").content.decode()
    assert "2001/7" in page
    assert sign_in("auditor").post(address, {"version": house.version}).status_code == 403


def test_a_permit_is_refused_by_field(sign_in: SignIn, house: Building) -> None:
    client = sign_in("engineer")
    given = {"number": "", "issued_on": "2001-02-30", "use": "residential", "floors": 0, "covered_m2": -1}
    answer = client.post(
        f"/api/v1/buildings/{house.pk}/permits?lang=en", {"values": given}, content_type="application/json"
    )
    assert answer.status_code == 422
    assert not Permit.objects.exists()
    permit(house)
    twice = client.post(
        f"/api/v1/buildings/{house.pk}/permits",
        {"values": {**given, "number": "2001/7", "issued_on": "2002-01-01", "floors": 1, "covered_m2": 9}},
        content_type="application/json",
    )
    assert twice.status_code == 422
    assert Permit.objects.count() == 1
