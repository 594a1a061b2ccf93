"""Money: currencies, their decimals, rounding, and sharing out without losing a unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Unprocessable

# Wide enough for Lebanese pounds by the billion with three decimals.
MAX_DIGITS = 20
DECIMALS = 3

ROUNDINGS = {
    "half_up": ROUND_HALF_UP,
    "half_down": ROUND_HALF_DOWN,
    "half_even": ROUND_HALF_EVEN,
    "up": ROUND_CEILING,
    "down": ROUND_FLOOR,
}


@dataclass(frozen=True)
class Currency:
    """An ISO 4217 currency with the number of its decimals."""

    code: str
    digits: int
    title: Any
    symbol: str

    @property
    def unit(self) -> Decimal:
        """Return the smallest amount that is written, for example 0.001."""
        return Decimal(1).scaleb(-self.digits)


CURRENCIES = {
    currency.code: currency
    for currency in (
        Currency("ILS", 2, _("shekel"), "₪"),
        Currency("JOD", 3, _("Jordanian dinar"), "JOD"),
        Currency("TND", 3, _("Tunisian dinar"), "TND"),
        Currency("LBP", 2, _("Lebanese pound"), "LBP"),
        Currency("USD", 2, _("US dollar"), "$"),
        Currency("EUR", 2, _("euro"), "€"),
    )
}
CURRENCY_CHOICES = [(currency.code, currency.title) for currency in CURRENCIES.values()]


def currency(code: str) -> Currency:
    """Return a currency by its ISO code, or refuse an unknown one."""
    try:
        return CURRENCIES[code]
    except KeyError:
        raise Unprocessable(
            _("Unknown currency"),
            fields={"currency": _("“%(code)s” is not a currency of this portal.") % {"code": code}},
        ) from None


def round_to(value: Decimal, step: Decimal, mode: str = "half_up") -> Decimal:
    """Round to a multiple of `step` (for example 1, 0.001 or 1000) by a named rule."""
    return (value / step).quantize(Decimal(1), rounding=ROUNDINGS[mode]) * step


def round_money(value: Decimal, code: str, mode: str = "half_up") -> Decimal:
    """Round to the currency's decimals."""
    return value.quantize(currency(code).unit, rounding=ROUNDINGS[mode])


def share_out(total: Decimal, weights: Sequence[Fraction | Decimal | int], unit: Decimal) -> list[Decimal]:
    """Split a total by weights into multiples of `unit` that sum to it exactly.

    Largest remainder: everybody gets the share rounded down; what is left goes, one unit each, to
    the largest remainders, the earlier one first where they are equal.
    """
    whole = Fraction(total) / Fraction(unit)
    if whole.denominator != 1:
        raise ValueError(f"{total} is not a multiple of {unit}")
    summed = sum((Fraction(weight) for weight in weights), Fraction(0))
    if summed <= 0:
        raise ValueError("weights must be positive")
    exact = [whole * Fraction(weight) / summed for weight in weights]
    parts = [portion.numerator // portion.denominator for portion in exact]
    left = int(whole) - sum(parts)
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for index in order[:left]:
        parts[index] += 1
    return [part * unit for part in parts]


def share_matrix(
    columns: Sequence[Decimal], weights: Sequence[Fraction | Decimal | int], unit: Decimal
) -> list[list[Decimal]]:
    """Split several amounts among the same parties so that both kinds of total are exact.

    Returns one row per party, one column per amount. A party's row sums to its share of the whole;
    every column sums to its amount. All columns but the last are shared out on their own; the last
    takes what the party's total leaves.
    """
    totals = share_out(sum(columns, Decimal(0)), weights, unit)
    split = [share_out(amount, weights, unit) for amount in columns[:-1]]
    rows = []
    for party, total in enumerate(totals):
        row = [column[party] for column in split]
        rows.append([*row, total - sum(row, Decimal(0))])
    return rows


def written(amount: Decimal, code: str) -> str:
    """Return an amount with its currency's decimals and thousands separators, in Latin digits."""
    return f"{round_money(amount, code):,.{currency(code).digits}f}"
