"""Many payers at once: nothing lost, nothing doubled, no number skipped."""

import random
import threading
from collections.abc import Callable
from decimal import Decimal as D

import pytest
from django.db import connection

from core.errors import DomainError
from ledger.actions import online
from ledger.actions.payment import take_payment, void_receipt
from ledger.integrity import breaches
from ledger.models import OnlinePayment, Receipt
from ledger.providers import provider
from ledger.queries import open_items
from tests.ledger.ground import SPRING, bill, party, user

pytestmark = pytest.mark.django_db(transaction=True)


def together(works: list[Callable[[], object]], *, at_once: int = 20) -> list[BaseException]:
    """Do all works in threads, some at once; return what was raised beyond refusals."""
    gate, faults = threading.Semaphore(at_once), []

    def one(work):
        with gate:
            try:
                work()
            except DomainError:
                pass
            except BaseException as fault:  # a thread's fault must reach the test
                faults.append(fault)
            finally:
                connection.close()

    threads = [threading.Thread(target=one, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def test_callbacks_and_the_browsers_return_book_one_receipt_per_reference():
    chance, debtors = random.Random(6), [party(f"مكلف {n}") for n in range(5)]
    for key, who in enumerate(debtors, 1):
        bill(who, "500.00", key=key)
    payments = []
    for n in range(20):
        who = chance.choice(debtors)
        payments.append(
            online.start(
                party_id=who.pk, amount=D(chance.randint(1, 300)), currency="ILS", bills=[], return_url="/"
            )[0]
        )
        provider("test").decide(payments[-1].reference, "failed" if n % 5 == 4 else "paid")
    calls = [payment.reference for payment in payments for _ in range(chance.randint(1, 5))]
    chance.shuffle(calls)
    faults = together([lambda r=r: online.settle("test", r, on=SPRING) for r in calls])
    assert faults == []
    assert Receipt.objects.count() == 16
    assert OnlinePayment.objects.filter(state="paid").count() == 16
    assert breaches() == []
    assert online.unbooked("test", on=SPRING) == []


def test_two_people_paying_the_same_bill_at_once_do_not_pay_it_twice():
    who = party()
    bill(who, "200.00")
    pay = lambda: take_payment(  # noqa: E731
        party_id=who.pk, amount=D("206.00"), currency="ILS", method="bank", on=SPRING, by=None
    )
    assert together([pay] * 6) == []
    assert Receipt.objects.count() == 6
    assert open_items(who.pk, on=SPRING) == []
    assert breaches() == []


def test_a_receipt_voided_by_many_is_void_once():
    who, clerk = party(), user("clerk")
    receipt = take_payment(
        party_id=who.pk, amount=D("5.00"), currency="ILS", method="bank", on=SPRING, by=clerk
    )
    assert together([lambda: void_receipt(receipt, reason="wrong", on=SPRING, by=clerk)] * 6) == []
    assert breaches() == []
    assert Receipt.objects.filter(void__isnull=False).count() == 1


@pytest.mark.long
def test_a_hundred_payers_with_random_acts():
    crowd(payers=100, acts=20)


def test_a_small_crowd_with_random_acts():
    crowd(payers=10, acts=6)


def crowd(*, payers: int, acts: int) -> None:
    debtors = [party(f"مكلف {n}") for n in range(payers)]
    for key, who in enumerate(debtors, 1):
        bill(who, "500.00", key=key)
    clerk = user("clerk")

    def payer(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(acts):
            who, amount = chance.choice(debtors), D(chance.randint(100, 40000)) / 100
            try:
                receipt = take_payment(
                    party_id=who.pk, amount=amount, currency="ILS", method="bank", on=SPRING, by=clerk
                )
                if chance.random() < 0.2:
                    void_receipt(receipt, reason="test", on=SPRING, by=clerk)
            except DomainError:
                continue

    faults = together([lambda n=n: payer(n) for n in range(payers)], at_once=payers)
    assert faults == []
    assert breaches() == []
