"""How money is spread over open charges: pure functions on values.

Oldest due first; within a charge, penalty or principal first as its kind says. A charge paid in
full within a discount's window gets the discount; a part payment does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from core.money import round_money
from ledger.terms import Quote, Settled, quote

ZERO = Decimal(0)


@dataclass(frozen=True)
class Item:
    """A charge of a party with what is open of it."""

    bill_id: int
    account_id: int
    charge_type: str
    currency: str
    due_on: date
    principal: Decimal
    terms: dict[str, Any]
    order: str = "penalty_first"
    charged: Decimal = ZERO
    penalty_posted: Decimal = ZERO
    penalty_open: Decimal = ZERO
    settled: tuple[Settled, ...] = ()
    frozen_on: date | None = None
    levy: str = ""
    title: dict[str, str] = field(default_factory=dict)
    period: str = ""
    label: str = ""
    collection: str = ""
    feature_id: int = 0

    def quote(self, on: date) -> Quote:
        """Return what settles the charge on a day."""
        return quote(
            self.terms,
            code=self.currency,
            due=self.due_on,
            on=on,
            principal=self.principal,
            settled=self.settled,
            penalty_posted=self.penalty_posted,
            penalty_open=self.penalty_open,
            frozen_on=self.frozen_on,
        )

    @property
    def is_open(self) -> bool:
        """Say whether anything is left to pay."""
        return bool(self.principal > 0 or self.penalty_open > 0)


@dataclass(frozen=True)
class Amnestied:
    """What an amnesty takes off, as fractions, for charges due before a day."""

    principal: Decimal
    penalty: Decimal
    due_before: date
    charge_types: frozenset[str] = frozenset()

    def covers(self, item: Item) -> bool:
        """Say whether the charge falls under the amnesty."""
        return item.due_on < self.due_before and (
            not self.charge_types or item.charge_type in self.charge_types
        )


@dataclass(frozen=True)
class Share:
    """What a payment does to one charge; all amounts at least zero."""

    item: Item
    principal_paid: Decimal
    penalty_paid: Decimal
    new_penalty: Decimal
    discount: Decimal = ZERO
    relief: Decimal = ZERO
    waived: Decimal = ZERO

    @property
    def paid(self) -> Decimal:
        """Return the money that went to this charge."""
        return self.principal_paid + self.penalty_paid


def allocate(
    items: Sequence[Item], amount: Decimal, on: date, amnesty: Amnestied | None = None
) -> tuple[list[Share], Decimal]:
    """Spread an amount over charges in their given order; return the shares and what is left over."""
    if amnesty is not None:
        forgiven = [_settle(item, on, amnesty) for item in items]
        needed = sum((share.paid for share in forgiven), ZERO)
        if amount >= needed:
            return forgiven, amount - needed
    shares = []
    for item in items:
        if amount <= 0:
            break
        share = _part(item, amount, on)
        shares.append(share)
        amount -= share.paid
    return shares, amount


def _settle(item: Item, on: date, amnesty: Amnestied) -> Share:
    owed = item.quote(on)
    covered = amnesty.covers(item)
    relief = round_money(owed.principal * amnesty.principal, item.currency) if covered else ZERO
    waived = round_money(owed.penalty * amnesty.penalty, item.currency) if covered else ZERO
    discount = ZERO if relief else owed.discount
    return Share(
        item=item,
        principal_paid=owed.principal - discount - relief,
        penalty_paid=owed.penalty - waived,
        new_penalty=owed.penalty - item.penalty_open,
        discount=discount,
        relief=relief,
        waived=waived,
    )


def _part(item: Item, amount: Decimal, on: date) -> Share:
    owed = item.quote(on)
    new_penalty = owed.penalty - item.penalty_open
    if amount >= owed.total:
        return Share(item, owed.principal - owed.discount, owed.penalty, new_penalty, owed.discount)
    if item.order == "principal_first":
        principal = min(amount, owed.principal)
        return Share(item, principal, min(amount - principal, owed.penalty), new_penalty)
    penalty = min(amount, owed.penalty)
    return Share(item, min(amount - penalty, owed.principal), penalty, new_penalty)
