"""A building as its page and its paper show it."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from accounts.models import User
from audit.models import AuditEvent
from audit.showing import Shown
from buildings.models import Building, Entrance, Floor, Occupancy, Permit, Unit
from cadastre.models import Right

_HISTORY = 60


def context(building: Building, *, parties: bool) -> dict[str, Any]:
    """Return floors with their units, areas by use, owners and photographs of a building."""
    units: list[Any] = list(
        Unit.objects.in_force().filter(building=building).prefetch_related("occupancies__party").order_by("floor", "number")
    )  # fmt: skip
    floors = list(Floor.objects.in_force().filter(building=building).order_by("-level"))
    for unit in units:
        unit.now = next((one for one in unit.occupancies.all() if one.until is None), None)
    return {
        "building": building,
        "levels": _levels(floors, units),
        "units": units,
        "areas": _areas(units),
        "covered_m2": sum((unit.area_m2 for unit in units), Decimal(0)),
        "owners": owners(building, units) if parties else [],
        "parties": parties,
        "photos": building.photos.all(),
        "permits": Permit.objects.in_force().filter(building=building).order_by("issued_on", "id"),
        "entrances": building.entrances.filter(end_lifespan=None).select_related("street"),
    }


def _levels(floors: list[Floor], units: list[Unit]) -> list[dict[str, Any]]:
    """Return every level that a floor or a unit names, the highest first."""
    known = {floor.level: floor for floor in floors}
    on: dict[int, list[Unit]] = defaultdict(list)
    for unit in units:
        on[unit.floor].append(unit)
    return [
        {"level": level, "floor": known.get(level), "units": on.get(level, [])}
        for level in sorted({*known, *on}, reverse=True)
    ]


def _areas(units: list[Unit]) -> list[dict[str, Any]]:
    """Return number and covered area of the units by use, the largest first."""
    total: dict[str, list[Decimal]] = defaultdict(list)
    for unit in units:
        total[unit.get_use_display()].append(unit.area_m2)
    rows = [{"title": use, "count": len(areas), "m2": sum(areas)} for use, areas in total.items()]
    return sorted(rows, key=lambda row: -row["m2"])


def owners(building: Building, units: list[Unit]) -> list[dict[str, Any]]:
    """Return who owns what: the units with an entry of their own, and the parcel for all others."""
    entered = {unit.ba_unit_id: unit for unit in units if unit.ba_unit_id}
    own = Right.objects.in_force().filter(unit__in=entered).select_related("party").order_by("unit_id", "id")
    found = [
        {"of": entered[right.unit_id].number, "unit": entered[right.unit_id], "right": right} for right in own
    ]
    if building.parcel_id and len({right.unit_id for right in own}) < max(len(units), 1):
        rights = Right.objects.in_force().filter(unit__parcels=building.parcel_id, unit__end_lifespan=None)
        found += [{"of": "", "right": right} for right in rights.select_related("party").order_by("id")]
    return found


def history(building: Building, *, parties: bool) -> list[Shown]:
    """Return what was done to a building, its floors, units, permits and doors, the newest first.

    With `parties` also what was done to the rights and occupancies of its units.
    """
    parts: list[Any] = [model.objects.filter(building=building) for model in (Floor, Unit, Permit, Entrance)]
    if parties:
        parts.append(Right.objects.filter(unit__building_units__building=building))
        parts.append(Occupancy.objects.filter(unit__building=building))
    rows = {("public.buildings_building", str(building.pk))}
    for part in parts:
        rows |= {
            (f"public.{part.model._meta.db_table}", str(key)) for key in part.values_list("pk", flat=True)
        }
    found: list[AuditEvent] = []
    for relation in sorted({relation for relation, _key in rows}):
        keys = [key for name, key in rows if name == relation]
        found += AuditEvent.objects.filter(relation=relation, row_id__in=keys)[:_HISTORY]
    found.sort(key=lambda event: -event.id)
    names = {
        user.pk: user.display_name for user in User.objects.filter(pk__in={one.actor_id for one in found})
    }
    return [Shown(one, names.get(one.actor_id or 0, "")) for one in found[:_HISTORY]]
