"""Payments: allocation, discounts, penalties, over-payment, voids, refunds."""

from datetime import date
from decimal import Decimal as D

import pytest

from ledger.actions.accounts import credit_of, named
from ledger.actions.counter import bounce_cheque, close_day, close_shift, hand_in, open_shift
from ledger.actions.payment import apply_credit, refund_credit, take_payment, void_receipt
from ledger.actions.relief import (
    agree_plan,
    approve_write_off,
    propose_write_off,
    reduce_charge,
    review_plans,
)
from ledger.errors import AlreadyReversed, AmountRefused, DayClosed, OwnSignature, ShiftMissing
from ledger.models import Amnesty, Entry, Receipt, ReceiptVoid
from ledger.plans import missed_on
from ledger.queries import balance, open_items
from tests.ledger.ground import SPRING, TERMS, bill, party, user

pytestmark = pytest.mark.django_db


def pay(who, amount, *, on=SPRING, method="bank", currency="ILS", **more):
    return take_payment(
        party_id=who.pk, amount=D(amount), currency=currency, method=method, on=on, by=user("cashier"), **more
    )


def owed(who, on=SPRING):
    return sum((item.quote(on).total for item in open_items(who.pk, on=on)), D(0))


def test_paying_within_the_discount_settles_for_less():
    who = party()
    bill(who, "200.00")
    on = date(2026, 2, 1)
    assert owed(who, on) == D("180.00")
    pay(who, "180.00", on=on)
    assert owed(who, on) == 0
    assert balance(named("discount", "property", "ILS")) == D("20.00")


def test_a_part_payment_in_the_discounts_window_gets_none():
    who = party()
    bill(who, "200.00")
    pay(who, "100.00", on=date(2026, 2, 1))
    assert owed(who, date(2026, 2, 1)) == D("90.00")
    assert balance(named("discount", "property", "ILS")) == 0


def test_late_payment_books_the_penalty_of_its_day():
    who = party()
    bill(who, "200.00")
    assert owed(who) == D("206.00")
    pay(who, "206.00")
    assert owed(who) == 0
    assert balance(named("penalty", "property", "ILS")) == D("-6.00")


def test_a_part_payment_takes_the_penalty_first_and_the_rest_stays_open():
    who = party()
    bill(who, "200.00")
    receipt = pay(who, "50.00")
    assert receipt.lines[0]["penalty"] == "6.00"
    assert receipt.lines[0]["principal"] == "44.00"
    assert owed(who) == D("156.00")
    # A month later only the open 156 have grown by one more per cent.
    assert owed(who, date(2026, 6, 15)) == D("157.56")


def test_oldest_is_paid_first_and_what_is_left_over_is_an_advance():
    who = party()
    bill(who, "100.00", period="2026", key=1)
    bill(who, "100.00", period="2025", key=1)
    receipt = pay(who, "500.00")
    assert [line["period"] for line in receipt.lines] == ["2025", "2026"]
    assert owed(who) == 0
    paid = sum(D(line["principal"]) + D(line["penalty"]) for line in receipt.lines)
    assert balance(credit_of(who.pk, "ILS")) == paid - 500


def test_an_advance_is_used_for_the_next_bill_and_no_more_than_it_is_paid_back():
    who = party()
    pay(who, "80.00")
    bill(who, "50.00")
    apply_credit(party_id=who.pk, currency="ILS", on=date(2026, 1, 1), by=user("cashier"))
    assert owed(who) == 0
    assert balance(credit_of(who.pk, "ILS")) == D("-35.00")
    with pytest.raises(AmountRefused):
        refund_credit(
            party_id=who.pk,
            amount=D("36.00"),
            currency="ILS",
            method="bank",
            on=SPRING,
            by=user("c"),
            reason="x",
        )
    refund_credit(
        party_id=who.pk, amount=D("35.00"), currency="ILS", method="bank", on=SPRING, by=user("c"), reason="x"
    )
    assert balance(credit_of(who.pk, "ILS")) == 0


