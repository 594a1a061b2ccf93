"""The statement of account (كشف حساب): every movement of a party with its running balance."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from core.text3 import Text3
from ledger.models import Account, ChargeType, Entry, PostingKind, Receipt
from ledger.queries import ZERO, open_items
from parties.models import Party

RECENT = 50


@dataclass(frozen=True)
class Line:
    """One movement: what, when, debit or credit, and the balance after it."""

    on: date
    kind: str
    period: str
    label: str
    title: Any
    receipt: str
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True)
class CurrencyAccount:
    """A party's account in one currency on a day."""

    currency: str
    lines: list[Line]
    balance: Decimal
    open: list[Any]

    @property
    def recent(self) -> list[Line]:
        """Return the last movements, the newest first: the statement has them all."""
        return self.lines[: -RECENT - 1 : -1]

    @property
    def owed(self) -> Decimal:
        """Return what settles everything on the day, with its discounts and penalties."""
        return sum((row["quote"].total for row in self.open), ZERO)


@dataclass(frozen=True)
class Demand:
    """What a party must pay in one currency because its due date has passed."""

    currency: str
    rows: list[Any]

    @property
    def owed(self) -> Decimal:
        """Return what settles the rows."""
        return sum((row["quote"].total for row in self.rows), ZERO)


def demands(party: Party, *, on: date) -> list[Demand]:
    """Return what is past its due date on a day, one demand per currency, none where nothing is."""
    found = [
        Demand(account.currency, [row for row in account.open if row["item"].due_on < on])
        for account in statement(party, on=on)
    ]
    return [demand for demand in found if demand.rows]


def statement(party: Party, *, on: date) -> list[CurrencyAccount]:
    """Return a party's accounts as of a day, one per currency it has dealings in."""
    items = open_items(party.pk, on=on)
    found = _movements(party, on)
    currencies = sorted({item.currency for item in items} | set(found))
    return [
        _account(code, found.get(code, []), [item for item in items if item.currency == code], on)
        for code in currencies
    ]


def charge_titles(codes: Iterable[str]) -> dict[str, str]:
    """Return the titles of kinds of charge by code, in the active language."""
    return {kind.code: str(kind) for kind in ChargeType.objects.filter(code__in=set(codes))}


def paid_for(receipt: Receipt) -> list[dict[str, Any]]:
    """Return the frozen lines of a receipt, each with the title of its kind of charge."""
    titles = charge_titles(line.get("charge_type", "") for line in receipt.lines)
    return [{**line, "kind": titles.get(line.get("charge_type", ""), "")} for line in receipt.lines]


def _movements(party: Party, on: date) -> dict[str, list[dict[str, Any]]]:
    rows = (
        Entry.objects.filter(posting__business_on__lte=on)
        .filter(account__in=_accounts(party))
        .exclude(bill__run__state__in=("running", "posted", "rolled_back"))
        .values(
            "posting_id", "posting__business_on", "posting__kind", "posting__receipt__number", "posting__receipt__year",
            "posting__receipt__book__code", "bill_id", "bill__period", "bill__label", "bill__run__title",
            "account__currency", "amount",
        )
        .order_by("posting__business_on", "posting_id", "bill_id")
    )  # fmt: skip
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        mine = found.setdefault(row["account__currency"], [])
        last = mine[-1] if mine else None
        if last and (last["posting_id"], last["bill_id"]) == (row["posting_id"], row["bill_id"]):
            last["amount"] += row["amount"]
        else:
            mine.append(dict(row))
    return found


def _accounts(party: Party) -> Any:
    return Account.objects.filter(Q(kind="receivable", party=party) | Q(kind="credit", name=str(party.pk)))


def _account(code: str, rows: list[dict[str, Any]], items: list[Any], on: date) -> CurrencyAccount:
    lines, balance, kinds = [], ZERO, dict(PostingKind.choices)
    for row in rows:
        if not row["amount"]:
            continue
        balance += row["amount"]
        number = row["posting__receipt__number"]
        receipt = (
            f"{row['posting__receipt__book__code']}-{row['posting__receipt__year']}-{number:06d}"
            if number
            else ""
        )
        lines.append(
            Line(
                row["posting__business_on"], str(kinds[row["posting__kind"]]), row["bill__period"] or "", row["bill__label"] or "",
                row["bill__run__title"] or "", receipt, row["amount"], balance,
            )
        )  # fmt: skip
    titles = charge_titles({item.charge_type for item in items})
    opened = [
        {
            "item": item,
            "quote": item.quote(on),
            "kind": titles[item.charge_type],
            "title": str(Text3.of(item.title or "")),
        }
        for item in items
    ]
    return CurrencyAccount(code, lines, balance, opened)
