"""The queues of tax: what the registers disagree on, what it is worth a year, and what deciding does."""

import io
from decimal import Decimal as D

import pytest
from django.contrib.gis.geos import LineString
from django.utils import timezone
from openpyxl import load_workbook

from buildings.models import Unit
from core.errors import Conflict, Unprocessable
from networks.models import WaterConnection, WaterMeter
from reconciliation.actions import filling
from reconciliation.models import Case
from reconciliation.registry import find
from taxation.actions import discrepancies, standing
from taxation.actions.assessing import propose
from taxation.models import Discrepancy, TaxUnit
from taxation.reconciliation import SOURCES
from tests.cast import person
from tests.taxation.ground import NEW_YEAR, pack
from tests.taxation.town import EAST, NORTH, building, taxed

pytestmark = pytest.mark.django_db


def look():
    return {source.code: discrepancies.look_at(source, timezone.localdate()) for source in SOURCES}


def metered(code, building_code, *meters, account="CANARY-ACCOUNT", **more):
    """Return a house connection that serves a building, with its meters."""
    line = LineString((EAST, NORTH - 9), (EAST, NORTH), srid=28191)
    pipe = WaterConnection.objects.create(
        code=code, building_code=building_code, account_number=account, geom=line, **more
    )
    for number in meters:
        WaterMeter.objects.create(
            code=f"{code}-{number}", connection=pipe, serial_number=number, installed_on="2014-05-01"
        )
    return pipe


def fill(key):
    return filling.fill(queue=find(key), on=timezone.localdate(), by=None)


@pytest.fixture
def town():
    """One assessed building of 100 m² with a rent of 1,000, so that 10 dinars a metre are usual."""
    pack()
    unit = taxed("1-1", 0, annual_rent="1000")
    propose(unit, "ps-building", on=NEW_YEAR, by=None)
    return unit


def test_what_is_registered_and_not_taxed_is_worth_what_its_like_pay(town):
    building("2-2", 50, area=200)
    assert look() == {"untaxed": 1, "unfound": 0, "differs": 0, "metered": 0}
    row = Discrepancy.objects.get()
    # 200 m² at 10 a metre: rent 2,000, net 1,600, of it 10 % and 7 %.
    assert (row.label, row.revenue, row.currency) == ("2-2-1", D("272.000"), "JOD")
    assert row.evidence["area"] == "200.00"


def test_what_is_taxed_and_gone_would_cost_what_it_brings(town):
    Unit.objects.update(end_lifespan=timezone.now())
    assert look()["unfound"] == 1
    assert Discrepancy.objects.get().revenue == D("-136.000")


def test_another_area_use_or_number_of_floors_is_found_with_its_difference(town):
    Unit.objects.update(area_m2=150)
    assert look()["differs"] == 1
    row = Discrepancy.objects.get()
    assert row.revenue == D("68.000")
    assert (row.evidence["area"], row.evidence["assessed_area"]) == ("150.00", "100.00")
    town.building.floors = 3
    town.building.save()
    assert look()["differs"] == 2
    floors = Discrepancy.objects.get(collection="buildings")
    assert (floors.evidence["floors"], floors.evidence["assessed_floors"]) == (3, 1)


def test_more_meters_than_taxed_units_are_worth_what_the_untaxed_would_pay(town):
    metered("WC-1", "1-1", "a")
    metered("WC-2", "2-2", "b")
    building("2-2", 50, area=200)
    assert look()["metered"] == 1
    row = Discrepancy.objects.get(queue="metered")
    assert (row.label, row.revenue, row.currency) == ("2-2", D("272.000"), "JOD")
    assert (row.evidence["meters"], row.evidence["taxed"], row.evidence["metered_since"]) == (
        1,
        0,
        "2014-05-01",
    )
    discrepancies.decide(row, correct=True, reason="Lived in", by=person("assessor"))
    assert TaxUnit.objects.filter(label="2-2-1").exists()
    assert look()["metered"] == look()["untaxed"] == 0


def test_a_meter_of_the_common_parts_or_of_a_building_taxed_as_a_whole_or_shut_off_says_nothing(town):
    Unit.objects.create(building=town.building, number="0", use="common", area_m2=9)
    metered("WC-1", "1-1", "a", "b")
    metered("WC-2", "1-1", "c", is_active=False)
    house = building("2-2", 50, units=0)
    TaxUnit.objects.create(
        collection="buildings",
        feature_id=house.pk,
        building=house,
        subject="building",
        label="2-2",
        area_m2=9,
    )
    metered("WC-3", "2-2", "d", "e", "f")
    assert look()["metered"] == 0


