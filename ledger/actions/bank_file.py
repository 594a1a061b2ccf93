"""Payments from a bank's file (CSV or XLSX): every row is checked, then all are booked or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import incoming
from core.errors import DomainError, Unprocessable
from core.money import CURRENCIES
from core.numbers import decimal_in
from ledger.actions.payment import take_payment
from ledger.models import Method, Receipt
from parties.models import Party

COLUMNS = {
    "id_number": ("id_number", "رقم الهوية", "numéro d’identité", "numéro d'identité"),
    "amount": ("amount", "المبلغ", "montant"),
    "currency": ("currency", "العملة", "devise"),
    "reference": ("reference", "المرجع", "référence"),
    "day": ("day", "اليوم", "jour"),
}
AT_MOST = 5000


@dataclass(frozen=True)
class Row:
    """One payment of the file."""

    number: int
    party: Party
    amount: Decimal
    currency: str
    reference: str
    on: date


def read(name: str, content: bytes) -> list[Row]:
    """Return the payments of a file; refuses it with what is wrong by row and column."""
    faults: dict[str, Any] = {}
    found: list[Row] = []
    seen: set[str] = set()
    for number, values in incoming.numbered_rows(name, content, COLUMNS, at_most=AT_MOST):
        row, wrong = _row(number, values, seen)
        faults |= {incoming.place(number, COLUMNS[column]): reason for column, reason in wrong.items()}
        if row is not None:
            found.append(row)
            seen.add(row.reference)
    if len(found) > AT_MOST:
        faults["file"] = _("At most %(number)s payments in one file.") % {"number": AT_MOST}
    if faults or not found:
        raise Unprocessable(
            _("The file was not booked; nothing was posted."),
            fields=faults or {"file": _("It has no payment.")},
        )
    return found


def _row(number: int, values: dict[str, Any], seen: set[str]) -> tuple[Row | None, dict[str, Any]]:
    wrong: dict[str, Any] = {}
    known = incoming.text_in(values["id_number"])
    party = Party.objects.filter(id_number=known).exclude(id_number="").first()
    if party is None:
        wrong["id_number"] = _("No party has this number.")
    amount = decimal_in(values["amount"]) or Decimal(0)
    if amount <= 0:
        wrong["amount"] = _("Write an amount above zero in digits.")
    currency = incoming.text_in(values["currency"]).upper()
    if currency not in CURRENCIES:
        wrong["currency"] = _("Unknown currency")
    elif "amount" not in wrong and -int(amount.normalize().as_tuple().exponent) > CURRENCIES[currency].digits:
        wrong["amount"] = _("The amount has more decimals than the currency")
    on = incoming.day_in(values["day"])
    if on is None:
        wrong["day"] = _("Write the day as YYYY-MM-DD.")
    reference = incoming.text_in(values["reference"])[:80]
    if not reference:
        wrong["reference"] = _("A reference is needed.")
    elif (
        reference in seen
        or Receipt.objects.filter(method=Method.BANK, reference=reference, void=None).exists()
    ):
        wrong["reference"] = _("This transfer is booked already.")
    if wrong or party is None or on is None:
        return None, wrong
    return Row(number, party, amount, currency, reference, on), {}


@transaction.atomic
def book(rows: Sequence[Row], *, by: Any) -> list[Receipt]:
    """Book all payments of a file in one transaction, parties in one order; a refusal books none."""
    receipts = []
    for row in sorted(rows, key=lambda each: (each.party.pk, each.number)):
        try:
            receipts.append(
                take_payment(
                    party_id=row.party.pk, amount=row.amount, currency=row.currency, method=Method.BANK, on=row.on,
                    by=by, reference=row.reference,
                )
            )  # fmt: skip
        except DomainError as refusal:
            raise Unprocessable(
                _("The file was not booked; nothing was posted."),
                fields={_("row %(number)s") % {"number": row.number}: refusal.title},
            ) from refusal
    return receipts
