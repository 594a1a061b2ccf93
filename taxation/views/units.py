"""The tax desk: units by status, one unit with its assessment, and how the amount was made."""

from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import desk, may
from accounts.policy import Verb
from ledger.models import Bill
from ledger.queries import open_items
from ledger.views.accounts import find_parties
from ledger.views.common import attempt, day_in, today
from taxation import queries, services
from taxation.access import APPROVAL, MAP, UNITS, sees_debt
from taxation.actions import objections, standing
from taxation.actions.assessing import approve, propose, reject, set_shares
from taxation.models import OPENLY, Assessment, AssessmentState, RulePack, Standing, TaxStatus, TaxUnit
from taxation.rules.computation import Facts
from taxation.rules.words import USES

PAGE = 50


@require_GET
@desk(UNITS)
def index(request: HttpRequest) -> HttpResponse:
    """Show the desk's list; the legend is the filter."""
    number = int(request.GET.get("page", "1")) if request.GET.get("page", "1").isdigit() else 1
    status, words = request.GET.get("status", ""), request.GET.get("q", "").strip()
    if status not in OPENLY and not sees_debt(request):
        status = ""
    values = {
        "on": today(), "q": words, "like": f"%{words}%", "status": status, "size": PAGE, "skip": (max(number, 1) - 1) * PAGE,
        "box": None, "districts": None,
    }  # fmt: skip
    standing.bring_up_to_date(on=today())
    labels, may_know = dict(TaxStatus.choices), sees_debt(request)
    units = queries.rows("desk", values, order="k.owed DESC NULLS LAST" if may_know else "u.label")
    for unit in units:
        unit["title"] = labels[unit["status"]] if may_know or unit["status"] in OPENLY else ""
        if not may_know:
            unit["owed"] = unit["periods"] = None
    counts = dict(Standing.objects.values_list("status").annotate(n=Count("pk")))
    found = units[0]["found"] if units else 0
    context = {
        "units": units, "q": words, "status": status, "found": found, "number": max(number, 1),
        "legend": [(code, title, counts.get(code, 0)) for code, title in TaxStatus.choices if may_know or code in OPENLY],
        "has_next": max(number, 1) * PAGE < found,
    }  # fmt: skip
    return render(request, "taxation/desk.html", context)


def packs_for(unit: TaxUnit) -> list[RulePack]:
    """Return the packs in force that apply to a unit."""
    return [pack for pack in RulePack.objects.in_force(today()) if pack.recipe.subject == unit.subject]


