"""Terms of payment: when a charge falls due, what paying early saves and paying late costs.

Pure functions on values. A charge keeps the terms that were in force when it was billed, as JSON:
`due`, `discounts`, `penalty` and `split` (who receives which part of the principal).
"""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.money import currency, round_money, share_out

Terms = Mapping[str, Any]


@dataclass(frozen=True)
class Quote:
    """What an open charge comes to on a day: its parts, each at least zero, and why."""

    principal: Decimal
    discount: Decimal
    penalty: Decimal
    discount_fraction: Decimal
    penalty_fraction: Decimal

    @property
    def total(self) -> Decimal:
        """Return what settles the charge on that day."""
        return self.principal - self.discount + self.penalty


def add_months(day: date, months: int) -> date:
    """Return the same day some months later, or the month's last day where it has none."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def whole_months(start: date, end: date) -> int:
    """Return how many whole months have passed from `start` to `end` (0 if none)."""
    if end <= start:
        return 0
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1


def due_on(terms: Terms, *, period_start: date, issued_on: date) -> date:
    """Return the day on which a charge falls due."""
    rule = terms.get("due", {})
    if "months_after_issue" in rule:
        return add_months(issued_on, int(rule["months_after_issue"]))
    if "days_after_issue" in rule:
        return issued_on + timedelta(days=int(rule["days_after_issue"]))
    if "month" in rule:
        return date(period_start.year, int(rule["month"]), int(rule["day"]))
    return period_start


def discount_fraction(terms: Terms, *, due: date, on: date) -> Decimal:
    """Return the fraction saved by paying in full on a day of the charge's own year."""
    stamp = f"{on:%m-%d}"
    for window in terms.get("discounts", []):
        if on.year == due.year and window["from"] <= stamp <= window["to"]:
            return Decimal(str(window["fraction"]))
    return Decimal(0)


def penalty_fraction(terms: Terms, *, due: date, on: date) -> Decimal:
    """Return the fraction of the principal that is owed for lateness on a day."""
    rule = terms.get("penalty", {})
    kind = rule.get("kind", "none")
    if kind == "none" or on <= due:
        return Decimal(0)
    if kind == "by_age":
        reached = [Decimal(str(rate)) for months, rate in rule["ages"] if on >= add_months(due, int(months))]
        return max(reached, default=Decimal(0))
    months = _months_late(rule, due, on)
    rate = Decimal(str(rule["rate"]))
    fraction = rate * months if kind == "monthly" else (1 + rate) ** months - 1
    cap = rule.get("cap")
    return fraction if cap is None else min(fraction, Decimal(str(cap)))


def _months_late(rule: Mapping[str, Any], due: date, on: date) -> int:
    start = date(due.year + 1, 1, 1) if rule.get("starts") == "january_after" else due
    months = whole_months(start, on)
    if rule.get("part_of_month", "up") == "up" and on > add_months(start, months):
        months += 1
    return months


@dataclass(frozen=True)
class Settled:
    """A part of the principal that was settled (paid or written off) on a day."""

    on: date
    amount: Decimal


def quote(
    terms: Terms,
    *,
    code: str,
    due: date,
    on: date,
    principal: Decimal,
    settled: Iterable[Settled] = (),
    penalty_posted: Decimal = Decimal(0),
    penalty_open: Decimal = Decimal(0),
    frozen_on: date | None = None,
) -> Quote:
    """Return what is owed on `on` for the `principal` still open, in currency `code`.

    `settled` are earlier parts of the principal, `penalty_posted` all penalty already booked (less
    what was waived or reversed is not taken off), `penalty_open` the part of it still unpaid.
    `frozen_on`: lateness stops counting on that day while an instalment plan is kept.
    """

    def lateness(day: date) -> Decimal:
        return penalty_fraction(terms, due=due, on=min(day, frozen_on) if frozen_on else day)

    late = lateness(on)
    accrued = sum((part.amount * lateness(part.on) for part in settled), Decimal(0))
    accrued = round_money(accrued + principal * late, code)
    early = discount_fraction(terms, due=due, on=on)
    return Quote(
        principal=principal,
        discount=round_money(principal * early, code),
        penalty=penalty_open + max(accrued - penalty_posted, Decimal(0)),
        discount_fraction=early,
        penalty_fraction=late,
    )


def split_revenue(terms: Terms, amount: Decimal, code: str) -> list[tuple[str, Decimal]]:
    """Return who receives which part of an amount of principal; nothing where no split is set."""
    split = terms.get("split", [])
    if not split or not amount:
        return []
    parts = share_out(amount, [Decimal(str(fraction)) for _who, fraction in split], currency(code).unit)
    return [(who, part) for (who, _fraction), part in zip(split, parts, strict=True)]
