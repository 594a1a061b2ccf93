"""Building numbers by the municipality's own grammar, and house numbers along a street."""

import re
from itertools import count
from pathlib import Path
from typing import Any

from django.db import connection

from buildings.models import Building, BuildingSettings, HouseNumbering

SQL = Path(__file__).parent / "sql"


def building_number(building: Building, grammar: str = "") -> str:
    """Return the next free number of a building on its parcel by the grammar of the municipality."""
    grammar = grammar or BuildingSettings.current().grammar
    taken = set(
        Building.objects.in_force().filter(parcel=building.parcel_id).values_list("code", flat=True)
    )  # fmt: skip
    for nth in count(1):
        code = written(grammar, building, nth)
        if code not in taken and not Building.objects.in_force().filter(code=code).exists():
            return code
    raise AssertionError


def written(grammar: str, building: Building, nth: int) -> str:
    """Return a grammar with its places filled; parts that are not known leave no stroke behind."""
    parcel, street, district = building.parcel, building.street, building.district
    parts: dict[str, Any] = {
        "basin": parcel.basin.number if parcel else "",
        "parcel": parcel.number if parcel else "",
        "building": nth,
        "street": street.code if street else "",
        "house": building.house_number,
        "district": district.code if district else "",
    }
    text = re.sub(r"\{(\w+)\}", lambda found: str(parts.get(found[1], "")), grammar)
    return re.sub(r"([-/. ])(?:[-/. ])+", r"\1", text).strip("-/. ")[:40]


def house_number(along_m: float, *, is_left: bool, taken: set[int], choices: BuildingSettings) -> int:
    """Return the number of a door `along_m` metres from the start of its street; odd on the left.

    By distance a number is a stretch of the street, so that new houses fit between; one that is
    taken gives way to the next of its side. In sequence it is the next free one of its side.
    """
    if choices.numbering == HouseNumbering.DISTANCE:
        first = 2 * int(along_m // choices.number_step_m) + (1 if is_left else 2)
    else:
        first = 1 if is_left else 2
    return next(number for number in count(first, 2) if number not in taken)


def next_house_number(building: Building) -> str:
    """Return the number that a building would get along its street; nothing where it has no street."""
    if building.street_id is None:
        return ""
    with connection.cursor() as cursor:
        cursor.execute(
            (SQL / "along_street.sql").read_text(),
            {"street": building.street_id, "place": building.geom.ewkt},
        )
        row = cursor.fetchone()
    if row is None:
        return ""
    others = Building.objects.in_force().filter(street=building.street_id).exclude(pk=building.pk or 0)
    written_numbers = others.values_list("house_number", flat=True)
    taken = {int(number) for number in written_numbers if number.isdigit()}
    return str(house_number(row[0], is_left=row[1], taken=taken, choices=BuildingSettings.current()))
