"""`kill -9` at every named point: nothing lost, nothing doubled, and the next try finishes the work."""

import os
import signal
import subprocess
import sys
from datetime import date
from decimal import Decimal as D

import pytest

from ledger.actions import online
from ledger.actions.payment import take_payment
from ledger.integrity import breaches
from ledger.models import Bill, BillRun, Receipt, ReceiptVoid
from ledger.providers import provider
from ledger.queries import open_items
from taxation.actions import roll
from taxation.actions.assessing import propose
from tests.jobs.workers import ROOT, test_database_url
from tests.ledger.ground import SPRING, bill, party
from tests.taxation.ground import NEW_YEAR, owned, pack, unit

pytestmark = pytest.mark.django_db(transaction=True)
PAYING = (
    "payment.locked", "posting.before_entries", "posting.after_entries", "payment.posted", "payment.numbered",
    "payment.receipted", "once.worked",
)  # fmt: skip
SETTLING = ("online.verified", "payment.posted", "payment.numbered", "online.booked")
BILLING = ("billing.read", "billing.written")


def run(*words: str, die_at: str = "") -> int:
    """Do something in a process of its own; return how it ended."""
    environment = os.environ | {
        "DATABASE_URL": test_database_url("gisportal_web"), "GISPORTAL_ROLE": "web", "GISPORTAL_DIE_AT": die_at,
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.ledger.dying", *words],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
    return done.returncode


def payment_survives(point: str, key: str) -> None:
    who = party()
    bill(who, "100.00", key=int(key))
    before = Receipt.objects.count()
    assert run("pay", str(who.pk), key, die_at=point) == -signal.SIGKILL
    assert Receipt.objects.count() == before
    assert breaches() == []
    for _again in range(2):
        assert run("pay", str(who.pk), key) == 0
    assert Receipt.objects.count() == before + 1
    assert breaches() == []


def settling_survives(point: str, key: int) -> None:
    who = party()
    bill(who, "100.00", key=key)
    payment, _address = online.start(
        party_id=who.pk, amount=D("10.00"), currency="ILS", bills=[], return_url="/"
    )
    provider("test").decide(payment.reference, "paid")
    assert run("settle", payment.reference, die_at=point) == -signal.SIGKILL
    assert breaches() == []
    assert run("settle", payment.reference) == 0
    assert Receipt.objects.filter(reference=f"test:{payment.reference}").count() == 1
    assert breaches() == []


def billing_survives(points: tuple[str, ...]) -> None:
    if not BillRun.objects.exists():
        pack()
        for key in range(1, 6):
            made = unit(key, annual_rent="2406")
            propose(made, "ps-building", on=NEW_YEAR, by=None)
            owned(made)
    year = 2026 + BillRun.objects.count()
    started = roll.start(
        "ps-building", period_start=date(year, 1, 1), period_end=date(year, 12, 31), period=str(year),
        issued_on=date(year, 1, 1), by=None,
    )  # fmt: skip
    for point in points:
        assert run("bill", str(started.pk), die_at=point) == -signal.SIGKILL
        assert breaches() == []
    assert run("bill", str(started.pk)) == 0
    assert Bill.objects.filter(run=started).count() == 5
    started.refresh_from_db()
    assert started.totals == {"bills": 5, "amount": "1636.250"}
    assert breaches() == []


@pytest.mark.parametrize("point", ["payment.numbered", "once.worked"])
def test_a_payment_that_is_killed_leaves_nothing_and_can_be_made_again(point):
    payment_survives(point, "1")


def test_an_online_payment_that_is_killed_is_booked_by_the_next_callback():
    settling_survives("online.booked", 1)


def test_a_roll_that_is_killed_goes_on_where_it_was():
    billing_survives(BILLING)


def test_a_void_that_is_killed_leaves_the_receipt_valid():
    who = party()
    receipt = take_payment(
        party_id=who.pk, amount=D("5.00"), currency="ILS", method="bank", on=SPRING, by=None
    )
    assert run("void", str(receipt.pk), die_at="void.posted") == -signal.SIGKILL
    assert not ReceiptVoid.objects.exists()
    assert run("void", str(receipt.pk)) == 0
    assert ReceiptVoid.objects.count() == 1
    assert open_items(who.pk, on=SPRING) == []
    assert breaches() == []


@pytest.mark.long
def test_twenty_kills_at_every_point():
    kills = 0
    for turn in range(20):
        for number, point in enumerate(PAYING):
            payment_survives(point, str(1 + turn * 100 + number))
            kills += 1
        for number, point in enumerate(SETTLING):
            settling_survives(point, 50 + turn * 100 + number)
            kills += 1
        billing_survives(BILLING)
        kills += len(BILLING)
    sys.stdout.write(
        f"{kills} kills at {len(PAYING) + len(SETTLING) + len(BILLING)} points: nothing lost or doubled\n"
    )
