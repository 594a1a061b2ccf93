"""The municipality's own settings: its names, its digits, what lies under the map, its districts."""

from django.contrib import messages
from django.db.models.functions import Length
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import for_roles
from accounts.policy import subject_of
from accounts.roles import Role
from core.errors import DomainError
from layers import registry
from layers.actions.districts import take_districts
from layers.collections import Collection
from municipality.models import District, Municipality
from workspace.forms import DistrictsForm, TownForm


@for_roles(Role.ADMIN)
def town(request: HttpRequest) -> HttpResponse:
    """Show and change what the municipality says of itself."""
    form = TownForm(request.POST or None, instance=Municipality.objects.first() or Municipality(pk=1))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. It holds from the next request on."))
        return redirect("town")
    shown = {
        "form": form,
        "districts": District.objects.order_by(Length("code"), "code"),
        "layers": _layers_of_areas(),
    }
    return render(request, "workspace/town.html", shown, status=422 if form.errors else 200)


@for_roles(Role.ADMIN)
def districts(request: HttpRequest) -> HttpResponse:
    """Take the districts from a layer of areas."""
    layer = registry.everything().get(request.GET.get("layer", ""))
    if layer is None or layer not in _layers_of_areas():
        raise registry.unknown()
    form = DistrictsForm(request.POST or None, layer=layer, by=subject_of(request))
    if request.method == "POST" and form.is_valid():
        names = {language: form.cleaned_data[f"name_{language}"] for language in ("ar", "en", "fr")}
        try:
            taken = take_districts(
                layer=layer, code=form.cleaned_data["code"], names=names, by=subject_of(request)
            )
        except DomainError as refusal:
            form.add_error(None, f"{refusal.title} {refusal.detail}")
        else:
            messages.success(request, _("%(added)d districts added, %(changed)d changed.") % vars(taken))
            return redirect("town")
    status = 422 if form.errors else 200
    return render(request, "workspace/districts.html", {"form": form, "layer": layer}, status=status)


def _layers_of_areas() -> list[Collection]:
    found = [one for one in registry.everything().values() if "Polygon" in one.geometry_type]
    return sorted(found, key=lambda one: str(one.title))
