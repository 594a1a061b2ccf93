"""The queues of tax: each a question to the registers, a sentence, and what a row of it is worth a year.

A reconciliation engine needs of a queue no more than this: `find(source, on=…)` is a pure read that
yields evidence and estimated yearly revenue for each row.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from taxation import queries
from taxation.estimating import Estimator, grows, of_buildings
from taxation.models import TaxUnit


@dataclass(frozen=True)
class Source:
    """A queue: its code, its title, what it asks and what correcting a row does."""

    code: str
    title: Any
    question: Any
    correct: Any

    @property
    def query(self) -> str:
        """Return the file of SQL that asks it."""
        return f"queue_{self.code}"


@dataclass(frozen=True)
class Found:
    """A row of a queue."""

    queue: str
    collection: str
    feature_id: int
    label: str
    unit_id: int | None
    building_id: int | None
    parcel_id: int | None
    district_id: int | None
    evidence: dict[str, Any]
    revenue: Decimal | None
    currency: str


SOURCES = (
    Source(
        "untaxed",
        _("Registered, not taxed"),
        _("Units and buildings of the register that no tax is asked for."),
        _("Take into the tax register"),
    ),
    Source(
        "unfound",
        _("Taxed, not found"),
        _("Units that are taxed although the register no longer holds them."),
        _("Tax no more"),
    ),
    Source(
        "differs",
        _("Taxed otherwise than registered"),
        _("Units whose assessed area, floors or use are not those of the register."),
        _("Take the register’s facts"),
    ),
    Source(
        "metered",
        _("Metered, not taxed"),
        _("Buildings and places with more water meters in use than units that are taxed."),
        _("Take into the tax register"),
    ),
)
# Filled when another system's roll is brought in (`taxation.actions.foreign_roll`), not by looking.
IMPORTED = (
    Source(
        "unmatched",
        _("Roll lines without a parcel"),
        _("Lines of an imported roll whose parcel is not on the map."),
        _("Mark to be corrected"),
    ),
    Source(
        "vanished",
        _("Parcels gone from the map"),
        _("Parcels of the year before that the map no longer holds."),
        _("Mark to be corrected"),
    ),
    Source(
        "appeared",
        _("Parcels new on the map"),
        _("Parcels that the map of the year before did not hold."),
        _("Mark to be corrected"),
    ),
)
BY_CODE = {source.code: source for source in (*SOURCES, *IMPORTED)}


def find(source: Source, *, on: date) -> Iterator[Found]:
    """Yield what is in a queue on a day, with evidence and estimate; write nothing."""
    estimator = of_buildings(on)
    for row in queries.rows(source.query, {}):
        revenue, currency = row.get("revenue"), row.get("currency") or ""
        if source.code != "unfound" and estimator is not None:
            revenue, currency = _worth(source, row, estimator), estimator.pack.recipe.currency
        yield Found(
            source.code, row["collection"], row["feature_id"], row["label"], row["unit_id"], row["building_id"],
            row["parcel_id"], row["district_id"], row["evidence"], revenue, currency,
        )  # fmt: skip


def _worth(source: Source, row: dict[str, Any], estimator: Estimator) -> Decimal | None:
    """Return what the row would bring a year: for a difference, by how much the charge would change."""
    if row["unit_id"] is None:
        return estimator.yearly(area_m2=row["area_m2"], use=row["use"])
    unit = TaxUnit.objects.get(pk=row["unit_id"])
    usual = estimator.facts(area_m2=unit.area_m2, use=unit.use, known=unit.facts)
    grown = _grown(unit, row["area_m2"], usual, estimator)
    before = estimator.yearly(area_m2=unit.area_m2, use=unit.use, known=unit.facts)
    after = estimator.yearly(area_m2=row["area_m2"], use=row["use"], known=grown)
    return None if before is None or after is None else after - before


def _grown(unit: TaxUnit, area_m2: Decimal, facts: dict[str, Any], estimator: Estimator) -> dict[str, Any]:
    """Return a unit's facts at another area: what grows with the area grows in proportion."""
    scale = area_m2 / unit.area_m2
    changed = {
        name: (Decimal(str(value)) * scale).quantize(Decimal(1))
        for name, value in facts.items()
        if grows(estimator.pack.recipe.input(name))
    }
    return {name: value for name, value in {**facts, **changed}.items() if name not in ("area_m2", "use")}
