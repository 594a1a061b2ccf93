"""The desk over HTTP: assess, approve, bill, pay, print, verify."""

import re
from datetime import date
from decimal import Decimal as D

import pytest
from django.utils import timezone

from ledger.actions.billing import publish
from ledger.models import Bill, BillRun, Receipt, ReceiptVoid, Shift
from ledger.queries import open_items
from taxation.actions import roll
from taxation.models import Assessment, Clearance, Objection, RulePack
from tests.taxation.ground import owned, pack, unit

pytestmark = pytest.mark.django_db


def billed(owners=1):
    """Return a unit whose owner owes this year's bill, and the owner."""
    if not RulePack.objects.exists():
        pack()
    made = unit(1, annual_rent="2406")
    from taxation.actions.assessing import propose

    year = timezone.localdate().year
    propose(made, "ps-building", on=date(year, 1, 1), by=None)
    (owner,) = owned(made)
    run = roll.start(
        "ps-building", period_start=date(year, 1, 1), period_end=date(year, 12, 31), period=str(year),
        issued_on=date(year, 1, 1), by=None,
    )  # fmt: skip
    publish(roll.carry_on(run, lambda done, total, message: None))
    return made, owner


def test_an_assessor_proposes_an_approver_approves_and_the_desk_shows_it(sign_in):
    pack(approval_above=D("100"))
    made = unit(1)
    assessor, approver = sign_in("assessor"), sign_in("approver")
    form = {"pack": RulePack.objects.get().pk, "annual_rent": "٢٤٠٦", "on": "2026-01-01"}
    refused = assessor.post(f"/staff/tax/units/{made.pk}/assess/", {**form, "annual_rent": "-3"}, follow=True)
    assert not Assessment.objects.exists()
    assert refused.status_code == 200
    assessor.post(f"/staff/tax/units/{made.pk}/assess/", {**form, "annual_rent": "2406"})
    proposal = Assessment.objects.get()
    assert proposal.state == "proposed"
    approver.post(f"/staff/tax/assessments/{proposal.pk}/decide/", {"approve": "1"})
    proposal.refresh_from_db()
    assert proposal.state == "approved"
    page = assessor.get(f"/staff/tax/units/{made.pk}/?lang=en").content.decode()
    assert "327.250" in page
    assert "1,925 × 10%" in page
    assert "327.250" in assessor.get("/staff/tax/?status=unbilled").content.decode()


def test_the_counter_takes_a_payment_once_and_prints_its_receipt(sign_in):
    _made, owner = billed()
    clerk = sign_in("clerk")
    clerk.post("/staff/cashier/open/", {"currency": "JOD", "opening": "50.000"})
    page = clerk.get(f"/staff/accounts/{owner.pk}/").content.decode()
    owed = re.search(r'name="amount" inputmode="decimal" value="([\d.,]+)"', page)[1]
    payment = {"key": "k1", "currency": "JOD", "amount": owed, "method": "cash"}
    for _twice in range(2):
        answer = clerk.post(f"/staff/accounts/{owner.pk}/pay/", payment)
        assert answer.status_code == 302
    receipt = Receipt.objects.get()
    assert receipt.amount == D(owed)
    paper = clerk.get(f"/staff/receipts/{receipt.pk}/receipt.pdf")
    assert paper.content[:5] == b"%PDF-"
    assert str(receipt) in clerk.get(f"/staff/receipts/{receipt.pk}/").content.decode()
    shift = Shift.objects.get()
    clerk.post(f"/staff/cashier/{shift.pk}/close/", {"counted": str(50 + receipt.amount)})
    assert Shift.objects.get().closed_at is not None
    assert "paid" in {
        row[0] for row in sign_in("treasurer").get("/staff/tax/?status=paid").context["legend"] if row[2]
    }


def test_only_the_treasurer_voids_and_a_reason_is_asked_for(sign_in):
    _made, owner = billed()
    clerk, treasurer = sign_in("clerk"), sign_in("treasurer")
    clerk.post("/staff/cashier/open/", {"currency": "JOD", "opening": "0"})
    clerk.post(
        f"/staff/accounts/{owner.pk}/pay/", {"key": "k", "currency": "JOD", "amount": "5", "method": "cash"}
    )
    receipt = Receipt.objects.get()
    assert clerk.post(f"/staff/receipts/{receipt.pk}/void/", {"reason": "x"}).status_code in (403, 404)
    treasurer.post(f"/staff/receipts/{receipt.pk}/void/", {"reason": " "})
    assert not ReceiptVoid.objects.exists()
    treasurer.post(f"/staff/receipts/{receipt.pk}/void/", {"reason": "wrong person"})
    assert ReceiptVoid.objects.get().reason == "wrong person"


