"""What a unit would be charged a year: by the rule pack in force, unknown facts as the middle of its like."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from core.errors import DomainError
from taxation import queries
from taxation.models import RulePack
from taxation.rules.computation import assess
from taxation.rules.schema import Input


@dataclass
class Estimator:
    """Estimates by one pack; facts that nobody knows are those usual for the same use."""

    pack: RulePack
    values: dict[str, Any] = field(init=False)
    usual: dict[str, dict[str, Decimal]] = field(init=False)

    def __post_init__(self) -> None:
        self.values = self.pack.values()
        self.usual = {
            each.name: self._middles(each)
            for each in self.pack.recipe.inputs
            if each.kind in ("decimal", "whole")
        }

    def _middles(self, each: Input) -> dict[str, Decimal]:
        asked = {"name": each.name, "levy": self.pack.levy, "per_m2": grows(each)}
        return {row["use"]: row["middle"] for row in queries.rows("typical_facts", asked)}

    def facts(self, *, area_m2: Decimal, use: str, known: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the facts that an estimate is made with."""
        facts: dict[str, Any] = {"area_m2": area_m2, "use": use}
        for name, middles in self.usual.items():
            middle = middles.get(use) or next(iter(middles.values()), None)
            if name not in facts and middle is not None:
                each = self.pack.recipe.input(name)
                facts[name] = (middle * area_m2).quantize(Decimal(1)) if grows(each) else round(middle, 3)
        names = {each.name for each in self.pack.recipe.inputs}
        return {name: value for name, value in {**facts, **(known or {})}.items() if name in names}

    def yearly(self, *, area_m2: Decimal, use: str, known: dict[str, Any] | None = None) -> Decimal | None:
        """Return the charge of a year, or None where the law's facts cannot be guessed."""
        try:
            return assess(
                self.pack.recipe, self.values, self.facts(area_m2=area_m2, use=use, known=known)
            ).total
        except DomainError:
            return None


def grows(each: Input) -> bool:
    """Say whether a fact grows with the area: a rent or a value does, a price per square metre does not."""
    return each.kind == "decimal" and bool(each.unit) and not each.name.endswith("_m2")


def of_buildings(on: date) -> Estimator | None:
    """Return the estimator of the levy that most building units are assessed by, if a pack is in force."""
    packs = [
        pack
        for pack in RulePack.objects.in_force(on)
        if pack.recipe.subject == "building" and not pack.recipe.informative
    ]
    used = {row["levy"]: row["n"] for row in queries.rows("levies_used", {})}
    packs.sort(key=lambda pack: (-used.get(pack.levy, 0), pack.pk))
    return Estimator(packs[0]) if packs else None
