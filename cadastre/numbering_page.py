"""The page on which a municipality settles how parcels are named and what is demanded before land changes."""

from typing import Any

from django.contrib import messages as flash
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.policy import decide, require, subject_of
from accounts.verbs import Verb
from cadastre.drafting.numbering import numbers_for, taken_numbers
from cadastre.forms import CadastreSettingsForm, area_names
from cadastre.identifiers import identifier
from cadastre.models import CadastreSettings, Parcel
from cadastre.models.settings import IdentifierForm, Numbering
from cadastre.policy import SETTINGS
from cadastre.views import staff_only


@require_http_methods(["GET", "POST"])
@staff_only
def numbering(request: HttpRequest) -> HttpResponse:
    """Show the settings with what each would make of a parcel of this municipality; a POST changes them."""
    subject = subject_of(request)
    form = CadastreSettingsForm(request.POST or None, instance=CadastreSettings.current())
    names = area_names(request.POST or None)
    if request.method == "POST":
        require(subject, Verb.EDIT, SETTINGS)
        if form.is_valid() and names.is_valid():
            with transaction.atomic():
                form.save()
                names.save()
            flash.success(request, _("Kept. It holds for the numbers that are given from now on."))
            return redirect("cadastre-settings")
    context = {"form": form, "names": names, "may_edit": decide(subject, Verb.EDIT, SETTINGS), **_examples()}
    is_refused = bool(request.POST)
    return render(request, "cadastre/numbering.html", context, status=422 if is_refused else 200)


def _examples() -> dict[str, Any]:
    """Return each grammar's children, and each country's identifier, of a parcel in force."""
    sample = Parcel.objects.in_force().select_related("basin").order_by("pk").first()
    if sample is None:
        return {"sample": None}
    taken = taken_numbers(sample.basin_id, sample.quarter)
    children = [
        (title, numbers_for(sample.number, 2, grammar=code, taken=taken)) for code, title in Numbering.choices
    ]
    named = [(title, identifier(sample, code)) for code, title in IdentifierForm.choices]
    return {"sample": sample, "children": children, "named": named}
