"""Many payers at once: nothing lost, nothing doubled, no number skipped."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal as D

import pytest
from django.db import connection
from django.db.models import Sum

from core.errors import DomainError
from ledger.actions import online
from ledger.actions.accounts import named
from ledger.actions.payment import apply_credit, refund_credit, take_payment, void_receipt
from ledger.idempotency import once
from ledger.integrity import breaches
from ledger.models import OnlinePayment, Receipt, ReceiptCounter
from ledger.providers import provider
from ledger.queries import balance, open_items
from parties.models import Party
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
    acts = Crowd(payers=100, acts=30, seed=6).live()
    print(
        f"100 payers at once, {sum(acts.values())} acts: {dict(sorted(acts.items()))}; nothing lost or doubled"
    )


def test_a_small_crowd_with_random_acts():
    acts = Crowd(payers=12, acts=8, seed=1).live()
    assert set(acts) >= {"part", "over", "void", "refund", "again", "online", "online refund"}


class Crowd:
    """Payers at once, each with random acts on anybody's account; then everything is counted."""

    def __init__(self, *, payers: int, acts: int, seed: int) -> None:
        self.payers, self.acts, self.seed = payers, acts, seed
        self.debtors = [party(f"مكلف {n}") for n in range(payers // 2)]
        for key, who in enumerate(self.debtors, 1):
            bill(who, "500.00", key=key)
        self.clerk = user("clerk")
        self.done: Counter[str] = Counter()
        self.given_back, self.lock = D(0), threading.Lock()
        self.calls: list[str] = []
        self.receipts: list[Receipt] = []
        self.paid_online: list[OnlinePayment] = []
        self.deeds = {
            "part": self.part, "over": self.over, "void": self.void, "refund": self.refund, "advance": self.advance,
            "again": self.again, "online": self.online, "online refund": self.online_refund,
        }  # fmt: skip

    def live(self) -> Counter[str]:
        """Let all payers act at once; check the books; return how often each act was done."""
        faults = together([lambda n=n: self.payer(n) for n in range(self.payers)], at_once=self.payers)
        assert faults == []
        assert breaches() == []
        assert online.unbooked("test", on=SPRING) == []
        references = Receipt.objects.filter(method="online").values_list("reference", flat=True)
        assert len(references) == len(set(references)) == len(self.paid_online)
        assert Receipt.objects.count() == len(self.receipts) + len(self.paid_online)
        for counter in ReceiptCounter.objects.all():
            numbers = Receipt.objects.filter(book=counter.book, year=counter.year).order_by("number")
            assert list(numbers.values_list("number", flat=True)) == list(range(1, counter.last + 1))
        money = Receipt.objects.filter(void=None).aggregate(total=Sum("amount"))["total"]
        held = [balance(named(kind, name, "ILS")) for kind, name in (("bank", ""), ("provider", "test"))]
        assert sum(held) == money - self.given_back
        return self.done

    def payer(self, number: int) -> None:
        chance = random.Random(self.seed * 1000 + number)
        for _ in range(self.acts):
            name = chance.choice(list(self.deeds))
            try:
                self.deeds[name](chance)
            except DomainError:
                self.done["refused"] += 1
            else:
                self.done[name] += 1

    def pay(self, who: Party, amount: D) -> None:
        self.receipts.append(
            take_payment(
                party_id=who.pk, amount=amount, currency="ILS", method="bank", on=SPRING, by=self.clerk
            )
        )

    def part(self, chance: random.Random) -> None:
        self.pay(chance.choice(self.debtors), D(chance.randint(100, 20000)) / 100)

    def over(self, chance: random.Random) -> None:
        self.pay(chance.choice(self.debtors), D(chance.randint(60000, 90000)) / 100)

    def void(self, chance: random.Random) -> None:
        if self.receipts:
            void_receipt(chance.choice(self.receipts), reason="test", on=SPRING, by=self.clerk)

    def refund(self, chance: random.Random) -> None:
        amount = D(chance.randint(100, 5000)) / 100
        refund_credit(
            party_id=chance.choice(self.debtors).pk, amount=amount, currency="ILS", method="bank", on=SPRING,
            by=self.clerk, reason="test",
        )  # fmt: skip
        with self.lock:
            self.given_back += amount

    def advance(self, chance: random.Random) -> None:
        apply_credit(party_id=chance.choice(self.debtors).pk, currency="ILS", on=SPRING, by=self.clerk)

    def again(self, chance: random.Random) -> None:
        """Ask for the same payment under the same key three times."""
        who, key = chance.choice(self.debtors), str(chance.random())

        def work() -> dict[str, int]:
            self.pay(who, D("7.00"))
            return {"receipt": self.receipts[-1].pk}

        for _ in range(3):
            once("crowd", key, {"party": who.pk}, work)

    def online(self, chance: random.Random) -> None:
        """Pay online; the browser's return and up to five callbacks arrive at once, in any order."""
        who, amount = chance.choice(self.debtors), D(chance.randint(100, 30000)) / 100
        payment, _address = online.start(
            party_id=who.pk, amount=amount, currency="ILS", bills=[], return_url="/"
        )
        early = chance.random() < 0.5
        if early:
            online.settle("test", payment.reference, on=SPRING)
        provider("test").decide(payment.reference, "paid")
        for _ in range(chance.randint(1, 5)):
            self.calls.append(payment.reference)
        self.paid_online.append(payment)
        for reference in chance.sample(self.calls, k=min(4, len(self.calls))) + [payment.reference]:
            online.settle("test", reference, on=SPRING)

    def online_refund(self, chance: random.Random) -> None:
        if self.paid_online:
            online.refund(chance.choice(self.paid_online), reason="test", on=SPRING, by=self.clerk)
