"""The queues of tax: what the registers disagree on, what it is worth a year, and what deciding does."""

import io
from decimal import Decimal as D

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from buildings.models import Unit
from core.errors import Conflict, Unprocessable
from reconciliation.actions import filling
from reconciliation.models import Case
from reconciliation.registry import find
from taxation.actions import discrepancies, standing
from taxation.actions.assessing import propose
from taxation.models import Discrepancy, TaxUnit
from tests.cast import person
from tests.taxation.ground import NEW_YEAR, pack
from tests.taxation.town import building, taxed

pytestmark = pytest.mark.django_db


def look():
    return discrepancies.look(on=timezone.localdate())


@pytest.fixture
def town():
    """One assessed building of 100 m² with a rent of 1,000, so that 10 dinars a metre are usual."""
    pack()
    unit = taxed("1-1", 0, annual_rent="1000")
    propose(unit, "ps-building", on=NEW_YEAR, by=None)
    return unit


def test_what_is_registered_and_not_taxed_is_worth_what_its_like_pay(town):
    building("2-2", 50, area=200)
    assert look() == {"untaxed": 1, "unfound": 0, "differs": 0}
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
    look()
    standing.look_at_all(on=timezone.localdate())
    filling.fill(queue=find("tax-untaxed"), on=timezone.localdate(), by=None)
    case = Case.objects.get(queue="tax-untaxed")
    assert (case.label, case.yearly_value, case.currency) == ("2-2-1", D("272.000"), "JOD")
    assert case.geom is not None
