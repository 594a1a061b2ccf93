"""Who owns and who uses a unit: entered by those who may change the register and see persons."""

from datetime import date
from typing import Any

from django.contrib import messages as flash
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import for_staff
from accounts.policy import subject_of
from buildings import holding
from buildings.access import find_building, require_change, sees_parties
from buildings.actions.editing import unfit
from buildings.actions.occupancy import change_occupancy, enter_occupancy
from buildings.actions.owners import set_owners
from buildings.forms import OccupancyForm, refuse
from buildings.holding import Draft, Row
from buildings.models import Building, Unit
from buildings.views.building import version_of
from buildings.views.parts import find_part, show_part
from core.errors import DomainError, NotFound, Unprocessable
from parties.actions import enter_party
from parties.models import Party


def _unit(request: HttpRequest, building_id: int, unit_id: int) -> tuple[Building, Unit]:
    building = find_building(request, building_id)
    if not sees_parties(subject_of(request)):
        raise NotFound(_("There is no such page."))
    require_change(request, building)
    return building, find_part(building, "units", unit_id)


@require_POST
@for_staff
def owners(request: HttpRequest, building_id: int, unit_id: int) -> HttpResponse:
    """Find persons for the form, or enter all owners that it names, from its day on."""
    building = _unit(request, building_id, unit_id)[0]
    draft = holding.read(request.POST)
    status = 200
    if not request.POST.get("step") and draft.words == request.POST.get("searched", ""):
        try:
            _enter(draft, unit_id, version_of(request))
        except DomainError as refusal:
            if refusal.status == 404:
                raise
            status, draft.faults = (
                refusal.status,
                {"": f"{refusal.title} {refusal.detail}".strip(), **refusal.fields},
            )
        else:
            flash.success(request, _("Saved."))
            return redirect("building-part", building_id=building_id, kind="units", part_id=unit_id)
    return show_part(request, building, "units", unit_id, draft=draft, status=status)


@transaction.atomic
def _enter(draft: Draft, unit_id: int, version: int) -> None:
    day = _day(draft.on)
    shares = [(_party(row), *row.fraction()) for row in draft.rows]
    for row, (_key, num, den) in zip(draft.rows, shares, strict=True):
        if not 0 < num <= den:
            row.fault = _("Write a share such as 1/3; the whole is 1.")
    if any(row.fault for row in draft.rows):
        raise Unprocessable(_("The entry does not fit."))
    set_owners(unit_id=unit_id, version=version, shares=shares, on=day, note=draft.note)


def _party(row: Row) -> int:
    """Return the row's party, entered now where it is a new person."""
    if row.party is not None:
        return row.party.pk
    try:
        return enter_party(name=row.name, id_number=row.id_number).pk
    except Unprocessable as refusal:
        row.fault = " ".join(str(text) for text in refusal.fields.values())
        return 0


def _day(written: str) -> date:
    try:
        day = parse_date(written)
    except ValueError:
        day = None
    if day is None:
        raise unfit("on", _("Write a day."))
    return day


@require_POST
@for_staff
def occupancy(request: HttpRequest, building_id: int, unit_id: int) -> HttpResponse:
    """Enter who uses a unit from a day on."""
    return _occupied(request, building_id, unit_id, None)


@require_POST
@for_staff
def occupancy_change(request: HttpRequest, building_id: int, unit_id: int, occupancy_id: int) -> HttpResponse:
    """Put an occupancy right, or end it."""
    return _occupied(request, building_id, unit_id, occupancy_id)


def _occupied(request: HttpRequest, building_id: int, unit_id: int, key: int | None) -> HttpResponse:
    building, unit = _unit(request, building_id, unit_id)
    chosen = request.POST.get("party", "")
    named = Party.objects.filter(pk=chosen) if chosen.isdecimal() and len(chosen) < 19 else []
    auto_id = "id_%s" if key is None else f"id_{key}_%s"
    form = OccupancyForm(request.POST, people=[*holding.people(unit), *named], auto_id=auto_id)
    known: dict[str, Any] = {"unit_id": unit_id, "version": version_of(request)}
    status = 422
    if form.is_valid():
        try:
            if key is None:
                enter_occupancy(**known, **form.cleaned_data)
            else:
                change_occupancy(**known, occupancy_id=key, **form.cleaned_data)
        except DomainError as refusal:
            if refusal.status == 404:
                raise
            refuse(form, refusal)
            status = refusal.status
        else:
            flash.success(request, _("Saved."))
            return redirect("building-part", building_id=building_id, kind="units", part_id=unit_id)
    return show_part(request, building, "units", unit_id, status=status, **holding.forms(unit, form, key))
