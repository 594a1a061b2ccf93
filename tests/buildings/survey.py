"""A seeded demo town's buildings in the register and its survey from the air as a layer, with the truth."""

from typing import Any

from django.db import connection

from buildings.models import FootprintFinding, FootprintRun
from demo.loading import land
from demo.loading.copying import copy_rows, multi
from demo.loading.extras import FLOWN_ON, FOOTPRINTS, _make, _worker
from demo.town.town import Town


def put_in_register(town: Town) -> None:
    """Enter the town's buildings, numbered as the generator counts them from 1."""
    columns = land.building_rows(town.tables)
    nothing = [None] * len(columns["id"])
    columns |= dict.fromkeys(("parcel_id", "district_id", "street_id"), nothing)
    with connection.cursor() as cursor:
        copy_rows(cursor, "buildings_building", columns)


def put_on_the_map(town: Town) -> str:
    """Make the survey a layer, numbered from 1; return its name."""
    seen = town.tables["footprints"]
    columns = {
        "height_m": seen["height_m"],
        "flown_on": [FLOWN_ON.isoformat()] * len(seen["geom"]),
        "geom": multi(seen["geom"]),
    }
    with _worker():
        _make(FOOTPRINTS, columns)
    return FOOTPRINTS.slug


def found_of(run: FootprintRun, kind: str) -> set[int]:
    """Return what a comparison put in a class: footprints where they are new or over several, else buildings."""
    rows = FootprintFinding.objects.filter(run=run, kind=kind)
    return {(row.footprints[0] if kind in ("new", "merged") else row.building_id) for row in rows}


def truth_of(town: Town) -> dict[str, set[int]]:
    """Return what the generator knows, in the same terms."""
    truth: Any = town.truth["buildings"]
    seen = town.tables["footprints"]["building"]
    return {
        "new": set(truth["unregistered"]),
        "gone": set(truth["registered_not_found"]),
        "grown": {int(seen[number - 1]) + 1 for number in truth["enlarged"]},
        "split": set(truth["seen_as_two"]),
        "shrunk": set(truth["made_smaller"]),
        "merged": {one["footprint"] for one in truth["seen_as_one"]},
        "changed": set(truth["rebuilt_beside"]),
    }
