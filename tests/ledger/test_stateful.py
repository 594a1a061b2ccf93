"""Random lives of an account beside a simple model of it (Hypothesis, against the real database)."""

from decimal import Decimal as D

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.errors import DomainError
from ledger.actions.accounts import credit_of, named
from ledger.actions.payment import apply_credit, refund_credit, take_payment, void_receipt
from ledger.integrity import breaches
from ledger.models import Receipt, ReceiptCounter
from ledger.queries import balance, open_items
from tests.ledger.ground import SPRING, TERMS, bill, party, user

PLAIN = {**TERMS, "discounts": [], "penalty": {"kind": "none"}}
CENTS = st.integers(min_value=1, max_value=60000).map(lambda cents: D(cents) / 100)
_keys = iter(range(1, 10**9))


class Life(RuleBasedStateMachine):
    """One party's charges, payments, voids and refunds; `net` is what it owes less what it has in advance."""

    @initialize()
    def begin(self):
        self.who, self.net, self.bank = party(), D(0), balance(named("bank", "", "ILS"))
        self.clerk, self.receipts = user("clerk"), []

    @rule(amount=CENTS)
    def charge(self, amount):
        bill(self.who, str(amount), key=next(_keys), terms=PLAIN)
        self.net += amount

    @rule(amount=CENTS)
    def pay(self, amount):
        self.receipts.append(
            take_payment(
                party_id=self.who.pk, amount=amount, currency="ILS", method="bank", on=SPRING, by=self.clerk
            )
        )
        self.net -= amount
        self.bank += amount

    @precondition(lambda self: self.receipts)
    @rule(pick=st.integers(min_value=0, max_value=100))
    def void(self, pick):
        receipt = self.receipts[pick % len(self.receipts)]
        try:
            void_receipt(receipt, reason="test", on=SPRING, by=self.clerk)
        except DomainError:
            return
        self.net += receipt.amount
        self.bank -= receipt.amount

    @rule()
    def use_advance(self):
        apply_credit(party_id=self.who.pk, currency="ILS", on=SPRING, by=self.clerk)

    @rule(amount=CENTS)
    def refund(self, amount):
        try:
            refund_credit(
                party_id=self.who.pk,
                amount=amount,
                currency="ILS",
                method="bank",
                on=SPRING,
                by=self.clerk,
                reason="x",
            )
        except DomainError:
            return
        self.net += amount
        self.bank -= amount

    @invariant()
    def books_agree(self):
        owed = sum((item.principal for item in open_items(self.who.pk, on=SPRING)), D(0))
        assert owed + balance(credit_of(self.who.pk, "ILS")) == self.net
        assert balance(named("bank", "", "ILS")) == self.bank

    def teardown(self):
        assert breaches() == []
        for counter in ReceiptCounter.objects.all():
            assert Receipt.objects.filter(book=counter.book, year=counter.year).count() == counter.last


def live(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db(transaction=True)
def test_short_lives_of_accounts():
    live(examples=6, steps=12)


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_long_lives_of_accounts():
    live(examples=200, steps=40)
