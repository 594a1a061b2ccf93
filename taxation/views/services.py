"""The page where an officer confirms the municipal services at a unit, with the evidence of the layers."""

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import desk, may
from accounts.policy import Verb
from ledger.views.common import attempt
from taxation import queries, services
from taxation.access import UNITS
from taxation.actions import counting
from taxation.models import TaxUnit
from taxation.views.units import packs_for


@require_http_methods(["GET", "HEAD", "POST"])
@desk(UNITS)
def page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show what the layers say of each service, and take the officer's word."""
    unit = get_object_or_404(TaxUnit.objects.select_related("building", "parcel"), pk=pk)
    pack = next((one for one in packs_for(unit) if services.asks_for_services(one)), None)
    metres = services.distance_m(pack) if pack else services.USUAL_M
    if request.method == "POST":
        return _confirm(request, unit, metres)
    last = unit.service_counts.select_related("by").order_by("-pk").first()
    shown = services.of(unit, metres=metres)
    context = {
        "unit": unit,
        "pack": pack,
        "metres": metres,
        "services": [
            (one, one.is_found if last is None else last.services[one.code]["confirmed"]) for one in shown
        ],
        "counted": sum(bool(one.is_found) for one in shown),
        "last": last,
        "around": queries.rows("around", {"unit": unit.pk}),
        "may_confirm": may(request, UNITS, Verb.EDIT),
    }
    return render(request, "taxation/services.html", context)


@desk(UNITS, Verb.EDIT)
def _confirm(request: HttpRequest, unit: TaxUnit, metres: Decimal) -> HttpResponse:
    def work() -> None:
        counting.confirm(
            unit, confirmed=set(request.POST.getlist("service")), supplementary="supplementary" in request.POST,
            metres=metres, by=request.user,
        )  # fmt: skip

    return attempt(
        request, work, back=f"/staff/tax/units/{unit.pk}/services/", done=_("The services are confirmed.")
    )