def test_a_void_keeps_the_number_and_reopens_the_charge_as_if_never_paid():
    who = party()
    bill(who, "200.00")
    receipt = pay(who, "206.00")
    void_receipt(receipt, reason="wrong person", on=SPRING, by=user("treasurer"))
    assert owed(who) == D("206.00")
    assert owed(who, date(2026, 6, 15)) == D("208.00")
    assert Receipt.objects.get().number == 1
    assert ReceiptVoid.objects.get().reason == "wrong person"
    with pytest.raises(AlreadyReversed):
        void_receipt(receipt, reason="again", on=SPRING, by=user("treasurer"))


def test_the_payment_of_a_used_advance_cannot_be_undone():
    who = party()
    receipt = pay(who, "80.00")
    bill(who, "50.00")
    apply_credit(party_id=who.pk, currency="ILS", on=SPRING, by=user("cashier"))
    with pytest.raises(AmountRefused):
        void_receipt(receipt, reason="?", on=SPRING, by=user("treasurer"))


@pytest.mark.parametrize("amount", ["0", "-5.00", "1.005"])
def test_an_amount_that_is_no_money_is_refused(amount):
    with pytest.raises(AmountRefused):
        pay(party(), amount)


def test_receipt_numbers_start_anew_each_year_and_follow_one_another():
    who = party()
    numbers = [
        str(pay(who, "1.00", on=day)) for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 1))
    ]
    assert numbers == ["A-2025-000001", "A-2026-000001", "A-2026-000002"]


def test_the_ministrys_tenth_is_owed_to_it_when_the_tax_is_paid():
    who = party()
    split = {
        **TERMS,
        "discounts": [],
        "penalty": {"kind": "none"},
        "split": [["municipality", "0.9"], ["ministry", "0.1"]],
    }
    bill(who, "192.500", currency="JOD", terms=split)
    assert balance(named("beneficiary", "ministry", "JOD")) == 0
    pay(who, "192.500", currency="JOD")
    assert balance(named("beneficiary", "ministry", "JOD")) == D("-19.250")


def test_cash_needs_an_open_drawer_and_the_closing_count_goes_to_the_vault():
    who, cashier = party(), user("cashier")
    with pytest.raises(ShiftMissing):
        pay(who, "10.00", method="cash")
    shift = open_shift(cashier=cashier, currency="ILS", opening=D("100.00"), on=SPRING)
    pay(who, "10.00", method="cash")
    with pytest.raises(AmountRefused):
        close_shift(shift, counted=D("109.00"), by=cashier)
    closed = close_shift(shift, counted=D("109.00"), by=cashier, note="coin lost")
    assert closed.expected == D("110.00")
    assert balance(named("cash", str(cashier.pk), "ILS")) == 0
    assert balance(named("over_short", str(cashier.pk), "ILS")) == D("1.00")


def test_a_bounced_cheque_reopens_the_charge():
    who, cashier = party(), user("cashier")
    bill(who, "200.00")
    open_shift(cashier=cashier, currency="ILS", opening=D(0), on=SPRING)
    receipt = pay(who, "206.00", method="cheque", reference="4711")
    assert balance(named("cheques", "", "ILS")) == D("206.00")
    bounce_cheque(receipt, on=date(2026, 5, 20), by=cashier, reason="no cover")
    assert owed(who, date(2026, 5, 20)) == D("206.00")
    assert balance(named("cheques", "", "ILS")) == 0


def test_a_collectors_cash_is_in_custody_until_it_is_counted():
    who, collector = party(), user("collector")
    take_payment(
        party_id=who.pk, amount=D("40.00"), currency="ILS", method="collector", on=SPRING, by=collector
    )
    assert balance(named("custody", str(collector.pk), "ILS")) == D("40.00")
    with pytest.raises(AmountRefused):
        hand_in(collector=collector, counted=D("41.00"), currency="ILS", on=SPRING, by=user("cashier"))
    hand_in(collector=collector, counted=D("40.00"), currency="ILS", on=SPRING, by=user("cashier"))
    assert balance(named("custody", str(collector.pk), "ILS")) == 0


