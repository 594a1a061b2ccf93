"""Simulations: start one of a draft, follow it, see who pays more and less, compare those that were saved."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

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
from core.errors import Unprocessable
from core.numbers import decimal_in
from jobs.actions import cancel, enqueue
from jobs.models import Job
from ledger.views.common import attempt, today
from taxation import drawing, queries
from taxation.access import SIMULATION
from taxation.actions import simulating
from taxation.models import PackStatus, RulePack, Simulation
from taxation.tasks import run_simulation

MOST = 1_000_000
SIDES = ("", "losers", "winners")
COLUMNS = (
    Column("title", gettext_lazy("Simulation"), "title"),
    Column("made", gettext_lazy("Made"), "created_at"),
    Column("units", gettext_lazy("Units"), is_number=True),
    Column("before", gettext_lazy("Revenue now"), is_number=True),
    Column("after", gettext_lazy("By the draft"), is_number=True),
    Column("change", gettext_lazy("Change"), is_number=True),
    Column("losers", gettext_lazy("Pay more"), is_number=True),
    Column("winners", gettext_lazy("Pay less"), is_number=True),
    Column("largest", gettext_lazy("Largest increase"), is_number=True),
    Column("cap", gettext_lazy("Cap"), is_number=True),
)


def _key(pk: int) -> str:
    return f"simulation-{pk}"


def _cap(text: str) -> Decimal | None:
    written = text.strip().rstrip("%٪")
    if not written:
        return None
    cap = decimal_in(written)
    if cap is None:
        raise Unprocessable(_("The cap cannot be used"), fields={"cap": _("Write a percentage from 0 on.")})
    return cap / 100


@require_GET
@desk(SIMULATION)
def index(request: HttpRequest) -> HttpResponseBase:
    """List the saved simulations beside each other, and offer the drafts."""
    found = Simulation.objects.select_related("draft", "present", "by")
    listing = Listing(request, found, columns=COLUMNS, search=("title", "draft__levy"), order=["-pk"])
    if listing.wants_csv:
        return _as_csv(listing)
    context = {
        "listing": listing,
        "simulations": [_told(one) for one in listing.page],
        "drafts": RulePack.objects.filter(status=PackStatus.DRAFT).order_by("-pk"),
        "chosen": request.GET.get("draft", ""),
        "may_run": may(request, SIMULATION, Verb.EDIT),
    }
    return render(request, "taxation/simulations.html", context)


def _told(one: Simulation) -> dict[str, object]:
    totals = one.totals
    if totals.get("state") != "done":
        return {"simulation": one, "totals": None}
    before, after = Decimal(totals["before"]), Decimal(totals["after"])
    part = round(100 * (after - before) / before, 1) if before else None
    return {
        "simulation": one, "totals": totals, "before": before, "after": after, "change": after - before, "part": part,
        "largest_part": round(100 * Decimal(totals["largest_part"]), 1),
        "cap": None if totals.get("cap") is None else round(100 * Decimal(totals["cap"]), 1),
    }  # fmt: skip


def _as_csv(listing: Listing) -> HttpResponseBase:
    def total(name: str) -> Callable[[dict[str, Any]], Any]:
        return lambda row: (row["totals"] or {}).get(name, "")

    columns: dict[Any, Callable[[dict[str, Any]], Any]] = {
        _("Simulation"): lambda row: row["simulation"].title,
        _("Made"): lambda row: row["simulation"].created_at,
        _("Units"): total("units"),
        _("Revenue now"): total("before"),
        _("By the draft"): total("after"),
        _("Pay more"): total("losers"),
        _("Pay less"): total("winners"),
        _("Largest increase"): total("largest"),
        _("Currency"): total("currency"),
    }
    return csv_response("simulations", columns, map(_told, listing.rows))


@require_POST
@desk(SIMULATION, Verb.EDIT)
def start(request: HttpRequest) -> HttpResponse:
    """Start a simulation as a job."""
    pk = request.POST.get("draft", "")
    draft = get_object_or_404(RulePack, pk=pk if pk.isdigit() else 0)

    def work() -> str:
        opened = simulating.prepare(
            draft,
            title=request.POST.get("title", ""),
            cap=_cap(request.POST.get("cap", "")),
            on=today(),
            by=request.user,
        )
        enqueue(
            run_simulation, opened.pk, owner=request.user, title=opened.title, idempotency_key=_key(opened.pk)
        )
        return f"/staff/tax/simulations/{opened.pk}/"

    return attempt(request, work, back="/staff/tax/simulations/")


@require_GET
@desk(SIMULATION)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a simulation: how far it is, or what came of it."""
    kept = get_object_or_404(Simulation.objects.select_related("draft", "present", "by"), pk=pk)
    side = request.GET.get("side", "")
    context = {
        **_told(kept),
        "job": Job.objects.filter(idempotency_key=_key(pk)).first(),
        "side": side if side in SIDES else "",
        "currency": kept.draft.recipe.currency,
        "may_run": may(request, SIMULATION, Verb.EDIT),
    }
    if context["totals"]:
        asked = {"simulation": pk, "side": context["side"], "size": 25, "skip": 0}
        found = queries.rows("simulation_districts", asked)
        for row in found:
            row["name"] = {code: row[f"name_{code}"] or "" for code in ("ar", "en", "fr")}
            row["part"] = round(100 * row["change"] / row["before"], 1) if row["before"] else None
        context |= {
            "districts": found,
            "rows": [_percent(row) for row in queries.rows("simulation_rows", asked)],
            "map": drawing.districts({}),
            "cells": drawing.change_cells(pk),
            "legend": list(
                zip(drawing.CHANGE, ("< −10 %", "−10 … 0 %", "0 %", "0 … 10 %", "> 10 %"), strict=True)
            ),
        }
    return render(request, "taxation/simulation.html", context)


def _percent(row: dict[str, object]) -> dict[str, object]:
    part = row["part"]
    return {**row, "part": round(100 * part, 1) if isinstance(part, Decimal) else None}


@require_POST
@desk(SIMULATION, Verb.EDIT)
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a simulation that is running."""
    job = get_object_or_404(Job, idempotency_key=_key(pk))
    return attempt(
        request, lambda: cancel(job) and None, back=f"/staff/tax/simulations/{pk}/", done=_("Cancelled.")
    )


@require_GET
@desk(SIMULATION)
def export(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Write a simulation's units to a file."""
    kept = get_object_or_404(Simulation, pk=pk)
    columns = [
        sheets.Column(_("Unit")), sheets.Column(_("Area (m²)")), sheets.Column(_("Before")), sheets.Column(_("After")),
        sheets.Column(_("Change")), sheets.Column(_("Change in %")),
    ]  # fmt: skip
    asked = {"simulation": kept.pk, "side": "", "size": MOST, "skip": 0}
    lines = [
        (row["label"], row["area_m2"], row["before"], row["after"], row["change"], _percent(row)["part"])
        for row in queries.rows("simulation_rows", asked)
    ]
    return sheets.answer(kind, f"simulation-{pk}", columns, lines)
