"""Background work of taxation."""

from django_tasks import task

from jobs import progress
from ledger.models import BillRun
from taxation import printing
from taxation.actions import roll


@task()
def run_roll(run_id: int) -> dict[str, object]:
    """Bill a run to its end; started again, it goes on where it was."""
    run = roll.carry_on(BillRun.objects.get(pk=run_id), progress.report)
    bills, amount = roll.totals(run)
    return {"run": run.pk, "bills": bills, "amount": str(amount)}


@task()
def print_bills(run_id: int, language: str) -> dict[str, object]:
    """Print all bills of a run in a language; started again, it goes on where it was."""
    return {"printed": printing.print_run(BillRun.objects.get(pk=run_id), language, progress.report)}
