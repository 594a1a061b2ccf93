"""Floors, units, permits and doors of a building: entered, shown, changed and ended, each on its own page."""

from typing import Any

from django.contrib import messages as flash
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import for_staff
from accounts.policy import subject_of
from buildings import holding
from buildings.access import find_building, may_change, require_change, sees_parties
from buildings.actions import register
from buildings.forms import EntranceForm, FloorForm, PermitForm, UnitForm, refuse
from buildings.models import Building
from buildings.views.building import tried, version_of
from core.errors import DomainError, NotFound

FORMS: dict[str, type[Any]] = {
    "floors": FloorForm,
    "units": UnitForm,
    "permits": PermitForm,
    "entrances": EntranceForm,
}


@require_POST
@for_staff
def part_enter(request: HttpRequest, building_id: int, kind: str) -> HttpResponse:
    """Enter a floor, a unit, a permit or a door."""
    building = find_building(request, building_id)
    require_change(request, building)
    if kind not in FORMS:
        raise NotFound(_("There is no such page."))
    name = f"{kind.removesuffix('s')}_form"
    return tried(
        request, building, FORMS[kind](request.POST), name,
        lambda values: register.enter_part(kind=kind, building_id=building_id, values=values),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@for_staff
def part_page(request: HttpRequest, building_id: int, kind: str, part_id: int) -> HttpResponseBase:
    """Show a floor, unit, permit or door, and change or end it."""
    building = find_building(request, building_id)
    part = find_part(building, kind, part_id)
    form = FORMS[kind](request.POST or None, instance=part)
    if request.method == "POST":
        require_change(request, building)
        known: dict[str, Any] = {"kind": kind, "part_id": part_id, "version": version_of(request)}
        try:
            if request.POST.get("end"):
                register.end_part(**known)
                return redirect("building", building_id=building_id)
            if form.is_valid():
                register.change_part(values=form.cleaned_data, **known)
                return redirect("building", building_id=building_id)
        except DomainError as refusal:
            refuse(form, refusal)
    return show_part(request, building, kind, part_id, form=form, status=422 if form.errors else 200)


def find_part(building: Building, kind: str, part_id: int) -> Any:
    """Return a part in force of a building."""
    if kind not in FORMS:
        raise NotFound(_("There is no such page."))
    part = register.PARTS[kind][0].objects.in_force().filter(pk=part_id, building=building).first()
    if part is None:
        raise NotFound(_("There is no such page."))
    return part


def show_part(
    request: HttpRequest, building: Building, kind: str, part_id: int, *, form: BaseForm | None = None,
    status: int = 200, **more: Any,
) -> HttpResponse:  # fmt: skip
    """Show a part; of a unit also owners and occupants, to whom persons may be shown."""
    part, subject = find_part(building, kind, part_id), subject_of(request)
    context = {
        "building": building, "part": part, "kind": kind,
        "form": form or FORMS[kind](instance=find_part(building, kind, part_id)),
        "may_change": may_change(subject, building) and building.end_lifespan is None,
    }  # fmt: skip
    if kind == "units" and sees_parties(subject):
        context |= {"parties": True, **holding.context(part, request.GET.get("who", "").strip()[:100])}
    return render(request, "buildings/part.html", {**context, **more}, status=status)


@require_POST
@for_staff
def take_permit(request: HttpRequest, building_id: int, permit_id: int) -> HttpResponse:
    """Enter use and floors of a building as a permit has them."""
    building = find_building(request, building_id)
    require_change(request, building)
    register.take_permit(building_id=building_id, version=version_of(request), permit_id=permit_id)
    flash.success(request, _("Saved."))
    return redirect("building", building_id=building_id)
