"""The ledger's pages: the auditor searches and takes the journal along; a refused form is not lost."""

import csv
import io
import json
import re
from decimal import Decimal as D

import pytest

from ledger.actions.payment import take_payment
from ledger.models import Entry, Posting
from ledger.views.common import today
from tests.ledger.ground import SPRING, bill, party

pytestmark = pytest.mark.django_db


def pay(who, amount="5.00", on=SPRING):
    return take_payment(party_id=who.pk, amount=D(amount), currency="ILS", method="bank", on=on, by=None)


def test_the_auditor_finds_postings_by_receipt_day_kind_and_reason(sign_in):
    who = party()
    bill(who, "200.00")
    first, second = pay(who), pay(who, on=today())
    auditor = sign_in("auditor")

    def found(**asked):
        return {posting.pk for posting in auditor.get("/staff/journal/", asked).context["page"]}

    assert found(q=str(first)) == {first.posting_id}
    # A short number also stands in the reasons of others ("tax 2026").
    assert second.posting_id in found(q=str(second.posting_id))
    assert found(**{"from": today().isoformat()}) == {second.posting_id}
    assert found(kind="payment", to=SPRING.isoformat()) == {first.posting_id}
    assert found(q="no such reason") == set()
    assert found(kind="billing") == set(Posting.objects.filter(kind="billing").values_list("pk", flat=True))
    assert auditor.get("/staff/journal/?from=yesterday").status_code == 422


@pytest.mark.django_db(transaction=True)
def test_the_exported_journal_balances_and_carries_its_seals(sign_in):
    who = party("=cmd()")
    bill(who, "200.00")
    pay(who)
    answer = sign_in("auditor").get("/staff/journal/export.csv?lang=en")
    text = answer.getvalue().decode()
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert text.startswith("\ufeff")
    assert len(rows) == Entry.objects.count()
    assert sum(D(row["Debit"] or 0) for row in rows) == sum(D(row["Credit"] or 0) for row in rows) > 0
    assert all(row["Seal"] for row in rows)
    assert not re.search(r"(^|,)[=+@]", text, re.M)
    assert sign_in("clerk").get("/staff/journal/export.csv").status_code == 404


def test_a_refused_form_comes_back_once_with_what_was_typed_and_what_is_wrong(sign_in):
    who, clerk = party(), sign_in("clerk")
    bill(who, "200.00")
    page = f"/staff/accounts/{who.pk}/"
    form = {"amount": "1.005", "currency": "ILS", "method": "bank", "reference": "T-7", "key": "k"}
    clerk.post(f"{page}pay/?lang=en", form)
    text = clerk.get(f"{page}?lang=en").content.decode()
    kept = json.loads(re.search(r'<script id="refused-form" type="application/json">(.*?)</script>', text)[1])
    assert kept["action"] == f"{page}pay/"
    assert kept["values"]["reference"] == ["T-7"]
    assert set(kept["faults"]) == {"amount"}
    assert "refused-form" not in clerk.get(page).content.decode()


def test_the_closed_days_say_who_closed_them_and_what_came_in(sign_in):
    who, treasurer = party(), sign_in("treasurer")
    bill(who, "200.00")
    pay(who, "7.00", on=today())
    treasurer.post("/staff/days/close/", {"on": today().isoformat()})
    page = treasurer.get("/staff/days/?lang=en").content.decode()
    assert page.count("7.00") == 2
    assert page.count("Bank transfer") == 2


def test_before_anything_is_asked_the_accounts_page_lists_who_is_in_arrears_and_writes_them_to_a_file(
    sign_in,
):
    late, later, settled = party("سعاد"), party("هاني"), party("نبيل")
    bill(late, "200.00", key=1, period="2024")
    bill(later, "300.00", key=2, period="2025")
    bill(settled, "100.00", key=3, period="2024")
    pay(settled, "500.00", on=today())
    clerk = sign_in("clerk")
    page = clerk.get("/staff/accounts/")
    assert [(row["name"], row["owed"]) for row in page.context["late"]] == [
        ("هاني", D("300")),
        ("سعاد", D("200")),
    ]
    assert page.context["page"].paginator.count == 2
    by_day = clerk.get("/staff/accounts/?sort=since&page=9").context["late"]
    assert [row["name"] for row in by_day] == ["سعاد", "هاني"]
    assert clerk.get("/staff/accounts/?q=نبيل").context["parties"] == [settled]
    written = clerk.get("/staff/accounts/arrears.csv").content.decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(written))][1:] == ["هاني", "سعاد"]
    assert sign_in("engineer").get("/staff/accounts/arrears.csv").status_code == 404
