"""Simulating a draft pack: every assessed unit by the present figures and by the draft's, kept to compare."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Conflict, DomainError, Unprocessable
from core.money import round_money
from taxation import queries
from taxation.actions import packs
from taxation.actions.assessing import facts_of
from taxation.models import Assessment, PackStatus, RulePack, Simulation, SimulationRow, TaxUnit
from taxation.rules.computation import assess

Report = Callable[[int, int | None, str], None]
CHUNK = 2_000


def prepare(draft: RulePack, *, title: str, cap: Decimal | None, on: date, by: Any) -> Simulation:
    """Open a simulation of a draft against the pack in force; `cap` is the largest growth allowed (0.1 = 10 %)."""
    if draft.status != PackStatus.DRAFT:
        raise Conflict(_("Only a draft is simulated; this pack is in force already."))
    if cap is not None and not 0 <= cap <= 100:
        raise Unprocessable(_("The cap cannot be used"), fields={"cap": _("Write a percentage from 0 on.")})
    present = packs.in_force(draft.levy, on)
    name = title.strip()[:120] or str(draft)
    totals = {"cap": None if cap is None else str(cap), "state": "waiting"}
    return Simulation.objects.create(title=name, draft=draft, present=present, totals=totals, by=by)


def run(simulation: Simulation, report: Report) -> Simulation:
    """Compute every unit both ways; begun again, it starts over, and what is half done shows no totals."""
    simulation.rows.all().delete()
    present, draft = simulation.present, simulation.draft
    assessed = Assessment.objects.filter(
        levy=draft.levy, state="approved", valid_to=None, unit__retired_at=None
    ).order_by("unit_id")
    total, done, refused = assessed.count(), 0, 0
    cap = simulation.totals.get("cap")
    both = _Both(present, draft, None if cap is None else Decimal(cap))
    for units in _chunks(assessed.values_list("unit_id", flat=True).iterator(CHUNK)):
        report(done, total, "")
        rows = [both.row(simulation, unit) for unit in TaxUnit.objects.filter(pk__in=units).order_by("pk")]
        SimulationRow.objects.bulk_create([row for row in rows if row is not None])
        refused += rows.count(None)
        done += len(units)
    _sum_up(simulation, refused)
    report(total, total, "")
    return simulation


def _chunks(ids: Iterator[int]) -> Iterator[list[int]]:
    chunk: list[int] = []
    for one in ids:
        chunk.append(one)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


class _Both:
    """Two packs of one levy, read once."""

    def __init__(self, present: RulePack, draft: RulePack, cap: Decimal | None) -> None:
        self.recipe, self.cap = draft.recipe, cap
        self.before, self.after = present.values(), draft.values()

    def row(self, simulation: Simulation, unit: TaxUnit) -> SimulationRow | None:
        """Return what a unit pays both ways, or None where its facts do not suffice for one of them."""
        facts = facts_of(unit, self.recipe)
        try:
            before = assess(self.recipe, self.before, facts).total
            after = assess(self.recipe, self.after, facts).total
        except DomainError:
            return None
        if self.cap is not None and before:
            after = min(after, round_money(before * (1 + self.cap), self.recipe.currency))
        return SimulationRow(simulation=simulation, unit=unit, before=before, after=after)


@transaction.atomic
def _sum_up(simulation: Simulation, refused: int) -> None:
    asked = {"simulation": simulation.pk}
    sums = queries.rows("simulation_sums", asked)[0]
    simulation.totals = {
        **simulation.totals,
        **{name: str(value) if isinstance(value, Decimal) else value for name, value in sums.items()},
        "refused": refused,
        "currency": simulation.draft.recipe.currency,
        "state": "done",
    }
    simulation.save(update_fields=["totals"])
