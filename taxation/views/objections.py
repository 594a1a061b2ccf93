"""Objections and appeals: the queue by legal clocks, setting the hearing, its papers, deciding."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.access import desk, may
from accounts.listing import Column, Listing
from accounts.policy import Verb, subject_of, visible_fields
from core import sheets
from ledger import papers
from ledger.models import Bill
from ledger.views.common import amount_in, attempt, day_in, today
from taxation import queries
from taxation.access import APPROVAL, UNITS, sees_debt
from taxation.actions import objections
from taxation.models import Objection
from taxation.rules.clocks import clocks

DECIDED = (
    Column("unit", gettext_lazy("Unit"), "assessment__unit__label"),
    Column("party", gettext_lazy("Party"), "party__approved_name"),
    Column("state", gettext_lazy("State"), "state"),
    Column("decision", gettext_lazy("Decision and its reasons")),
    Column("total", gettext_lazy("New total"), "new_total", is_number=True),
    Column("appeal", gettext_lazy("Appeal until")),
)


def _clocked(one: Objection) -> dict[str, Any]:
    """Return an objection with its clocks: what is due when, and what is past it."""
    law = clocks(one.assessment.pack.recipe.jurisdiction)
    decide_by = one.filed_on + timedelta(days=law.decision)
    appeal_by = objections.appeal_deadline(one) if one.appeal_of_id is None else None
    return {
        "one": one,
        "law": law,
        "decide_by": decide_by,
        "is_late": one.decided_on is None and decide_by < today(),
        "days_left": (decide_by - today()).days,
        "appeal_by": appeal_by,
        "may_appeal": appeal_by is not None and appeal_by >= today() and not hasattr(one, "appeal"),
    }


def _found() -> Any:
    return Objection.objects.select_related(
        "assessment__unit", "assessment__pack", "party", "decided_by", "appeal", "appeal_of"
    )


@require_GET
@desk(APPROVAL)
def index(request: HttpRequest) -> HttpResponse:
    """List the objections and appeals, open ones first, by the day they must be decided."""
    found = _found()
    words = request.GET.get("q", "").strip()
    if words:
        found = found.filter(assessment__unit__label__icontains=words)
    decided = Listing(
        request,
        found.exclude(state__in=objections.OPEN),
        columns=DECIDED,
        order=["-decided_on"],
    )
    context = {
        "open": [_clocked(one) for one in found.filter(state__in=objections.OPEN).order_by("filed_on", "pk")],
        "listing": decided,
        "decided": [_clocked(one) for one in decided.page],
        "q": words,
        "today": today(),
        "may_decide": may(request, APPROVAL, Verb.EDIT),
        "may_enter": may(request, UNITS, Verb.EDIT),
    }
    return render(request, "taxation/objections.html", context)


@require_GET
@desk(APPROVAL)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Write all objections to a file."""
    columns = [
        sheets.Column(_("Number"), 10), sheets.Column(_("Unit")), sheets.Column(_("Party"), 28), sheets.Column(_("Filed on")),
        sheets.Column(_("To be decided by")), sheets.Column(_("Hearing on")), sheets.Column(_("State")),
        sheets.Column(_("Contested")), sheets.Column(_("New total")), sheets.Column(_("Grounds"), 50),
    ]  # fmt: skip
    sees_names = "liable" in visible_fields(subject_of(request), UNITS)
    lines = [
        (
            one.pk, one.assessment.unit.label, str(one.party) if sees_names else "", one.filed_on, row["decide_by"],
            one.hearing_on, one.get_state_display(), one.assessment.total, one.new_total, one.grounds,
        )
        for row in map(_clocked, _found().order_by("-pk"))
        for one in (row["one"],)
    ]  # fmt: skip
    return sheets.answer(kind, f"objections-{today():%Y-%m-%d}", columns, lines)


@require_POST
@desk(APPROVAL, Verb.EDIT)
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the hearing of an objection, or decide it."""
    objection = get_object_or_404(Objection, pk=pk)

    def work() -> None:
        if "hearing" in request.POST:
            objections.set_hearing(objection, on=day_in(request.POST, "hearing_on"))
            return
        upheld = "uphold" in request.POST
        objections.decide(
            objection,
            upheld=upheld,
            new_total=amount_in(request.POST, "new_total") if upheld else None,
            decision=request.POST.get("decision", ""),
            on=today(),
            by=request.user,
        )

    return attempt(request, work, back="/staff/tax/objections/", done=_("Done."))


@require_POST
@desk(UNITS, Verb.EDIT)
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter an appeal against a decision."""
    objection = get_object_or_404(Objection, pk=pk)

    def work() -> None:
        objections.appeal(
            objection, filed_on=day_in(request.POST, "filed_on", today()), grounds=request.POST.get("grounds", ""),
            deposit=request.POST.get("deposit", ""),
        )  # fmt: skip

    return attempt(request, work, back="/staff/tax/objections/", done=_("The appeal is entered."))


@require_GET
@desk(APPROVAL)
def hearing(request: HttpRequest, pk: int) -> HttpResponse:
    """Print all that a hearing needs: the case, the amount and its reasons, the register, comparables, a plan."""
    objection = get_object_or_404(_found(), pk=pk)
    unit = objection.assessment.unit
    registered = queries.rows("registered", {"unit": unit.pk})
    context = {
        **_clocked(objection),
        "unit": unit,
        "registered": registered[0] if registered else None,
        "liabilities": unit.liabilities.on(today()).select_related("party"),
        "assessments": unit.assessments.select_related("pack").order_by("-pk"),
        "neighbours": queries.rows("neighbours", {"unit": unit.pk, "metres": 150}),
        "around": queries.rows("around", {"unit": unit.pk}),
        "bills": Bill.objects.filter(
            collection=unit.collection, feature_id=unit.feature_id, run__state="published"
        ).select_related("run")
        if sees_debt(request)
        else (),
        "notified_on": objections.notified_on(objection.assessment) or objection.notified_on,
        "on": today(),
    }
    return papers.answer("taxation/papers/hearing.html", context, name=f"hearing-{pk}")
