"""Reading the ledger: balances and open charges, always as sums of entries."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Sum

from ledger.allocation import Item
from ledger.models import Account, Entry
from ledger.plans import missed_bills
from ledger.terms import Settled

SQL = Path(__file__).parent / "sql"
ZERO = Decimal(0)


def rows(name: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Run `sql/<name>.sql` with bound values and return its rows by column name."""
    with connection.cursor() as cursor:
        cursor.execute((SQL / f"{name}.sql").read_text(), values)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def balance(account: Account, *, on: date | None = None) -> Decimal:
    """Return an account's balance, now or at the end of a business day: the sum of its entries."""
    entries = Entry.objects.filter(account=account)
    if on is not None:
        entries = entries.filter(posting__business_on__lte=on)
    return entries.aggregate(total=Sum("amount"))["total"] or ZERO


def charges_of(party_id: int, *, on: date, currency: str = "", bills: list[int] | None = None) -> list[Item]:
    """Return all charges of a party as of a day, settled ones too, oldest due first."""
    found = [_item(row) for row in rows("open_items", {"party": party_id, "on": on})]
    if any(item.frozen_on for item in found):
        missed = missed_bills(party_id, on=on)
        found = [replace(item, frozen_on=None) if item.bill_id in missed else item for item in found]
    return [
        item
        for item in found
        if (not currency or item.currency == currency) and (bills is None or item.bill_id in bills)
    ]


def open_items(party_id: int, *, on: date, currency: str = "", bills: list[int] | None = None) -> list[Item]:
    """Return the charges of a party that still have something open, oldest due first."""
    return [item for item in charges_of(party_id, on=on, currency=currency, bills=bills) if item.is_open]


def _item(row: dict[str, Any]) -> Item:
    stored = {name: _json(row.pop(name)) for name in ("settled", "terms", "title")}
    settled = tuple(Settled(date.fromisoformat(day), Decimal(amount)) for day, amount in stored["settled"])
    terms = stored["terms"].get(row["charge_type"], {})
    return Item(**row, settled=settled, terms=terms, title=stored["title"])


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
