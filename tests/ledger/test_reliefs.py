"""Exemptions with expiry, amnesties as dated rules, and plans that break for all to see."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from core.errors import Unprocessable
from ledger.actions import exemptions
from ledger.actions.payment import take_payment
from ledger.actions.relief import agree_plan
from ledger.integrity import breaches
from ledger.models import Amnesty, Exemption, ExemptionUse, Plan
from ledger.queries import open_items
from ledger.views.common import today
from tests.conftest import WEB, acting_as
from tests.ledger.ground import SPRING, TERMS, bill, party, user
from tests.ledger.test_payment import owed
from tests.ledger.test_protection import refused

pytestmark = pytest.mark.django_db
PLAIN = {**TERMS, "discounts": [], "penalty": {"kind": "none"}}


def exempt(who, *, fraction="0.5", until=date(2026, 12, 31), **more):
    values = {"collection": "", "feature_id": None, "charge_types": [], "source": "Council 7/2026", **more}
    return exemptions.grant(
        party_id=who.pk, fraction=D(fraction), valid_from=date(2026, 1, 1), valid_to=until, on=today(),
        by=user("treasurer"), **values,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_an_exemption_lightens_the_bills_of_its_days_and_none_after_it_has_expired():
    who = party()
    bill(who, "200.00", terms=PLAIN)
    exempt(who)
    assert owed(who, today()) == D("100.00")
    bill(who, "60.00", key=2, terms=PLAIN)
    assert owed(who, today()) == D("130.00")
    bill(who, "60.00", key=3, period="2027", terms=PLAIN)
    assert owed(who, today() + timedelta(days=800)) == D("190.00")
    assert breaches() == []


def test_what_was_paid_before_the_exemption_becomes_an_advance_and_it_is_used_once():
    who = party()
    bill(who, "200.00", terms=PLAIN)
    take_payment(party_id=who.pk, amount=D("200.00"), currency="ILS", method="bank", on=SPRING, by=None)
    granted = exempt(who)
    assert owed(who, today()) == 0
    exemptions.use_for_run(granted.uses.get().bill.run, on=today(), by=None)
    assert ExemptionUse.objects.count() == 1
    with acting_as(WEB):
        assert refused("DELETE FROM ledger_exemptionuse")


def test_an_exemption_that_ends_early_keeps_what_it_took_off():
    who = party()
    bill(who, "200.00", terms=PLAIN)
    granted = exempt(who, until=today() + timedelta(days=900))
    exemptions.end(granted, on=today())
    granted.refresh_from_db()
    assert granted.valid_to == today()
    assert owed(who, today()) == D("100.00")
    with pytest.raises(Unprocessable):
        exemptions.end(granted, on=today() + timedelta(days=1))


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"fraction": "1.5"}, "fraction"),
        ({"fraction": "0"}, "fraction"),
        ({"until": date(2025, 1, 1)}, "valid_to"),
        ({"source": " "}, "source"),
    ],
)
def test_an_exemption_that_makes_no_sense_is_refused_by_field(fault, field):
    with pytest.raises(Unprocessable) as refusal:
        exempt(party(), **fault)
    assert field in refusal.value.fields
    assert not Exemption.objects.exists()


def declare(**more):
    values = {
        "titles": {"ar": "عفو", "en": "Amnesty", "fr": "Amnistie"}, "valid_from": date(2026, 5, 1),
        "valid_to": date(2026, 5, 31), "due_before": date(2026, 4, 1), "principal": D("0.2"), "penalty": D(1),
        "charge_types": [], "source": "Decision 7",
    } | more  # fmt: skip
    return exemptions.declare_amnesty(**values)


def test_an_amnesty_holds_between_its_days_only_and_no_two_at_once():
    who = party()
    bill(who, "200.00")
    declare()
    with pytest.raises(Unprocessable):
        declare(valid_from=date(2026, 5, 31), valid_to=date(2026, 6, 30))
    with pytest.raises(Unprocessable):
        declare(titles={"ar": "عفو"}, valid_from=date(2026, 7, 1), valid_to=date(2026, 7, 2))
    take_payment(
        party_id=who.pk, amount=D("160.00"), currency="ILS", method="bank", on=date(2026, 6, 1), by=None
    )
    assert owed(who, date(2026, 6, 1)) > 0
    assert Amnesty.objects.count() == 1


def test_a_missed_instalment_counts_before_anybody_has_marked_the_plan():
    who = party()
    due = bill(who, "200.00")
    agree_plan(
        party_id=who.pk, currency="ILS", bills=[due], on=SPRING, by=user("t"),
        instalments=[(date(2026, 6, 15), D("103.00")), (date(2026, 7, 15), D("103.00"))],
    )  # fmt: skip
    assert owed(who, date(2026, 6, 15)) == D("206.00")
    assert owed(who, date(2026, 6, 16)) == D("208.00")
    assert not open_items(who.pk, on=date(2026, 6, 16))[0].frozen_on


def test_the_treasurer_decides_on_the_page_and_the_account_shows_the_broken_plan(sign_in):
    treasurer, who = sign_in("treasurer"), party()
    due = bill(who, "200.00", period="2025", terms=PLAIN)
    form = {
        "party": who.pk,
        "fraction": "25",
        "valid_from": "2025-01-01",
        "valid_to": "2025-12-31",
        "source": "No 1",
    }
    assert treasurer.post("/staff/reliefs/exemption/", form).status_code == 302
    assert owed(who, today()) == D("150.00")
    tomorrow = (today() + timedelta(days=1)).isoformat()
    plan = {"currency": "ILS", "count": "2", "first_on": tomorrow}
    treasurer.post(f"/staff/accounts/{who.pk}/plan/", plan)
    kept = Plan.objects.get()
    assert sum(part.amount for part in kept.instalments.all()) == D("150.00")
    assert kept.covered.get().bill_id == due.pk
    late = (today() + timedelta(days=3)).isoformat()
    assert (
        "An instalment was missed"
        in treasurer.get(f"/staff/accounts/{who.pk}/?on={late}&lang=en").content.decode()
    )
    amnesty = {
        "title_ar": "عفو", "title_en": "A", "title_fr": "A", "valid_from": "2026-01-01", "valid_to": "2026-02-01",
        "due_before": "2026-01-01", "principal": "٢٠", "penalty": "100", "source": "D",
    }  # fmt: skip
    treasurer.post("/staff/reliefs/amnesty/", amnesty)
    assert Amnesty.objects.get().principal_fraction == D("0.2")
    page = treasurer.get("/staff/reliefs/?list=exemptions&lang=en").content.decode()
    assert "No 1" in page
    assert "Expired" in page
    assert "No 1" not in treasurer.get("/staff/reliefs/?list=exemptions&find=No 2").content.decode()
    for which, words, sort in (
        ("plans", "خالد", "party"),
        ("exemptions", "no 1", "until"),
        ("amnesties", "عفو", ""),
    ):
        asked = {"list": which, "find": words, "sort": sort}
        assert treasurer.get("/staff/reliefs/", asked).context["page"].paginator.count == 1
        written = treasurer.get("/staff/reliefs/export.csv", asked).content.decode("utf-8-sig")
        assert len(written.splitlines()) == 2
        assert (
            len(treasurer.get("/staff/reliefs/export.csv", {**asked, "find": "zz"}).content.splitlines()) == 1
        )
