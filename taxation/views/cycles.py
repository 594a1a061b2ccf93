"""Reassessment: what is overdue or comes next; and the lists that assessments are published in."""

from collections.abc import Callable
from datetime import timedelta
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
from core.text3 import Text3
from ledger.views.common import attempt, day_in, today
from taxation import queries
from taxation.access import APPROVAL, UNITS
from taxation.actions import lists
from taxation.models import Assessment, AssessmentList, RulePack

PAGE = 50
MOST = 1_000_000
ORDERS = {"due": "due_on", "label": "u.label", "total": "a.total DESC"}
LISTS = (
    Column("levy", gettext_lazy("Levy"), "levy"),
    Column("published", gettext_lazy("Published on"), "published_on"),
    Column("closes", gettext_lazy("Last day to object"), "closes_on"),
    Column("place", gettext_lazy("Where it can be seen"), "place"),
    Column("assessments", gettext_lazy("Assessments"), "assessments", is_number=True),
    Column("file", gettext_lazy("File")),
)
AHEAD = {"overdue": 0, "year": 365, "all": 36_500}


def _asked(request: HttpRequest, size: int) -> dict[str, Any]:
    words, page = request.GET.get("q", "").strip(), request.GET.get("page", "1")
    ahead = request.GET.get("ahead", "overdue")
    number = int(page) if page.isdigit() and 0 < int(page) < 100_000 else 1
    return {
        "on": today(), "until": today() + timedelta(days=AHEAD.get(ahead, 0)), "q": words, "like": f"%{words}%",
        "size": size, "skip": (number - 1) * PAGE if size == PAGE else 0, "number": number, "ahead": ahead,
    }  # fmt: skip


def _rows(request: HttpRequest, asked: dict[str, Any]) -> list[dict[str, Any]]:
    found = queries.rows("cycles", asked, order=ORDERS.get(request.GET.get("sort", ""), ORDERS["due"]))
    titles = {pack.levy: str(pack) for pack in RulePack.objects.in_force(today())}
    for row in found:
        row["title"] = titles.get(row["levy"], row["levy"])
        row["district"] = str(Text3(*(row[f"name_{code}"] or "" for code in ("ar", "en", "fr"))))
        row["is_overdue"] = row["due_on"] <= today()
    return found


@require_GET
@desk(UNITS)
def index(request: HttpRequest) -> HttpResponse:
    """List what must be assessed anew, the longest overdue first."""
    asked = _asked(request, PAGE)
    found = _rows(request, asked)
    total = found[0]["found"] if found else 0
    context = {
        "rows": found, "found": total, "asked": asked, "sort": request.GET.get("sort", "due"),
        "has_next": asked["number"] * PAGE < total, "years": queries.rows("cycle_years", {"on": today()}),
    }  # fmt: skip
    return render(request, "taxation/cycles.html", context)


@require_GET
@desk(UNITS)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Write the list to a file."""
    columns = [
        sheets.Column(_("Unit")), sheets.Column(_("District"), 24), sheets.Column(_("Levy"), 30),
        sheets.Column(_("Assessed")), sheets.Column(_("Currency"), 8), sheets.Column(_("Assessed since")),
        sheets.Column(_("To be assessed anew by")),
    ]  # fmt: skip
    lines = [
        (
            row["label"], row["district"], row["title"], row["total"], row["currency"], row["valid_from"], row["due_on"]
        )
        for row in _rows(request, _asked(request, MOST))
    ]  # fmt: skip
    return sheets.answer(kind, f"reassessment-{today():%Y-%m-%d}", columns, lines)


@require_GET
@desk(UNITS)
def published(request: HttpRequest) -> HttpResponseBase:
    """Show the published lists and how long one may object, and what waits to be published."""
    listing = Listing(
        request, AssessmentList.objects.all(), columns=LISTS, search=("title", "levy", "place"), order=["-pk"]
    )
    if listing.wants_csv:
        return _lists_as_csv(listing)
    packs = [pack for pack in RulePack.objects.in_force(today()) if not pack.recipe.informative]
    waiting = Assessment.objects.filter(
        state="approved", valid_to=None, listed_in=None, unit__retired_at=None
    )
    context = {
        "listing": listing,
        "packs": [(pack, waiting.filter(levy=pack.levy).count()) for pack in packs],
        "today": today(),
        "may_publish": may(request, APPROVAL, Verb.EDIT),
    }
    return render(request, "taxation/lists.html", context)


def _lists_as_csv(listing: Listing) -> HttpResponseBase:
    columns: dict[Any, Callable[[AssessmentList], Any]] = {
        _("Levy"): lambda one: str(Text3.of(one.title)) or one.levy,
        _("Published on"): lambda one: one.published_on,
        _("Last day to object"): lambda one: one.closes_on,
        _("Where it can be seen"): lambda one: one.place,
        _("Assessments"): lambda one: one.assessments,
    }
    return csv_response("assessment-lists", columns, listing.rows)


@require_POST
@desk(APPROVAL, Verb.EDIT)
def publish(request: HttpRequest) -> HttpResponse:
    """Publish a levy's list."""

    def work() -> None:
        lists.publish(
            request.POST.get("levy", ""), on=day_in(request.POST, "on", today()), place=request.POST.get("place", ""),
            by=request.user,
        )  # fmt: skip

    return attempt(request, work, back="/staff/tax/lists/", done=_("The list is published."))


@require_GET
@desk(UNITS)
def list_export(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Write a published list to a file: units and amounts, no names."""
    kept = get_object_or_404(AssessmentList, pk=pk)
    columns = [
        sheets.Column(_("Unit")), sheets.Column(_("Area (m²)")), sheets.Column(_("Base")), sheets.Column(_("Total")),
        sheets.Column(_("Currency"), 8), sheets.Column(_("Valid from")), sheets.Column(_("Last day to object")),
    ]  # fmt: skip
    found = kept.listed.select_related("unit").order_by("unit__label")
    lines = [
        (one.unit.label, one.unit.area_m2, one.base, one.total, one.currency, one.valid_from, kept.closes_on)
        for one in found.iterator(2000)
    ]
    return sheets.answer(kind, f"list-{pk}", columns, lines)


@require_POST
@desk(UNITS, Verb.EDIT)
def serve(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down that a notice was served."""
    kept = get_object_or_404(Assessment, pk=pk)

    def work() -> None:
        lists.serve(kept, on=day_in(request.POST, "on", today()), today=today())

    return attempt(
        request, work, back=f"/staff/tax/units/{kept.unit_id}/", done=_("The day of service is saved.")
    )
