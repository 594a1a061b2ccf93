"""The registry of rules about drafts.

A rule is a function that yields findings; apps above add theirs in `parcel_checks.py`. Severity and
moment decide what a finding does: one that blocks stops the submission, one that needs a reason asks
for it, and information is only shown.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from shapely.geometry.base import BaseGeometry

from cadastre.drafting.plots import Plot
from cadastre.models import CadastreSettings, Record


class Severity(StrEnum):
    """What a finding does."""

    BLOCKS = "blocks"
    NEEDS_REASON = "needs_reason"
    INFO = "info"


class Moment(StrEnum):
    """When a rule is asked."""

    LIVE = "live"
    SUBMIT = "submit"
    APPROVE = "approve"


ORDER = {Severity.BLOCKS: 0, Severity.NEEDS_REASON: 1, Severity.INFO: 2}
ALWAYS = frozenset(Moment)
LATE = frozenset({Moment.SUBMIT, Moment.APPROVE})


@dataclass(frozen=True)
class Finding:
    """A breach: its words, the plots concerned and its place on the map.

    `subject` stays the same while the breach does, so that a reason given for it holds.
    """

    rule: str
    severity: Severity
    subject: str
    message: Any
    place: BaseGeometry | None = None
    plots: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """What rules look at: the proposals, what they replace and what lies around, as values."""

    record: Record | None
    moment: Moment
    proposed: tuple[Plot, ...]
    ended: tuple[Plot, ...]
    around: tuple[Plot, ...]
    others: tuple[Plot, ...] = ()
    settings: CadastreSettings = field(default_factory=CadastreSettings)

    @property
    def is_reversal(self) -> bool:
        """Say whether the draft only puts back what was in force before."""
        return self.record is not None and self.record.undoes_id is not None

    @property
    def new(self) -> list[Plot]:
        """Return the proposals that are more than a vertex added to a neighbour."""
        return [plot for plot in self.proposed if plot.role != "noded"]


Found = Iterable[tuple[str, Any, BaseGeometry | None, tuple[str, ...]]]


@dataclass(frozen=True)
class Rule:
    """One rule: its code, title, severity, moments and the function that asks."""

    code: str
    title: Any
    severity: Severity
    moments: frozenset[Moment]
    ask: Callable[[Draft], Found]


RULES: dict[str, Rule] = {}


def rule(
    code: str, title: Any, severity: Severity, moments: frozenset[Moment] = ALWAYS
) -> Callable[[Callable[[Draft], Found]], Callable[[Draft], Found]]:
    """Register a function as a rule; it yields (subject, message, place, plots' keys)."""

    def registered(ask: Callable[[Draft], Found]) -> Callable[[Draft], Found]:
        RULES[code] = Rule(code, title, severity, moments, ask)
        return ask

    return registered


def ask_all(draft: Draft) -> list[Finding]:
    """Ask every rule of the draft's moment; what blocks comes first."""
    found = [
        Finding(one.code, one.severity, subject, message, place, keys)
        for one in RULES.values()
        if draft.moment in one.moments
        for subject, message, place, keys in one.ask(draft)
    ]
    return sorted(found, key=lambda finding: ORDER[finding.severity])