def test_a_meter_where_nothing_is_registered_is_worth_a_usual_unit_and_lies_on_the_map(town, sign_in):
    pipe = metered("WC-9", "", account="77001")
    fill("tax-metered")
    row, case = Discrepancy.objects.get(queue="metered"), Case.objects.get(queue="tax-metered")
    assert (row.collection, row.feature_id, row.revenue) == ("water-connections", pipe.pk, D("136.000"))
    assert (case.yearly_value, case.geom.coords) == (D("136.000"), pipe.geom[-1])
    assessor = sign_in("assessor")
    assessor.post(
        f"/staff/tax/queues/{row.pk}/decide/",
        {"correct": "1", "reason": "x"},
        headers={"accept-language": "en"},
    )
    row.refresh_from_db()
    assert row.state == "open"
    said = assessor.get("/staff/tax/queues/?queue=metered&lang=en").content.decode()
    assert "enter the building or its units first" in said
    assert "No building is registered here." in said
    assert "77001" not in said


def test_a_decision_needs_a_reason_and_corrects_the_register(town):
    building("2-2", 50)
    look()
    row, assessor = Discrepancy.objects.get(), person("assessor")
    with pytest.raises(Unprocessable):
        discrepancies.decide(row, correct=True, reason=" ", by=assessor)
    discrepancies.decide(row, correct=True, reason="Seen on 3 May", by=assessor)
    assert TaxUnit.objects.filter(label="2-2-1", standing__status="unassessed").exists()
    with pytest.raises(Conflict):
        discrepancies.decide(row, correct=False, reason="again", by=assessor)
    assert look()["untaxed"] == 0


def test_no_fault_holds_until_the_evidence_changes(town):
    unit = Unit.objects.get()
    Unit.objects.update(area_m2=150)
    look()
    discrepancies.decide(Discrepancy.objects.get(), correct=False, reason="Balcony", by=person("assessor"))
    assert look()["differs"] == 0
    Unit.objects.filter(pk=unit.pk).update(area_m2=180)
    assert look()["differs"] == 1
    assert Discrepancy.objects.get().reason == ""


def test_the_page_ranks_by_worth_and_exports_numbers_that_a_spreadsheet_adds(town, sign_in):
    building("2-2", 50, area=50)
    building("3-3", 90, area=300)
    look()
    assessor = sign_in("assessor")
    page = assessor.get("/staff/tax/queues/?queue=untaxed&lang=en")
    assert [row["label"] for row in page.context["rows"]] == ["3-3-1", "2-2-1"]
    assert "476.000" in page.content.decode()
    book = load_workbook(
        io.BytesIO(assessor.get("/staff/tax/queues/export.xlsx?queue=untaxed&lang=ar").content)
    )
    sheet = book.active
    assert sheet.sheet_view.rightToLeft
    assert [row[3].value for row in sheet.iter_rows(min_row=2)] == [408.0, 68.0]
    text = assessor.get("/staff/tax/queues/export.csv?queue=untaxed&lang=ar").content
    assert text.startswith("\ufeff".encode())
    assert "تقدير" in text.decode()
    assert assessor.get("/staff/tax/queues/export.pdf?queue=untaxed").status_code == 404


def test_who_may_only_look_cannot_decide(town, sign_in):
    building("2-2", 50)
    look()
    row = Discrepancy.objects.get()
    form = {"correct": "1", "reason": "x"}
    assert sign_in("auditor").post(f"/staff/tax/queues/{row.pk}/decide/", form).status_code == 403
    assert sign_in("engineer").post(f"/staff/tax/queues/{row.pk}/decide/", form).status_code == 404
    answer = sign_in("assessor").post(f"/staff/tax/queues/{row.pk}/decide/", form)
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.state == "accepted"


def test_the_reconciliation_engine_works_the_same_rows_with_their_worth(town):
    building("2-2", 50, area=200)
    standing.look_at_all(on=timezone.localdate())
    fill("tax-untaxed")
    case = Case.objects.get(queue="tax-untaxed")
    assert (case.label, case.yearly_value, case.currency) == ("2-2-1", D("272.000"), "JOD")
    assert case.geom is not None
    discrepancies.decide(Discrepancy.objects.get(), correct=True, reason="Seen", by=person("assessor"))
    case.refresh_from_db()
    assert (case.state, case.result, case.reason) == ("closed", "corrected", "Seen")