@require_GET
@desk(UNITS)
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a unit: its amount and reasons, who is liable, its bills, and the form to assess it."""
    kept = get_object_or_404(TaxUnit.objects.select_related("building", "parcel", "district"), pk=pk)
    assessments = list(
        kept.assessments.select_related("pack", "proposed_by", "approved_by", "listed_in").order_by("-pk")
    )
    liabilities = list(kept.liabilities.on(today()).select_related("party").order_by("-num", "pk"))
    packs = packs_for(kept)
    chosen = next(
        (one for one in packs if str(one.pk) == request.GET.get("pack")), packs[0] if packs else None
    )
    words = request.GET.get("q", "")
    titles = {code: title for pack in packs for code, title in pack.charge_titles().items()}
    context = {
        "unit": kept,
        "use": USES[kept.use].as_dict() if kept.use in USES else kept.use,
        "assessments": assessments,
        "current": next(
            (one for one in assessments if one.state == AssessmentState.APPROVED and not one.valid_to), None
        ),
        "notified": next(
            (
                objections.notified_on(one)
                for one in assessments
                if one.state == AssessmentState.APPROVED and not one.valid_to
            ),
            None,
        ),
        "waiting": next((one for one in assessments if one.state == AssessmentState.PROPOSED), None),
        "liabilities": liabilities,
        "open": [
            {
                "party": each.party,
                "item": item,
                "quote": item.quote(today()),
                "kind": titles.get(item.charge_type),
            }
            for each in liabilities
            for item in open_items(each.party_id, on=today())
            if (item.collection, item.feature_id) == (kept.collection, kept.feature_id)
        ]
        if sees_debt(request)
        else [],
        "bills": _bills(kept) if sees_debt(request) else [],
        "packs": packs,
        "chosen": chosen,
        "may_see_map": may(request, MAP, Verb.VIEW),
        "counts_services": any(services.asks_for_services(one) for one in packs),
        "inputs": inputs_of(kept, chosen),
        "today": today(),
        "q": words,
        "parties": find_parties(words),
        "may_assess": may(request, UNITS, Verb.EDIT),
        "may_approve": may(request, APPROVAL, Verb.EDIT),
    }
    return render(request, "taxation/unit.html", context)


def _bills(kept: TaxUnit) -> QuerySet[Bill]:
    found = Bill.objects.filter(
        collection=kept.collection, feature_id=kept.feature_id, run__state="published"
    )
    return found.select_related("run").order_by("-pk")


def inputs_of(kept: TaxUnit, pack: RulePack | None) -> list[dict[str, Any]]:
    """Return what a pack asks for, with what is known of the unit."""
    known = {"area_m2": kept.area_m2, "use": kept.use, **kept.facts}
    return (
        [{"input": each, "value": known.get(each.name, each.default)} for each in pack.recipe.inputs]
        if pack
        else []
    )


def _facts(pack: RulePack, request: HttpRequest) -> Facts:
    facts: dict[str, Any] = {}
    for each in pack.recipe.inputs:
        value = request.POST.get(each.name, "").strip()
        facts[each.name] = (value == "on") if each.kind == "flag" else value or None
    return facts


def back_to(request: HttpRequest, pk: int) -> str:
    """Return the page that a form came from: the map, or the unit's own."""
    return f"/staff/tax/map/unit/{pk}/" if "from_map" in request.POST else f"/staff/tax/units/{pk}/"


@require_POST
@desk(UNITS, Verb.EDIT)
def assess(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose an assessment with the facts on the form."""
    kept = get_object_or_404(TaxUnit, pk=pk)
    pack = get_object_or_404(RulePack, pk=request.POST.get("pack") or 0)

    def work() -> None:
        propose(
            kept, pack.levy, on=day_in(request.POST, "on", today()), by=request.user,
            facts=dict(_facts(pack, request)), reason=request.POST.get("reason", ""),
        )  # fmt: skip

    return attempt(request, work, back=back_to(request, pk), done=_("The assessment is saved."))


@require_POST
@desk(APPROVAL, Verb.EDIT)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse a proposal."""
    proposal = get_object_or_404(Assessment, pk=pk)
    reason = request.POST.get("reason", "")

    def work() -> None:
        if "approve" in request.POST:
            approve(proposal, by=request.user)
        else:
            reject(proposal, by=request.user, reason=reason)

    return attempt(request, work, back=back_to(request, proposal.unit_id))


@require_POST
@desk(UNITS, Verb.EDIT)
def shares(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the liable parties: one line each, party number and share."""
    kept = get_object_or_404(TaxUnit, pk=pk)
    numbers = [
        (party, num)
        for party, num in zip(request.POST.getlist("party"), request.POST.getlist("num"), strict=False)
        if party and num
    ]

    def work() -> None:
        whole = [(int(party), int(num)) for party, num in numbers if party.isdigit() and num.isdigit()]
        den = request.POST.get("den", "")
        set_shares(
            kept, whole, den=int(den) if den.isdigit() else 0, role=request.POST.get("role", "owner"),
            on=day_in(request.POST, "on", today()),
        )  # fmt: skip

    return attempt(request, work, back=f"/staff/tax/units/{pk}/", done=_("The shares are saved."))


@require_POST
@desk(UNITS, Verb.EDIT)
def object_to(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a party's objection to an assessment."""
    contested = get_object_or_404(Assessment, pk=pk)

    def work() -> None:
        objections.file(
            contested, party_id=int(request.POST.get("party") or 0), notified_on=day_in(request.POST, "notified_on"),
            filed_on=day_in(request.POST, "filed_on", today()), grounds=request.POST.get("grounds", ""),
        )  # fmt: skip

    return attempt(
        request, work, back=f"/staff/tax/units/{contested.unit_id}/", done=_("The objection is entered.")
    )
