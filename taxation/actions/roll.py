"""The roll: one billing of all approved assessments of a levy for a period."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Unprocessable
from ledger.actions import billing, stretches
from ledger.models import BillRun, RunState
from ledger.terms import due_on
from taxation import queries
from taxation.actions import packs
from taxation.errors import OverlappingPeriod
from taxation.models import RulePack

Report = Callable[[int, int | None, str], None]
CHUNK = 20_000


def values_of(pack: RulePack, *, period: str, period_start: date) -> dict[str, Any]:
    """Return what the roll's SELECTs ask for."""
    recipe = pack.recipe
    return {
        "levy": pack.levy, "role": recipe.liable, "currency": recipe.currency, "period": period,
        "period_start": period_start,
    }  # fmt: skip


def preview(levy: str, *, period_start: date, period: str) -> dict[str, Any]:
    """Say what a run would bill, what it would leave out and why, and its largest bills; write nothing."""
    pack = packs.in_force(levy, period_start)
    found = queries.rows("roll_preview", values_of(pack, period=period, period_start=period_start))[0]
    return {**found, "currency": pack.recipe.currency}


@transaction.atomic
def start(
    levy: str, *, period_start: date, period_end: date, period: str, issued_on: date, by: Any
) -> BillRun:
    """Open a run; another run of the levy may have the same period, but none that overlaps it."""
    if period_end < period_start:
        raise Unprocessable(
            _("The period ends before it begins"), fields={"period_end": _("Choose a later day.")}
        )
    packs.hold(levy)
    pack = packs.in_force(levy, period_start)
    if pack.recipe.informative:
        raise Unprocessable(_("This tax is the State’s: it is shown for information and not billed here."))
    overlapping = BillRun.objects.filter(
        levy=levy, period_start__lte=period_end, period_end__gte=period_start
    ).exclude(state=RunState.ROLLED_BACK)
    if overlapping.exclude(period=period, period_start=period_start, period_end=period_end).exists():
        raise OverlappingPeriod(_("Another run of this levy covers part of these days."))
    packs.open_charge_types(pack.recipe)
    terms = pack.terms_by_charge()
    first: dict[str, Any] = next(iter(terms.values()), {})
    return BillRun.objects.create(
        levy=levy, title=pack.title, period=period, period_start=period_start, period_end=period_end,
        currency=pack.recipe.currency, terms=terms, issued_on=issued_on, by=by,
        due_on=due_on(first, period_start=period_start, issued_on=issued_on),
    )  # fmt: skip


def carry_on(run: BillRun, report: Report, *, size: int = CHUNK) -> BillRun:
    """Bill chunk after chunk until done; go on where it was after a crash or a cancel.

    Progress counts the assessments that are left to look at.
    """
    pack = packs.in_force(run.levy, run.period_start)
    values = values_of(pack, period=run.period, period_start=run.period_start)
    source = billing.Source(
        queries.sql("roll_units"), queries.sql("roll_parties"), queries.sql("roll_breakdowns"), values
    )
    with stretches.turn():
        run.refresh_from_db()
        done, total = 0, _left(run, values)
        if total > 2 * size:
            stretches.split(run, queries.rows("roll_middle", {**values, "half": total // 2})[0]["id"])
        report(done, total, "")

        def seen(chunk: billing.Chunk) -> None:
            nonlocal done
            done += chunk.seen
            report(done, total, "")

        stretches.bill(run, source, seen, size=size)
        billing.finish(run)
    run.refresh_from_db()
    return run


def _left(run: BillRun, values: dict[str, Any]) -> int:
    return sum(
        queries.rows("roll_candidates", {**values, "after": after, "until": until})[0]["remaining"]
        for after, until in run.stretches
    )


def totals(run: BillRun) -> tuple[int, Decimal]:
    """Return how many bills a run has made and what they come to."""
    return int(run.totals.get("bills", 0)), Decimal(run.totals.get("amount", 0))