def test_the_treasurer_sees_a_dry_run_starts_a_run_and_publishes(sign_in):
    pack()
    made = unit(1, annual_rent="2406")
    owned(made)
    sign_in("assessor").post(
        f"/staff/tax/units/{made.pk}/assess/",
        {"pack": RulePack.objects.get().pk, "annual_rent": "2406", "on": "2026-01-01"},
    )
    treasurer = sign_in("treasurer")
    page = treasurer.get("/staff/tax/roll/?levy=ps-building&year=2026&lang=en").content.decode()
    assert "327.250" in page
    assert (
        treasurer.post("/staff/tax/roll/start/", {"levy": "ps-building", "year": "2026"}).status_code == 302
    )
    run = roll.carry_on(BillRun.objects.get(), lambda done, total, message: None)
    treasurer.post(f"/staff/tax/roll/{run.pk}/act/", {"deed": "publish"})
    run.refresh_from_db()
    assert run.state == "published"
    assert treasurer.get(f"/staff/tax/bills/{Bill.objects.get().pk}/bill.pdf").content[:5] == b"%PDF-"
    assert treasurer.get("/staff/days/").status_code == 200
    assert treasurer.get("/staff/journal/").status_code == 200
    assert treasurer.post("/staff/journal/verify/").status_code == 200


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
def test_every_paper_is_drawn_in_each_language(sign_in, language):
    made, owner = billed()
    assessor = sign_in("assessor")
    papers = [
        f"/staff/accounts/{owner.pk}/statement.pdf",
        f"/staff/accounts/{owner.pk}/demand.pdf",
        f"/staff/tax/assessments/{Assessment.objects.get(unit=made).pk}/notice.pdf",
        f"/staff/tax/bills/{Bill.objects.get().pk}/bill.pdf",
    ]
    for address in papers:
        answer = assessor.get(f"{address}?lang={language}")
        assert answer.content[:5] == b"%PDF-", address


def test_a_clearance_is_refused_while_anything_is_owed_and_verified_without_personal_data(sign_in):
    made, owner = billed()
    clerk = sign_in("clerk")
    clerk.post(f"/staff/tax/parties/{owner.pk}/clear/", {"purpose": "permit"})
    assert not Clearance.objects.exists()
    clerk.post("/staff/cashier/open/", {"currency": "JOD", "opening": "0"})
    clerk.post(
        f"/staff/accounts/{owner.pk}/pay/",
        {"key": "k", "currency": "JOD", "amount": "1000", "method": "cash"},
    )
    clerk.post(f"/staff/tax/parties/{owner.pk}/clear/", {"purpose": "permit"})
    certificate = Clearance.objects.get()
    assert clerk.get(f"/staff/tax/clearances/{certificate.pk}.pdf").content[:5] == b"%PDF-"
    clerk.logout()
    page = clerk.get(f"/verify/{certificate.token}/?lang=en").content.decode()
    assert "genuine and valid" in page
    assert owner.approved_name not in page
    assert clerk.get("/verify/made-up/").status_code == 404
    assert made.label not in page


def test_a_statement_as_csv_opens_in_arabic_and_holds_no_formula(sign_in):
    _made, owner = billed()
    answer = sign_in("treasurer").get(f"/staff/accounts/{owner.pk}/statement.csv?lang=ar")
    assert answer.content.startswith("\ufeff".encode())
    assert "192.500" in answer.content.decode() or "327.250" in answer.content.decode()


