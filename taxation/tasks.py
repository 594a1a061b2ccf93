"""Background work of taxation."""

from django.utils import timezone
from django.utils.translation import gettext_noop
from django_tasks import task

from core.acting import acting
from jobs import progress
from ledger.models import BillRun
from reconciliation.actions.filling import fill
from taxation import demonstration, printing
from taxation.actions import roll, simulating
from taxation.models import Simulation, TaxUnit
from taxation.queues import QUEUES


@task()
def run_roll(run_id: int) -> dict[str, object]:
    """Bill a run to its end; started again, it goes on where it was."""
    run = roll.carry_on(BillRun.objects.get(pk=run_id), progress.report)
    bills, amount = roll.totals(run)
    return {gettext_noop("bills"): bills, gettext_noop("amount"): str(amount)}


@task()
def make_demonstration(seed: int) -> dict[str, object]:
    """Invent a tax year for the demonstration town; where there are taxes already, nothing is done."""
    if TaxUnit.objects.exists():
        return {}
    demonstration.make(seed=seed, say=lambda text: progress.report(0, None, text.strip()))
    return {gettext_noop("units"): TaxUnit.objects.count()}


@task()
def look_for_discrepancies() -> dict[str, object]:
    """Compare the registers with the tax register; run again, it only looks again."""
    with acting(channel="job"):
        return {queue.key: fill(queue=queue, on=timezone.localdate(), by=None).found for queue in QUEUES}


@task()
def run_simulation(simulation_id: int) -> dict[str, object]:
    """Compute a simulation; begun again, it starts over."""
    done = simulating.run(Simulation.objects.get(pk=simulation_id), progress.report)
    return {
        gettext_noop("units"): done.totals["units"],
        gettext_noop("before"): done.totals["before"],
        gettext_noop("after"): done.totals["after"],
    }


@task()
def print_bills(run_id: int, language: str) -> dict[str, object]:
    """Print all bills of a run in a language; started again, it goes on where it was."""
    return {
        gettext_noop("printed bills"): printing.print_run(
            BillRun.objects.get(pk=run_id), language, progress.report
        )
    }
