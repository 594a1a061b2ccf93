"""Entering, changing and ending buildings, their floors and units, owners and occupants."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from buildings.actions.editing import change, keep, locked, put, retire
from buildings.actions.entrances import ENTRANCE_FIELDS, change_entrance, enter_entrance
from buildings.actions.shaping import place
from buildings.models import Building, Entrance, Floor, Occupancy, Permit, Unit
from cadastre.models import BAUnit, Right
from core.errors import NotFound, Unprocessable
from parties.models import Party

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


@transaction.atomic
def set_owners(
    *, unit_id: int, version: int | None, shares: Sequence[tuple[int, int, int]], on: date
) -> Unit:
    """Enter who owns a unit: party, numerator, denominator of each; together no more than the whole.

    Rights in force end and new ones begin on the day, in the unit's own entry of the land register.
    """
    unit = locked(Unit, unit_id, version=version)
    _check_shares(shares)
    if unit.ba_unit is None:
        unit.ba_unit = BAUnit.objects.create(number=f"{unit.building.code}/{unit.number}")
    now = timezone.now()
    unit.ba_unit.rights.in_force().update(end_lifespan=now, valid_to=on, version=F("version") + 1)
    Right.objects.bulk_create(
        Right(
            unit=unit.ba_unit, party_id=party, share_num=num, share_den=den, valid_from=on, begin_lifespan=now
        )
        for party, num, den in shares
    )
    unit.version += 1
    unit.save(update_fields=["ba_unit", "version"])
    return unit


def _check_shares(shares: Sequence[tuple[int, int, int]]) -> None:
    if any(not 0 < num <= den for _party, num, den in shares):
        raise Unprocessable(
            _("The entry does not fit."), fields={"shares": _("A share is more than 0 and at most 1.")}
        )
    if sum((Fraction(num, den) for _party, num, den in shares), Fraction(0)) > 1:
        raise Unprocessable(
            _("The entry does not fit."), fields={"shares": _("The shares are more than the whole.")}
        )
    parties = {party for party, _num, _den in shares}
    if len(parties) < len(shares):
        raise Unprocessable(_("The entry does not fit."), fields={"shares": _("One owner is named twice.")})
    if Party.objects.filter(pk__in=parties).count() < len(parties):
        raise NotFound(_("There is no such party."))


@transaction.atomic
def begin_occupancy(
    *, unit_id: int, kind: str, since: date, name: str = "", party: Party | None = None
) -> Occupancy:
    """Enter who uses a unit from a day on; whoever did before did until then."""
    unit = locked(Unit, unit_id, version=None)
    row = Occupancy(unit=unit, kind=kind, since=since, name=name.strip()[:120], party=party)
    before = unit.occupancies.filter(until=None).first()
    if before is not None and before.since >= since:
        raise Unprocessable(
            _("The entry does not fit."),
            fields={"since": _("An occupancy of a later day is entered already.")},
        )
    unit.occupancies.filter(until=None).update(until=since)
    keep(row)
    unit.is_vacant = kind == "vacant"
    unit.version += 1
    unit.save(update_fields=["is_vacant", "version"])
    return row
