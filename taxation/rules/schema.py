"""What a levy is made of: the parts that the engine evaluates in its fixed order.

A levy is declared once in code (which inputs, which steps); every figure in it is the name of a
parameter, and parameters are dated, sourced rows that officers copy and change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core.text3 import Text3


@dataclass(frozen=True)
class Input:
    """A fact about the taxed unit. `kind`: decimal, whole, choice or flag."""

    name: str
    title: Text3
    kind: str = "decimal"
    unit: str = ""
    choices: Mapping[str, Text3] = field(default_factory=dict)
    optional: bool = False
    default: Any = None


@dataclass(frozen=True)
class Parameter:
    """A figure of the law. `kind`: fraction, amount, table, brackets, tiers, limits or text."""

    key: str
    title: Text3
    value: Any
    kind: str = "fraction"
    unit: str = ""
    source: str = ""
    verified: bool = False


@dataclass(frozen=True)
class When:
    """A condition on an input; `op`: is, in, lt, le, gt, ge, given, missing."""

    name: str
    op: str = "is"
    value: Any = True


@dataclass(frozen=True)
class Factor:
    """One factor of the base: an input, a parameter, or a table looked up by inputs."""

    input: str = ""
    parameter: str = ""
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Base:
    """A product of factors; the first base whose conditions hold is the one used."""

    title: Text3
    factors: tuple[Factor, ...]
    when: tuple[When, ...] = ()
    # The reference price's factor and its legal limits by category, where the law sets them.
    limits: str = ""
    limited: str = ""
    article: str = ""


@dataclass(frozen=True)
class Deduction:
    """What is taken off the base: a `fraction` of it, or an `amount` (times an input, if named)."""

    title: Text3
    parameter: str
    kind: str = "fraction"
    times: str = ""
    when: tuple[When, ...] = ()
    article: str = ""


@dataclass(frozen=True)
class Component:
    """One head of the charge, posted to its own account.

    `kind`: rate (fraction of the base), table (a rate looked up by inputs), tiers (rate by the
    size of the input `by[0]`, the whole base at one rate), brackets (marginal slices of the base),
    slab (the bracket that the base falls into taxes all of it), itself (the base is the charge).
    """

    code: str
    title: Text3
    parameter: str = ""
    kind: str = "rate"
    by: tuple[str, ...] = ()
    when: tuple[When, ...] = ()
    scale: Decimal = Decimal(1)
    article: str = ""


@dataclass(frozen=True)
class Relief:
    """A part of the charge that is not asked for: a fraction off, one after the other."""

    title: Text3
    parameter: str
    when: tuple[When, ...]
    article: str = ""
    # `keep`: the parameter says what remains instead of what is taken off.
    keep: bool = False


@dataclass(frozen=True)
class Bound:
    """The least or most that is asked, or the most by which a charge may grow in a year."""

    title: Text3
    parameter: str
    kind: str
    article: str = ""


@dataclass(frozen=True)
class Levy:
    """A charge of a country's law, from the facts of a unit to the rounded components."""

    code: str
    jurisdiction: str
    title: Text3
    currency: str
    # What is taxed: "building" (units in buildings) or "land" (parcels).
    subject: str
    # Who is liable: "owner" or "occupant".
    liable: str
    inputs: tuple[Input, ...]
    bases: tuple[Base, ...]
    components: tuple[Component, ...]
    parameters: tuple[Parameter, ...]
    deductions: tuple[Deduction, ...] = ()
    reliefs: tuple[Relief, ...] = ()
    bounds: tuple[Bound, ...] = ()
    base_step: str = ""
    base_mode: str = "half_up"
    rounding: str = "half_up"
    # Shown for information only: the State's own tax, never billed here.
    informative: bool = False
    article: str = ""
    # Parameters that hold the terms of payment, by component code ("" = all components).
    terms: Mapping[str, str] = field(default_factory=dict)
    is_draft: bool = False
    # After how many years a unit is assessed anew; 0 where no cycle is established.
    cycle_years: int = 0

    def input(self, name: str) -> Input:
        """Return the declared input of that name."""
        return next(each for each in self.inputs if each.name == name)
