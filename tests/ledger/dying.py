# ruff: noqa: E402 - Django is set up before what needs it is imported
"""What a process that is about to be killed does: `python -m tests.ledger.dying WHAT ARGUMENTS`."""

import os
import sys
from datetime import date
from decimal import Decimal

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisportal.settings")

import django

django.setup()

from ledger.actions import online
from ledger.actions.payment import take_payment, void_receipt
from ledger.idempotency import once
from ledger.models import BillRun, Receipt
from taxation.actions import roll

SPRING = date(2026, 5, 15)


def pay(party: str, key: str) -> None:
    """Take ten, once for the key."""

    def work() -> dict[str, int]:
        receipt = take_payment(
            party_id=int(party), amount=Decimal("10.00"), currency="ILS", method="bank", on=SPRING, by=None
        )
        return {"receipt": receipt.pk}

    once("test", key, {"party": party}, work)


def settle(reference: str) -> None:
    """Book an online payment."""
    online.settle("test", reference, on=SPRING)


def void(receipt: str) -> None:
    """Make a receipt void."""
    void_receipt(Receipt.objects.get(pk=receipt), reason="test", on=SPRING, by=None)


def bill(run: str) -> None:
    """Carry a roll on, two bills at a time."""
    roll.carry_on(BillRun.objects.get(pk=run), lambda done, total, message: None, size=2)


if __name__ == "__main__":
    {"pay": pay, "settle": settle, "void": void, "bill": bill}[sys.argv[1]](*sys.argv[2:])
