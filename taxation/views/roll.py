"""The roll: dry run, run, publish, roll back."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.policy import Verb
from core.errors import DomainError
from jobs.actions import enqueue
from jobs.models import Job
from ledger.actions.billing import publish, roll_back
from ledger.models import BillRun
from ledger.views.common import attempt, today
from taxation import printing
from taxation.access import ROLL, desk, may
from taxation.actions import roll
from taxation.models import RulePack
from taxation.tasks import run_roll


def _year(values: Any) -> int:
    text = values.get("year", "")
    return int(text) if text.isdigit() and 1990 <= int(text) <= 2200 else today().year


@require_GET
@desk(ROLL)
def index(request: HttpRequest) -> HttpResponse:
    """List the runs, and show a dry run if one is asked for."""
    levy, year = request.GET.get("levy", ""), _year(request.GET)
    context: dict[str, Any] = {
        "runs": BillRun.objects.select_related("by").order_by("-pk")[:50],
        "packs": [
            pack for pack in RulePack.objects.in_force(date(year, 1, 1)) if not pack.recipe.informative
        ],
        "levy": levy,
        "year": year,
        "may_run": may(request, ROLL, Verb.EDIT),
    }
    if levy:
        try:
            context["preview"] = roll.preview(levy, period_start=date(year, 1, 1), period=str(year))
        except DomainError as refusal:
            context["refusal"] = refusal
    return render(request, "taxation/roll.html", context)


@require_POST
@desk(ROLL, Verb.EDIT)
def start(request: HttpRequest) -> HttpResponse:
    """Start a run in the background."""
    year = _year(request.POST)

    def work() -> str:
        run = roll.start(
            request.POST.get("levy", ""), period_start=date(year, 1, 1), period_end=date(year, 12, 31), period=str(year),
            issued_on=today(), by=request.user,
        )  # fmt: skip
        enqueue(run_roll, run.pk, owner=request.user, title=f"{run}", idempotency_key=f"roll-{run.pk}")
        return f"/staff/tax/roll/{run.pk}/"

    return attempt(request, work, back="/staff/tax/roll/")


@require_GET
@desk(ROLL)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a run: how far it is, its totals, and what can be done with it."""
    run = get_object_or_404(BillRun, pk=pk)
    context = {
        "run": run,
        "job": Job.objects.filter(idempotency_key=f"roll-{run.pk}").first(),
        "bills": run.bills.order_by("-amount")[:20],
        "printed": [(path.parent.name, path.name, path.stem) for path in printing.files_of(run.pk)],
        "printing": Job.objects.filter(idempotency_key__startswith=f"bills-{run.pk}-").order_by("-pk")[:3],
        "may_run": may(request, ROLL, Verb.EDIT),
    }
    return render(request, "taxation/run.html", context)


@require_POST
@desk(ROLL, Verb.EDIT)
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish, roll back, or carry on a run."""
    run = get_object_or_404(BillRun, pk=pk)
    deeds = {
        "publish": lambda: publish(run),
        "roll_back": lambda: roll_back(run, on=today(), by=request.user),
        "carry_on": lambda: enqueue(run_roll, run.pk, owner=request.user, title=f"{run}") and None,
    }
    deed = deeds.get(request.POST.get("deed", ""), lambda: None)
    return attempt(request, deed, back=f"/staff/tax/roll/{pk}/", done=_("Done."))
