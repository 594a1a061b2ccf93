"""The roll: dry run, run, publish, roll back."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.access import desk, may
from accounts.listing import Column, Listing, csv_response
from accounts.policy import Verb
from core import sheets
from core.errors import DomainError
from core.text3 import Text3
from jobs.actions import enqueue
from jobs.models import Job
from ledger.actions.billing import publish, roll_back
from ledger.models import Bill, BillRun
from ledger.views.common import attempt, today
from taxation import printing
from taxation.access import ROLL
from taxation.actions import roll
from taxation.models import RulePack
from taxation.tasks import run_roll

PAGE = 50
RUNS = (
    Column("levy", gettext_lazy("Levy"), "levy"),
    Column("period", gettext_lazy("Period"), "period_start"),
    Column("state", gettext_lazy("State"), "state"),
    Column("bills", gettext_lazy("Bills"), is_number=True),
    Column("amount", gettext_lazy("Amount"), is_number=True),
)


def _year(values: Any) -> int:
    text = values.get("year", "")
    return int(text) if text.isdigit() and 1990 <= int(text) <= 2200 else today().year


@require_GET
@desk(ROLL)
def index(request: HttpRequest) -> HttpResponseBase:
    """List the runs, and show a dry run if one is asked for."""
    runs = Listing(
        request, BillRun.objects.all(), columns=RUNS, search=("title", "levy", "period"), order=["-pk"]
    )
    if runs.wants_csv:
        return _runs_as_csv(runs)
    levy, year = request.GET.get("levy", ""), _year(request.GET)
    context: dict[str, Any] = {
        "listing": runs,
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


def _runs_as_csv(runs: Listing) -> HttpResponseBase:
    columns: dict[Any, Callable[[BillRun], Any]] = {
        _("Levy"): lambda run: str(Text3.of(run.title)) or run.levy,
        _("Period"): lambda run: run.period,
        _("State"): lambda run: run.get_state_display(),
        _("Issued on"): lambda run: run.issued_on,
        _("Bills"): lambda run: run.totals.get("bills", 0),
        _("Amount"): lambda run: run.totals.get("amount", "0"),
        _("Currency"): lambda run: run.currency,
    }
    return csv_response("rolls", columns, runs.rows)


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
        _enqueue(run, request)
        return f"/staff/tax/roll/{run.pk}/"

    return attempt(request, work, back="/staff/tax/roll/")


def _enqueue(run: BillRun, request: HttpRequest) -> None:
    """Have the worker carry on a run; while one job for it goes on, there is no second."""
    prefix = f"roll-{run.pk}-"
    ended = Job.objects.filter(idempotency_key__startswith=prefix, finished_at__isnull=False).count()
    enqueue(run_roll, run.pk, owner=request.user, title=f"{run}", idempotency_key=f"{prefix}{ended}")


@require_GET
@desk(ROLL)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a run: how far it is, its totals, and what can be done with it."""
    run = get_object_or_404(BillRun, pk=pk)
    bills, shown = _bills(run, request)
    context = {
        **shown,
        "run": run,
        "job": Job.objects.filter(idempotency_key__startswith=f"roll-{run.pk}-").first(),
        "page": Paginator(bills, PAGE).get_page(request.GET.get("page")),
        "printed": [(path.parent.name, path.name, path.stem) for path in printing.files_of(run.pk)],
        "printing": Job.objects.filter(idempotency_key__startswith=f"bills-{run.pk}-")[:3],
        "may_run": may(request, ROLL, Verb.EDIT),
    }
    return render(request, "taxation/run.html", context)


def _bills(run: BillRun, request: HttpRequest) -> tuple[QuerySet[Bill], dict[str, Any]]:
    """Return a run's bills whose label has the words, by amount or label, and what was asked."""
    words, sort = request.GET.get("q", "").strip(), request.GET.get("sort", "")
    order = ("label", "pk") if sort == "label" else ("-amount", "pk")
    found = run.bills.filter(cancelled_at=None, label__contains=words).order_by(*order)
    return found, {"q": words, "sort": sort, "query": urlencode({"q": words, "sort": sort}) + "&"}


@require_GET
@desk(ROLL)
def export(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Write a run's bills to a file."""
    run = get_object_or_404(BillRun, pk=pk)
    columns = [
        sheets.Column(_("Bill"), 10), sheets.Column(_("Unit"), 24), sheets.Column(_("Period"), 10),
        sheets.Column(_("Amount")), sheets.Column(_("Currency"), 8),
    ]  # fmt: skip
    rows = _bills(run, request)[0].values_list("pk", "label", "period", "amount")
    return sheets.answer(kind, f"roll-{pk}", columns, ((*row, run.currency) for row in rows.iterator(5000)))


@require_POST
@desk(ROLL, Verb.EDIT)
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish, roll back, or carry on a run."""
    run = get_object_or_404(BillRun, pk=pk)
    deeds = {
        "publish": lambda: publish(run),
        "roll_back": lambda: roll_back(run, on=today(), by=request.user),
        "carry_on": lambda: _enqueue(run, request),
    }
    deed = deeds.get(request.POST.get("deed", ""), lambda: None)
    return attempt(request, deed, back=f"/staff/tax/roll/{pk}/", done=_("Done."))
