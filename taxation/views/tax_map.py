"""The tax map: buildings by status, one building with all that concerns its tax, the queue that follows the map."""

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.access import desk, may
from accounts.policy import Verb, district_scope, subject_of
from buildings.models import Building, Photo
from core.errors import NotFound
from ledger.access import CASHIER
from ledger.queries import open_items
from ledger.views.common import today
from municipality.basemap import allow_basemap
from taxation import queries
from taxation.access import MAP, UNITS
from taxation.actions import standing
from taxation.estimating import of_buildings
from taxation.models import AssessmentState, RulePack, TaxPlace, TaxStatus, TaxUnit
from taxation.reconciliation import SOURCES
from taxation.views.units import inputs_of, packs_for

NEAR_M = 150
# The desk's other pages: address, icon, title.
PAGES = (
    ("tax", "building-2", gettext_lazy("Units")),
    ("tax-queues", "list-checks", gettext_lazy("Queues")),
    ("roll", "book-open", gettext_lazy("Roll")),
    ("objections", "scale", gettext_lazy("Objections")),
    ("collection", "banknote", gettext_lazy("Collection")),
    ("packs", "calculator", gettext_lazy("Rule packs")),
)


@require_GET
@desk(MAP)
def index(request: HttpRequest) -> HttpResponse:
    """Show the tax map with its legend, which is the filter."""
    standing.bring_up_to_date(on=today())
    counts = dict(_places(request).values_list("status").annotate(n=Count("pk")))
    context = {
        "legend": [(code, title, counts.get(code, 0)) for code, title in TaxStatus.choices],
        "sources": SOURCES,
        "levy": _main_levy(),
        "year": today().year,
        "pages": [(reverse(name), sign, title) for name, sign, title in PAGES],
    }
    return allow_basemap(render(request, "taxation/map.html", context))


def _main_levy() -> RulePack | None:
    estimator = of_buildings(today())
    return estimator.pack if estimator else None


def _places(request: HttpRequest) -> Any:
    scope = district_scope(subject_of(request), MAP)
    found = TaxPlace.objects.all()
    return found if scope is None else found.filter(district__in=scope)


@require_GET
@desk(MAP)
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a building's panel: amount and reasons, register, rights, history, neighbours, and what to do."""
    kept = _places(request).filter(pk=pk).first()
    if kept is None:
        raise NotFound(_("There is no such building."))
    key = "building_id" if kept.collection == "buildings" else "parcel_id"
    units = list(
        TaxUnit.objects.filter(**{key: kept.feature_id}, retired_at=None).select_related("standing", "parcel").order_by("pk")
    )  # fmt: skip
    asked = request.GET.get("unit")
    chosen = next((one for one in units if str(one.pk) == asked), None) or _worst(units)
    context = {
        "place": kept,
        "building": Building.objects.filter(pk=kept.feature_id).select_related("street", "parcel").first()
        if kept.collection == "buildings"
        else None,
        "photos": Photo.objects.filter(building=kept.feature_id)[:12]
        if kept.collection == "buildings"
        else (),
        "units": units,
        "chosen": chosen,
        "street": {"ar": kept.street_ar, "en": kept.street_en, "fr": kept.street_fr},
        "may_assess": may(request, UNITS, Verb.EDIT),
        "may_collect": may(request, CASHIER, Verb.EDIT),
        **(_about(chosen) if chosen else {}),
    }
    return render(request, "taxation/map_place.html", context)


def _worst(units: list[TaxUnit]) -> TaxUnit | None:
    order = ("late", "objection", "due", "unassessed", "unbilled", "paid", "exempt")
    ranked = sorted(
        units,
        key=lambda one: (order.index(one.standing.status), one.pk) if hasattr(one, "standing") else (9, 0),
    )
    return ranked[0] if ranked else None


def _about(unit: TaxUnit) -> dict[str, Any]:
    """Return everything of one unit that the panel shows."""
    assessments = list(unit.assessments.select_related("pack", "proposed_by", "approved_by").order_by("-pk"))
    liabilities = list(unit.liabilities.on(today()).select_related("party").order_by("-num", "pk"))
    packs = packs_for(unit)
    charges: list[dict[str, Any]] = [
        {"party": each.party, "item": item, "quote": item.quote(today())}
        for each in liabilities
        for item in open_items(each.party_id, on=today())
        if (item.collection, item.feature_id) == (unit.collection, unit.feature_id)
    ]
    registered = queries.rows("registered", {"unit": unit.pk})
    return {
        "assessments": assessments,
        "current": next(
            (a for a in assessments if a.state == AssessmentState.APPROVED and not a.valid_to), None
        ),
        "waiting": next((a for a in assessments if a.state == AssessmentState.PROPOSED), None),
        "liabilities": liabilities,
        "charges": charges,
        "owed": sum((row["quote"].total for row in charges), start=0),
        "registered": registered[0] if registered else None,
        "neighbours": queries.rows("neighbours", {"unit": unit.pk, "metres": NEAR_M}),
        "packs": packs,
        "pack": packs[0] if packs else None,
        "inputs": inputs_of(unit, packs[0] if packs else None),
        "today": today(),
    }


@require_GET
@desk(MAP)
def unit_place(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to a unit on the map."""
    unit = get_object_or_404(TaxUnit, pk=pk)
    collection = "parcels" if unit.building_id is None else "buildings"
    kept = get_object_or_404(
        _places(request), collection=collection, feature_id=unit.building_id or unit.parcel_id
    )
    return redirect(f"/staff/tax/map/?unit={unit.pk}#at=tax-places/{kept.pk}")
