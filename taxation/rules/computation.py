"""The engine: a levy, its parameters and a unit's facts become a charge that explains itself.

Pure functions on values. The order is fixed: unit, base, deductions, rounding of the base,
components, reliefs, bounds, rounding to the currency. Sharing among parties, discounts,
penalties and the split of revenue come after the bill is frozen (`core.money`, `ledger.terms`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from core.errors import Unprocessable
from core.money import round_money, round_to, written
from core.text3 import Text3
from taxation.rules import words
from taxation.rules.schema import Base, Component, Deduction, Factor, Input, Levy, When

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One line of the explanation: what was done, with which figures, and what came of it."""

    kind: str
    label: Text3
    formula: str
    result: Decimal
    article: str = ""
    verified: bool = True
    code: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return what a bill stores."""
        return {
            "kind": self.kind,
            "label": self.label.as_dict(),
            "formula": self.formula,
            "result": str(self.result),
            "article": self.article,
            "verified": self.verified,
            "code": self.code,
        }


@dataclass(frozen=True)
class Charge:
    """The outcome: rounded components, their sum, and the steps that made them."""

    currency: str
    base: Decimal
    components: tuple[tuple[str, Decimal], ...]
    steps: tuple[Step, ...]

    @property
    def total(self) -> Decimal:
        """Return the sum of the rounded components."""
        return sum((amount for _code, amount in self.components), Decimal(0))

    @property
    def is_verified(self) -> bool:
        """Say whether every figure that was used has been confirmed against its source."""
        return all(step.verified for step in self.steps)


class _Run:
    """The state of one computation: the facts, the parameters and the steps so far."""

    def __init__(
        self, levy: Levy, values: Mapping[str, Any], facts: Facts, verified: Mapping[str, bool]
    ) -> None:
        self.levy, self.values, self.verified = levy, values, verified
        self.facts = dict(facts)
        self.steps: list[Step] = []

    def note(
        self, kind: str, label: Text3, formula: str, result: Decimal, *keys: str, **more: Any
    ) -> Decimal:
        """Write down a step and return its result."""
        sure = all(self.verified.get(key, True) for key in keys if key)
        self.steps.append(Step(kind, label, formula, result, verified=sure, **more))
        return result

    def holds(self, conditions: tuple[When, ...]) -> bool:
        """Say whether all conditions hold for the facts."""
        return all(_holds(each, self.facts.get(each.name), self._wanted(each)) for each in conditions)

    def _wanted(self, condition: When) -> Any:
        """Return what a condition compares with; a name after @ is a parameter of the pack."""
        value = condition.value
        return self.values[value[1:]] if isinstance(value, str) and value.startswith("@") else value

    def figure(self, key: str) -> Decimal:
        """Return a parameter that is one number; a name after @ is an input instead."""
        if key.startswith("@"):
            return Decimal(self.facts[key[1:]])
        return Decimal(str(self.values[key]))

    def money(self, amount: Decimal) -> str:
        """Return an amount as it is written in a formula."""
        return written(amount, self.levy.currency)


COMPARE = {
    "is": lambda have, want: have == want,
    "in": lambda have, want: have in want,
    "lt": lambda have, want: have is not None and have < Decimal(str(want)),
    "le": lambda have, want: have is not None and have <= Decimal(str(want)),
    "gt": lambda have, want: have is not None and have > Decimal(str(want)),
    "ge": lambda have, want: have is not None and have >= Decimal(str(want)),
    "given": lambda have, _want: have is not None,
    "missing": lambda have, _want: have is None,
}


def _holds(condition: When, have: Any, want: Any) -> bool:
    return bool(COMPARE[condition.op](have, want))


def read_facts(levy: Levy, given: Mapping[str, Any]) -> dict[str, Any]:
    """Check and convert the facts of a unit; every wrong one is named with its reason."""
    facts: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for each in levy.inputs:
        value = given.get(each.name, each.default)
        if value is None or value == "":
            facts[each.name] = None
            if not each.optional:
                wrong[each.name] = _("This fact is needed.")
            continue
        try:
            facts[each.name] = _read(each, value)
        except ValueError as reason:
            wrong[each.name] = str(reason)
    if wrong:
        raise Unprocessable(_("The facts of the unit are incomplete or wrong"), fields=wrong)
    return facts


def _read(each: Input, value: Any) -> Any:
    if each.kind == "flag":
        return value in (True, "true", "on", "1", 1)
    if each.kind == "choice":
        if value not in each.choices:
            raise ValueError(_("“%(value)s” is not one of the choices.") % {"value": value})
        return value
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(_("“%(value)s” is not a number.") % {"value": value}) from None
    if not number.is_finite() or number < 0:
        raise ValueError(_("A negative number cannot be taxed."))
    if each.kind == "whole" and number != number.to_integral_value():
        raise ValueError(_("This must be a whole number."))
    return number


def assess(
    levy: Levy,
    values: Mapping[str, Any],
    given: Mapping[str, Any],
    *,
    verified: Mapping[str, bool] | None = None,
    last_year: Decimal | None = None,
) -> Charge:
    """Compute a levy for one unit.

    `values` are the pack's parameters by key, `verified` whether each is confirmed, `last_year`
    the charge of the year before where growth is capped. Raises `Unprocessable` for bad facts.
    """
    run = _Run(levy, values, read_facts(levy, given), verified or {})
    base = _base(run)
    for deduction in levy.deductions:
        base = _deduct(run, deduction, base)
    base = _round_base(run, base)
    run.facts["base"] = base
    amounts = [(part.code, _component(run, part, base)) for part in levy.components if run.holds(part.when)]
    amounts = _relieve(run, amounts)
    amounts = _bind(run, amounts, last_year)
    rounded = tuple((code, round_money(amount, levy.currency, levy.rounding)) for code, amount in amounts)
    charge = Charge(levy.currency, base, rounded, ())
    run.note("total", words.TOTAL, " + ".join(run.money(amount) for _code, amount in rounded), charge.total)
    return Charge(levy.currency, base, rounded, tuple(run.steps))


def _base(run: _Run) -> Decimal:
    chosen = next((base for base in run.levy.bases if run.holds(base.when)), None)
    if chosen is None:
        raise Unprocessable(_("The rule pack has no base for these facts"))
    product, formula, keys = Decimal(1), [], []
    for factor in chosen.factors:
        number, shown = _factor(run, factor)
        product *= number
        formula.append(shown)
        keys.append(factor.parameter)
    _check_limits(run, chosen)
    return run.note("base", chosen.title, " × ".join(formula), product, *keys, article=chosen.article)


def _factor(run: _Run, factor: Factor) -> tuple[Decimal, str]:
    if factor.input:
        number = run.facts[factor.input]
        if number is None:
            raise Unprocessable(
                _("The facts of the unit are incomplete or wrong"),
                fields={factor.input: _("This fact is needed.")},
            )
        unit = run.levy.input(factor.input).unit
        return number, f"{_plain(number)} {unit}".strip()
    number = look_up(run.values[factor.parameter], [run.facts[name] for name in factor.by], factor.parameter)
    return number, _percent(number) if number < 1 else _plain(number)


def look_up(table: Any, keys: list[Any], parameter: str) -> Decimal:
    """Return a figure of a table by its keys, one level for each."""
    for key in keys:
        try:
            table = table[str(key)]
        except (KeyError, TypeError):
            raise Unprocessable(
                _("The rule pack has no figure for these facts"),
                fields={parameter: _("Nothing is set for “%(key)s”.") % {"key": key}},
            ) from None
    return Decimal(str(table))


def _check_limits(run: _Run, base: Base) -> None:
    if not base.limits:
        return
    size, price = run.facts["area_m2"], run.facts[base.limited]
    for up_to, least, most in run.values[base.limits]:
        if up_to is None or size <= Decimal(str(up_to)):
            if not Decimal(str(least)) <= price <= Decimal(str(most)):
                limits = {"least": least, "most": most}
                raise Unprocessable(
                    _("The reference price is outside the legal limits"),
                    fields={
                        base.limited: _("For this size it lies between %(least)s and %(most)s.") % limits
                    },
                )
            return


def _deduct(run: _Run, deduction: Deduction, base: Decimal) -> Decimal:
    if not run.holds(deduction.when):
        return base
    figure = run.figure(deduction.parameter)
    if deduction.kind == "fraction":
        taken, formula = base * figure, f"−{_percent(figure)} × {run.money(base)}"
    else:
        times = run.facts[deduction.times] if deduction.times else Decimal(1)
        taken = min(base, figure * times)
        formula = f"−{_plain(figure)}" + (f" × {_plain(times)}" if deduction.times else "")
    left = base - taken
    run.note("deduction", deduction.title, formula, -taken, deduction.parameter, article=deduction.article)
    return left


def _round_base(run: _Run, base: Decimal) -> Decimal:
    if not run.levy.base_step:
        return base
    step = run.figure(run.levy.base_step)
    rounded = round_to(base, step, run.levy.base_mode)
    return run.note("rounding", words.ROUNDED_BASE, _plain(base), rounded, run.levy.base_step)


def _component(run: _Run, part: Component, base: Decimal) -> Decimal:
    amount, formula = COMPONENTS[part.kind](run, part, base)
    return run.note(
        "component", part.title, formula, amount, part.parameter, article=part.article, code=part.code
    )


def _by_rate(run: _Run, part: Component, base: Decimal) -> tuple[Decimal, str]:
    rate = run.figure(part.parameter)
    return base * rate * part.scale, f"{_plain(base)} × {_percent(rate * part.scale)}"


def _by_table(run: _Run, part: Component, base: Decimal) -> tuple[Decimal, str]:
    rate = look_up(run.values[part.parameter], [run.facts[name] for name in part.by], part.parameter)
    return base * rate * part.scale, f"{_plain(base)} × {_percent(rate * part.scale)}"


def _by_tier(run: _Run, part: Component, base: Decimal) -> tuple[Decimal, str]:
    size = run.facts[part.by[0]]
    rate = Decimal(0)
    for from_size, tier_rate in run.values[part.parameter]:
        if size >= Decimal(str(from_size)):
            rate = Decimal(str(tier_rate))
    return base * rate * part.scale, f"{_plain(base)} × {_percent(rate * part.scale)} ({_plain(size)})"


def slices(brackets: Any, base: Decimal) -> list[tuple[Decimal, Decimal]]:
    """Return (slice of the base, rate) for marginal brackets `[[up to, rate], … [null, rate]]`."""
    taken, parts = Decimal(0), []
    for up_to, rate in brackets:
        end = base if up_to is None else min(base, Decimal(str(up_to)))
        if end > taken:
            parts.append((end - taken, Decimal(str(rate))))
            taken = end
    return parts


def _by_bracket(run: _Run, part: Component, base: Decimal) -> tuple[Decimal, str]:
    parts = slices(run.values[part.parameter], base)
    formula = " + ".join(f"{_plain(size)} × {_percent(rate)}" for size, rate in parts) or "0"
    return sum((size * rate for size, rate in parts), Decimal(0)), formula


def _by_slab(run: _Run, part: Component, base: Decimal) -> tuple[Decimal, str]:
    """Return the whole base at the one rate of the slab that it (or the input `by`) falls into."""
    size = run.facts[part.by[0]] if part.by else base
    for up_to, rate in run.values[part.parameter]:
        if up_to is None or size <= Decimal(str(up_to)):
            figure = Decimal(str(rate))
            return base * figure, f"{_plain(base)} × {_percent(figure)}"
    raise Unprocessable(_("The rule pack has no figure for these facts"))


def _by_itself(run: _Run, part: Component, base: Decimal) -> tuple[Decimal, str]:
    return base, _plain(base)


COMPONENTS = {
    "rate": _by_rate,
    "table": _by_table,
    "tiers": _by_tier,
    "brackets": _by_bracket,
    "slab": _by_slab,
    "itself": _by_itself,
}
Amounts = list[tuple[str, Decimal]]


def _relieve(run: _Run, amounts: Amounts) -> Amounts:
    for relief in run.levy.reliefs:
        if not run.holds(relief.when):
            continue
        figure = run.figure(relief.parameter)
        if figure > 1:
            raise Unprocessable(
                _("The facts of the unit are incomplete or wrong"),
                fields={relief.parameter: _("A relief cannot exceed the whole.")},
            )
        keep = figure if relief.keep else 1 - figure
        before = sum((amount for _code, amount in amounts), Decimal(0))
        formula = f"{run.money(before)} × {_percent(keep)}"
        amounts = [(code, amount * keep) for code, amount in amounts]
        run.note(
            "relief", relief.title, formula, before * keep - before, relief.parameter, article=relief.article
        )
    return amounts


def _bind(run: _Run, amounts: Amounts, last_year: Decimal | None) -> Amounts:
    """Hold the sum between its bounds; what changes is spread over the components by their size."""
    for bound in run.levy.bounds:
        total = sum((amount for _code, amount in amounts), Decimal(0))
        figure = run.figure(bound.parameter)
        wanted = _bounded(bound.kind, total, figure, last_year)
        if wanted == total:
            continue
        run.note("bound", bound.title, run.money(total), wanted, bound.parameter, article=bound.article)
        if total:
            amounts = [(code, amount * wanted / total) for code, amount in amounts]
        else:
            amounts = [(code, wanted if not i else Decimal(0)) for i, (code, _a) in enumerate(amounts)]
    return amounts


def _bounded(kind: str, total: Decimal, figure: Decimal, last_year: Decimal | None) -> Decimal:
    if kind == "least":
        return max(total, figure)
    if kind == "most":
        return min(total, figure) if figure else total
    return total if last_year is None or not figure else min(total, last_year * (1 + figure))


def _plain(number: Decimal) -> str:
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _percent(fraction: Decimal) -> str:
    return f"{_plain(fraction * 100)}%"
