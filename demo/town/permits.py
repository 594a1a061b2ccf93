"""Building permits: most buildings as they were allowed, some built otherwise, some without any."""

from typing import Any

import numpy as np

from demo.town.tables import Table, objects

NEEDED_SINCE = 1966
AGREES, MORE_FLOORS, LARGER, OTHER_USE, NONE = 0, 1, 2, 3, 4
_ODDS = (0.90, 0.025, 0.025, 0.02, 0.03)
_ON_A_PARCEL_ONLY = 0.1


def issue_permits(buildings: Table, units: Table, rng: np.random.Generator) -> Table:
    """Return the permits of the buildings that needed one; `verdict` is the truth about each building.

    Buildings without a permit have a row of the verdict `NONE`, which no register ever sees.
    """
    count = len(buildings["geom"])
    covered = np.bincount(units["building"], weights=units["area_m2"].astype(float), minlength=count)
    chosen = np.flatnonzero(buildings["year_built"] >= NEEDED_SINCE)
    verdict = rng.choice(len(_ODDS), len(chosen), p=_ODDS)
    floors, area = buildings["floors"][chosen].astype(np.int64), covered[chosen]
    # A house of one floor cannot have been allowed with fewer, and a shed is within the tolerance.
    verdict = np.where((verdict == MORE_FLOORS) & (floors < 2), LARGER, verdict)
    verdict = np.where((verdict == LARGER) & (area < 40), AGREES, verdict)
    fewer = verdict == MORE_FLOORS
    dwelling = buildings["use"][chosen] == "residential"
    alone = np.bincount(buildings["parcel"])[buildings["parcel"][chosen]] == 1
    by_parcel = alone & (verdict == AGREES) & (rng.random(len(chosen)) < _ON_A_PARCEL_ONLY)
    return {
        "building": chosen.astype(np.int64),
        "parcel": buildings["parcel"][chosen].astype(np.int64),
        "verdict": verdict.astype(np.int64),
        "is_for_parcel": by_parcel,
        "year": buildings["year_built"][chosen].astype(np.int64) - 1,
        "day": rng.integers(1, 29, len(chosen)),
        "month": rng.integers(1, 13, len(chosen)),
        "use": np.where(
            verdict == OTHER_USE, np.where(dwelling, "agricultural", "residential"), buildings["use"][chosen]
        ).astype(object),
        "floors": np.where(fewer, floors - 1, floors),
        "covered_m2": np.round(np.where(verdict == LARGER, area * 0.75, area), 2),
    }


def permit_truth(permits: Table) -> dict[str, Any]:
    """Return which buildings stand without a permit, and which otherwise than allowed, by what differs."""
    names = {NONE: "not_permitted", MORE_FLOORS: "more_floors", LARGER: "larger", OTHER_USE: "other_use"}
    return {
        name: (permits["building"][permits["verdict"] == verdict] + 1).tolist()
        for verdict, name in names.items()
    }


def permit_numbers(permits: Table) -> Any:
    """Return the permits' numbers: the year, and which of the municipality's permits it is."""
    return objects([f"{year}/{key}" for key, year in enumerate(permits["year"], start=1)])
