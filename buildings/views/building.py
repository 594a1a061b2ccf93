"""A building's page: what is known, what was done, and every change under the version that was seen."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages as flash
from django.forms import BaseForm
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import for_staff
from accounts.policy import subject_of
from buildings import showing
from buildings.access import find_building, may_change, person, require_change, sees_parties
from buildings.actions import photos, register
from buildings.forms import (
    BuildingForm,
    EntranceForm,
    FloorForm,
    PermitForm,
    PhotoForm,
    SettingsForm,
    UnitForm,
    refuse,
)
from buildings.models import Building, BuildingSettings, Photo
from buildings.numbering import building_number
from buildings.plates import plate
from core.errors import DomainError, NotFound
from core.pictures import MOST_BYTES
from reconciliation.picture import picture


@require_GET
@for_staff
def building_page(request: HttpRequest, building_id: int) -> HttpResponse:
    """Show a building."""
    return _page(request, find_building(request, building_id))


def _page(request: HttpRequest, building: Building, *, status: int = 200, **forms: BaseForm) -> HttpResponse:
    subject = subject_of(request)
    context = {
        **showing.context(building, parties=sees_parties(subject)),
        "picture": picture(subject, building.geom), "events": showing.history(building, parties=sees_parties(subject)),
        "may_change": may_change(subject, building) and building.end_lifespan is None,
        "form": BuildingForm(instance=Building.objects.get(pk=building.pk)), "floor_form": FloorForm(),
        "unit_form": UnitForm(), "permit_form": PermitForm(), "entrance_form": EntranceForm(),
        "photo_form": PhotoForm(),
        "number_by_grammar": building_number(building) if building.parcel_id else "", **forms,
    }  # fmt: skip
    return render(request, "buildings/building.html", context, status=status)


def version_of(request: HttpRequest) -> int:
    """Return the version that a form was made from; 0, which nothing has, where it names none."""
    written = request.POST.get("version", "")
    return int(written) if written.isdigit() else 0


def tried(
    request: HttpRequest, building: Building, form: BaseForm, name: str, do: Callable[[dict[str, Any]], Any]
) -> HttpResponse:
    """Do what a form asks; what is refused stays in the form, with what is wrong beside it."""
    if form.is_valid():
        try:
            do(form.cleaned_data)
        except DomainError as refusal:
            if refusal.status == 404:
                raise
            refuse(form, refusal)
            return _page(request, find_building(request, building.pk), status=refusal.status, **{name: form})
        flash.success(request, _("Saved."))
        return redirect("building", building_id=building.pk)
    return _page(request, building, status=422, **{name: form})


@require_POST
@for_staff
def change(request: HttpRequest, building_id: int) -> HttpResponse:
    """Change what is written of a building."""
    building = find_building(request, building_id)
    require_change(request, building)
    form = BuildingForm(request.POST, instance=Building.objects.get(pk=building_id))
    form.instance.pk = building_id

    return tried(
        request, building, form, "form",
        lambda values: register.change_building(
            building_id=building_id, version=version_of(request), values=values
        ),
    )  # fmt: skip


@require_POST
@for_staff
def photo_enter(request: HttpRequest, building_id: int) -> HttpResponse:
    """Keep a photograph."""
    building = find_building(request, building_id)
    by = person(require_change(request, building))
    form = PhotoForm(request.POST, request.FILES)
    return tried(
        request, building, form, "photo_form",
        lambda values: photos.add_photo(
            building_id=building_id, body=values["photo"].read(MOST_BYTES + 1), taken_on=values["taken_on"],
            caption=values["caption"], by=by,
        ),
    )  # fmt: skip


@require_GET
@for_staff
def photo(request: HttpRequest, building_id: int, photo_id: int) -> FileResponse:
    """Return a photograph."""
    building = find_building(request, building_id)
    found = Photo.objects.filter(pk=photo_id, building=building).first()
    if found is None:
        raise NotFound(_("There is no such photograph."))
    response = FileResponse(found.file.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
@for_staff
def door_plate(request: HttpRequest, building_id: int) -> HttpResponse:
    """Return the door plate as a PDF."""
    building = find_building(request, building_id)
    address = request.build_absolute_uri(f"/#at=buildings/{building.pk}")
    response = HttpResponse(plate(building, address), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="plate-{building.pk}.pdf"'
    return response


@require_http_methods(["GET", "POST"])
@for_staff
def choices(request: HttpRequest) -> HttpResponseBase:
    """Show and change how buildings and houses are numbered."""
    require_change(request)
    form = SettingsForm(request.POST or None, instance=BuildingSettings.current())
    if request.method == "POST" and form.is_valid():
        form.save()
        flash.success(request, _("Saved."))
        return redirect("building-settings")
    sample = Building.objects.in_force().select_related("parcel__basin", "street", "district").first()
    written = building_number(sample) if sample else ""
    context = {"form": form, "sample": written}
    return render(request, "buildings/settings.html", context, status=422 if form.errors else 200)