def test_an_objection_is_entered_in_time_and_refused_when_late(sign_in):
    made, owner = billed()
    assessor, contested = sign_in("assessor"), Assessment.objects.get(unit=made)
    address = f"/staff/tax/assessments/{contested.pk}/object/"
    form = {
        "party": owner.pk,
        "notified_on": "2026-01-10",
        "filed_on": "2026-03-10",
        "grounds": "rent too high",
    }
    assessor.post(address, form)
    assert not Objection.objects.exists()
    assessor.post(address, {**form, "filed_on": "2026-02-09"})
    filed = Objection.objects.get()
    assert filed.deadline_on == date(2026, 2, 9)
    approver, address = sign_in("approver"), f"/staff/tax/objections/{filed.pk}/act/"
    assert "rent too high" in approver.get("/staff/tax/objections/").content.decode()
    approver.post(address, {"hearing": "1", "hearing_on": "2026-03-01"})
    approver.post(address, {"uphold": "1", "new_total": "400", "decision": "?"})
    filed.refresh_from_db()
    assert filed.state == "hearing"
    before = sum(item.principal for item in open_items(owner.pk, on=timezone.localdate()))
    approver.post(address, {"uphold": "1", "new_total": "300.000", "decision": "Rent was shown to be lower."})
    filed.refresh_from_db()
    assert filed.state == "upheld"
    after = sum(item.principal for item in open_items(owner.pk, on=timezone.localdate()))
    assert before - after == D("27.250")


def test_an_officer_copies_changes_tries_and_enacts_a_pack(sign_in):
    present = pack()
    treasurer = sign_in("treasurer")
    treasurer.post(f"/staff/tax/packs/{present.pk}/copy/")
    draft = RulePack.objects.get(status="draft")
    treasurer.post(
        f"/staff/tax/packs/{draft.pk}/change/",
        {"key": "rate.property", "value": "0.12", "source": "Decision 7", "verified": "on"},
    )
    page = treasurer.get(f"/staff/tax/packs/{draft.pk}/?try=1&annual_rent=2406&lang=en").content.decode()
    assert "231.000" in page
    address, form = f"/staff/tax/packs/{draft.pk}/enact/?lang=en", {"source": "Decision 7"}
    for days, said in (
        ({}, "A rate without a date cannot be enacted."),
        ({"valid_from": "2027-01-01", "valid_to": "2026-01-01"}, "Choose a later day."),
    ):
        assert said in treasurer.post(address, {**form, **days}, follow=True).content.decode()
    treasurer.post(address, {**form, "valid_from": "2027-01-01"})
    draft.refresh_from_db()
    assert draft.status == "enacted"


def test_the_test_provider_pays_and_the_return_page_names_nobody(client):
    from ledger.actions import online

    made, owner = billed()
    payment, address = online.start(
        party_id=owner.pk, amount=D("10.000"), currency="JOD", bills=[], return_url="/"
    )
    assert client.get(address).status_code == 200
    page = client.post(address, {"pay": "1"}, follow=True).content.decode()
    assert Receipt.objects.get().reference == f"test:{payment.reference}"
    assert owner.approved_name not in page
    headers, body = online.provider("test").webhook(payment.reference)
    again = client.post("/pay/test/callback/", body, content_type="application/json", headers=headers)
    assert again.json() == {"state": "paid"}
    forged = client.post(
        "/pay/test/callback/", body, content_type="application/json", headers={"X-Signature": "0"}
    )
    assert forged.status_code == 403
    assert Receipt.objects.count() == 1
    assert made.pk


def test_an_approver_sees_what_to_approve_and_not_who_owes_what(sign_in):
    made, owner = billed()
    approver = sign_in("approver")
    desk = approver.get("/staff/tax/?lang=en").content.decode()
    page = approver.get(f"/staff/tax/units/{made.pk}/?lang=en").content.decode()
    assert "327.250" in desk
    for hidden in ("Late", "Paid"):
        assert hidden not in desk
    assert "bill.pdf" not in page
    assert "Open charges" not in page
    assert approver.get("/staff/tax/?status=late").context["status"] == ""
    assert approver.get(f"/staff/accounts/{owner.pk}/").status_code == 404


def test_the_dashboard_sums_what_was_billed_collected_and_is_open(sign_in):
    _made, owner = billed()
    clerk = sign_in("clerk")
    clerk.post("/staff/cashier/open/", {"currency": "JOD", "opening": "0"})
    clerk.post(
        f"/staff/accounts/{owner.pk}/pay/", {"key": "k", "currency": "JOD", "amount": "100", "method": "cash"}
    )
    (levy,) = clerk.get("/staff/tax/collection/").context["levies"]
    assert (levy["billed"], levy["collected"]) == (D("327.250"), D("100.000"))
    owed = sum(item.principal + item.penalty_open for item in open_items(owner.pk, on=timezone.localdate()))
    assert levy["arrears"] == owed
