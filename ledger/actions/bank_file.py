"""Payments from a bank's file (CSV or XLSX): every row is checked, then all are booked or none."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from core.errors import DomainError, Unprocessable
from core.money import CURRENCIES
from ledger.actions.payment import take_payment
from ledger.models import Method, Receipt
from parties.models import Party

# Each column under the names by which banks' files in the three languages may call it.
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
    table = _table(name, content)
    places = _places([str(cell or "").strip() for cell in table[0]] if table else [])
    faults: dict[str, Any] = {}
    found: list[Row] = []
    seen: set[str] = set()
    for number, cells in enumerate(table[1:], 2):
        values = {column: cells[place] if place < len(cells) else None for column, place in places.items()}
        if not any(value not in (None, "") for value in values.values()):
            continue
        row, wrong = _row(number, values, seen)
        faults |= {f"{_('row')} {number}, {column}": reason for column, reason in wrong.items()}
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


def _table(name: str, content: bytes) -> list[Sequence[Any]]:
    try:
        if name.lower().endswith(".xlsx"):
            # Loaded here: few requests read a workbook.
            from openpyxl import load_workbook

            sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
            return [
                row for row, _n in zip(sheet.iter_rows(values_only=True), range(AT_MOST + 2), strict=False)
            ]
        text = content.decode("utf-8-sig")
        delimiter = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
        return list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except Exception as fault:  # openpyxl raises many kinds for a damaged file
        raise Unprocessable(
            _("The file cannot be read"), fields={"file": _("Choose a CSV (UTF-8) or XLSX file.")}
        ) from fault


def _places(header: list[str]) -> dict[str, int]:
    names = [cell.casefold() for cell in header]
    places = {
        column: names.index(known)
        for column, others in COLUMNS.items()
        for known in others
        if known.casefold() in names
    }
    missing = [others[0] for column, others in COLUMNS.items() if column not in places]
    if missing:
        raise Unprocessable(
            _("The file has other columns"),
            fields={
                "file": _("Missing: %(missing)s. Found: %(found)s.")
                % {"missing": ", ".join(missing), "found": ", ".join(header) or "—"}
            },
        )
    return places


def _row(number: int, values: dict[str, Any], seen: set[str]) -> tuple[Row | None, dict[str, Any]]:
    wrong: dict[str, Any] = {}
    party = (
        Party.objects.filter(id_number=str(values["id_number"] or "").strip()).exclude(id_number="").first()
    )
    if party is None:
        wrong["id_number"] = _("No party has this number.")
    try:
        amount = Decimal(str(values["amount"]).replace(",", "").strip())
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or amount <= 0:
        wrong["amount"] = _("Write an amount above zero in digits.")
    currency = str(values["currency"] or "").strip().upper()
    if currency not in CURRENCIES:
        wrong["currency"] = _("Unknown currency")
    elif "amount" not in wrong and -int(amount.normalize().as_tuple().exponent) > CURRENCIES[currency].digits:
        wrong["amount"] = _("The amount has more decimals than the currency")
    on = _day(values["day"])
    if on is None:
        wrong["day"] = _("Write the day as YYYY-MM-DD.")
    reference = str(values["reference"] or "").strip()[:80]
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


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return parse_date(str(value or "").strip())
    except ValueError:
        return None


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
                fields={f"{_('row')} {row.number}": refusal.title},
            ) from refusal
    return receipts