def test_a_closed_day_takes_nothing_more_and_an_open_drawer_keeps_it_open():
    who, cashier = party(), user("cashier")
    shift = open_shift(cashier=cashier, currency="ILS", opening=D(0), on=SPRING)
    pay(who, "10.00", method="cash")
    with pytest.raises(ShiftMissing):
        close_day(on=SPRING, by=user("treasurer"))
    close_shift(shift, counted=D("10.00"), by=cashier)
    assert close_day(on=SPRING, by=user("treasurer")).totals["received"] == [
        {"method": "cash", "currency": "ILS", "amount": "10.000"}
    ]
    with pytest.raises(DayClosed):
        pay(who, "1.00", on=SPRING)
    with pytest.raises(DayClosed):
        pay(who, "1.00", on=date(2026, 5, 1))


def test_a_write_off_needs_a_second_person():
    who = party()
    due = bill(who, "200.00")
    proposal = propose_write_off(party_id=who.pk, bill=due, reason="insolvent", by=user("clerk"))
    with pytest.raises(OwnSignature):
        approve_write_off(proposal, by=user("clerk"), on=SPRING)
    approve_write_off(proposal, by=user("treasurer"), on=SPRING)
    assert open_items(who.pk, on=SPRING) == []
    assert balance(named("write_off", "property", "ILS")) == D("200.00")


def test_an_upheld_objection_lowers_the_charge_and_what_was_overpaid_is_an_advance():
    who = party()
    due = bill(who, "200.00")
    pay(who, "180.00", on=date(2026, 1, 5))
    reduce_charge(
        party_id=who.pk, bill=due, amount=D("50.00"), on=SPRING, by=user("t"), reason="objection upheld"
    )
    assert open_items(who.pk, on=SPRING) == []
    assert balance(credit_of(who.pk, "ILS")) == D("-50.00")


def test_a_plan_freezes_lateness_while_kept_and_breaks_on_the_day_it_is_not():
    who = party()
    due = bill(who, "200.00")
    parts = [(date(2026, 6, 15), D("103.00")), (date(2026, 7, 15), D("103.00"))]
    plan = agree_plan(
        party_id=who.pk, currency="ILS", bills=[due], instalments=parts, on=SPRING, by=user("t")
    )
    assert owed(who, date(2026, 6, 10)) == D("206.00")
    pay(who, "103.00", on=date(2026, 6, 10))
    assert missed_on(plan, on=date(2026, 7, 15)) is None
    assert owed(who, date(2026, 7, 15)) == D("103.00")
    assert review_plans(on=date(2026, 7, 16)) == 1
    plan.refresh_from_db()
    assert plan.broken_on == date(2026, 7, 15)
    assert owed(who, date(2026, 7, 16)) > D("103.00")


def test_a_plan_must_come_to_what_is_owed():
    who = party()
    due = bill(who, "200.00")
    with pytest.raises(AmountRefused):
        agree_plan(
            party_id=who.pk,
            currency="ILS",
            bills=[due],
            instalments=[(date(2026, 6, 1), D("200.00"))],
            on=SPRING,
            by=user("t"),
        )


def test_an_amnesty_forgives_only_who_pays_all_arrears():
    who = party()
    bill(who, "200.00")
    Amnesty.objects.create(
        title_ar="-", title_en="Amnesty", title_fr="-", valid_from=date(2026, 5, 1), valid_to=date(2026, 5, 31),
        due_before=date(2026, 4, 1), principal_fraction=D("0.2"), penalty_fraction=1, source="Decision 7",
    )  # fmt: skip
    pay(who, "159.00")
    assert owed(who) == D("47.00")
    other = party("مريم خوري")
    bill(other, "200.00", period="2026", key=2)
    pay(other, "160.00")
    assert open_items(other.pk, on=SPRING) == []


def test_a_balance_of_a_past_day_does_not_see_what_came_later():
    who = party()
    bill(who, "200.00")
    pay(who, "180.00", on=date(2026, 1, 20))
    account = Entry.objects.filter(account__party=who, part="charge").get().account
    assert balance(account, on=date(2026, 1, 19)) == D("200.00")
    assert balance(account, on=date(2026, 1, 20)) == 0
