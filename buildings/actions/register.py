"""Entering, changing and ending buildings, their floors, units, permits and doors."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from buildings.actions.editing import change, keep, locked, put, retire
from buildings.actions.entrances import ENTRANCE_FIELDS, change_entrance, enter_entrance
from buildings.actions.shaping import place
from buildings.models import Building, Entrance, Floor, Permit, Unit
from core.errors import NotFound

BUILDING_FIELDS = (
    "code", "street", "house_number", "name_ar", "name_en", "name_fr", "use", "condition", "construction", "floors",
    "height_m", "year_built",
)  # fmt: skip
FLOOR_FIELDS = ("level", "use", "covered_m2", "permit")
UNIT_FIELDS = ("floor", "number", "use", "area_m2", "condition", "is_vacant")
PERMIT_FIELDS = ("number", "issued_on", "use", "floors", "covered_m2")
Part = Floor | Unit | Permit | Entrance
PARTS: Mapping[str, tuple[type[Floor] | type[Unit] | type[Permit] | type[Entrance], Sequence[str]]] = {
    "entrances": (Entrance, ENTRANCE_FIELDS),
    "floors": (Floor, FLOOR_FIELDS),
    "units": (Unit, UNIT_FIELDS),
    "permits": (Permit, PERMIT_FIELDS),
}


def known_kind(kind: str) -> None:
    """Refuse what is no part of a building."""
    if kind not in PARTS:
        raise NotFound(_("There is no such page."))


def known_part(kind: str, building_id: int, part_id: int) -> None:
    """Refuse a part that is not in force in this building."""
    known_kind(kind)
    rows: Any = PARTS[kind][0].objects.in_force()
    if not rows.filter(pk=part_id, building=building_id).exists():
        raise NotFound(_("There is no such row in the register."))


@transaction.atomic
def enter_building(*, values: Mapping[str, Any], shape: Any) -> Building:
    """Enter a building with its footprint; it is numbered by the municipality's grammar where no number is given."""
    building = Building()
    put(building, values, may=BUILDING_FIELDS)
    place(building, shape)
    keep(building)
    return building


@transaction.atomic
def change_building(
    *, building_id: int, version: int | None, values: Mapping[str, Any], shape: Any = None
) -> Building:
    """Change what is written of a building, and its footprint where one is given."""
    if shape is None:
        return change(Building, building_id, version=version, values=values, may=BUILDING_FIELDS)
    building = locked(Building, building_id, version=version)
    put(building, values, may=BUILDING_FIELDS)
    place(building, shape)
    building.version += 1
    keep(building)
    return building


@transaction.atomic
def end_building(*, building_id: int, version: int | None) -> Building:
    """End a building that no longer stands, with everything in it; all of it stays in the history."""
    building = retire(Building, building_id, version=version)
    now = timezone.now()
    for rows in (building.floor_set, building.unit_set, building.entrances):
        rows.filter(end_lifespan=None).update(end_lifespan=now, version=F("version") + 1)
    return building


@transaction.atomic
def enter_part(*, kind: str, building_id: int, values: Mapping[str, Any], at: Point | None = None) -> Part:
    """Enter a floor, unit, permit or door of a building in force; only a door has a place."""
    model, fields = PARTS[kind]
    building = locked(Building, building_id, version=None)
    if model is Entrance:
        return enter_entrance(building=building, values=values, place=at)
    part = model(building=building)
    put(part, values, may=fields)
    keep(part)
    return part


def change_part(
    *, kind: str, part_id: int, version: int | None, values: Mapping[str, Any], at: Point | None = None
) -> Part:
    """Change a floor, unit, permit or door, and a door's place where one is given."""
    model, fields = PARTS[kind]
    if model is Entrance:
        return change_entrance(entrance_id=part_id, version=version, values=values, place=at)
    return change(model, part_id, version=version, values=values, may=fields)


def end_part(*, kind: str, part_id: int, version: int | None) -> Part:
    """End a floor, unit, permit or door."""
    return retire(PARTS[kind][0], part_id, version=version)


@transaction.atomic
def take_permit(*, building_id: int, version: int | None, permit_id: int) -> Building:
    """Enter a building as its permit allows it: use, floors, and the floors that are not entered yet.

    The permit's area that entered floors leave is spread evenly over the new ones.
    """
    permit = Permit.objects.in_force().filter(pk=permit_id, building=building_id).first()
    if permit is None:
        raise NotFound(_("There is no such row in the register."))
    values = {"use": permit.use, "floors": permit.floors}
    building = change(Building, building_id, version=version, values=values, may=BUILDING_FIELDS)
    known = {floor.level: floor.covered_m2 for floor in building.floor_set.filter(end_lifespan=None)}
    missing = [level for level in range(permit.floors) if level not in known]
    rest = permit.covered_m2 - sum(known.values(), Decimal(0))
    if missing and rest > 0:
        each = (rest / len(missing)).quantize(Decimal("0.01"), rounding=ROUND_DOWN)
        for level in missing:
            # The hundredths that do not divide lie on the lowest of them.
            area = rest - each * (len(missing) - 1) if level == missing[0] else each
            keep(Floor(building=building, level=level, use=permit.use, covered_m2=area, permit=permit.number))
    return building
