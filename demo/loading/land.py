"""The town's land and buildings as rows of the registers."""

from typing import Any

import numpy as np

from core.text3 import Text3
from demo.loading.copying import Columns, multi
from demo.town.permits import NONE, permit_numbers
from demo.town.tables import Table, objects, size
from demo.town.zoning import LIMITS

GOVERNORATE = Text3("الجبل", "Al-Jabal", "Al-Jabal")
PLAN = "المخطط الهيكلي 2019"
_NAMES = ("name_ar", "name_en", "name_fr")


def keys(table: Table) -> Any:
    """Return the primary keys of a table's rows: 1 and on, in the order in which they were generated."""
    return np.arange(1, size(table) + 1)


def reference(column: Any) -> Any:
    """Return positions of rows in another table as their keys; none stays none."""
    return objects([None if value < 0 else int(value) + 1 for value in column])


def district_rows(tables: dict[str, Table]) -> Columns:
    """Return the districts, coded by town and quarter."""
    table = tables["districts"]
    many = size(tables["towns"]) > 1
    names = {name: table[name] for name in _NAMES}
    if many:
        names = {
            name: objects(
                [
                    f"{quarter} – {tables['towns'][name][town]}"
                    for quarter, town in zip(table[name], table["town"], strict=True)
                ]
            )
            for name in _NAMES
        }
    codes = objects([f"{key:02d}" for key in keys(table)])
    return {"id": keys(table), "code": codes, **names, "geom": multi(table["geom"])}


def basin_rows(tables: dict[str, Table]) -> Columns:
    """Return the basins, numbered through the whole municipality."""
    table = tables["basins"]
    count = size(table)
    return {
        "id": keys(table),
        "governorate": objects([GOVERNORATE.ar] * count),
        "locality": tables["towns"]["name_ar"][table["town"]],
        "number": objects([str(key) for key in keys(table)]),
        **{name: table[name] for name in _NAMES},
        "is_settled": table["is_settled"],
        "geom": multi(table["geom"]),
    }


def area_name_rows(tables: dict[str, Table]) -> Columns:
    """Return the names of the governorate and of the towns, once each, by their Arabic names."""
    towns = [Text3(*names) for names in zip(*(tables["towns"][name] for name in _NAMES), strict=True)]
    areas = list({name.ar: name for name in [GOVERNORATE, *towns]}.values())
    return {
        "id": np.arange(1, len(areas) + 1),
        "written": objects([name.ar for name in areas]),
        "name_ar": objects([name.ar for name in areas]),
        "name_en": objects([name.en for name in areas]),
        "name_fr": objects([name.fr for name in areas]),
    }


def street_rows(tables: dict[str, Table]) -> Columns:
    """Return the streets, numbered through the whole municipality."""
    table = tables["streets"]
    return {
        "id": keys(table),
        "code": objects([f"S{key:04d}" for key in keys(table)]),
        **{name: table[name] for name in (*_NAMES, "street_class", "surface", "width_m", "has_sidewalk")},
        "district_id": reference(table["district"]),
        "geom": multi(table["geom"]),
    }


def parcel_rows(tables: dict[str, Table]) -> Columns:
    """Return the parcels."""
    table = tables["parcels"]
    return {
        "id": keys(table),
        "basin_id": reference(table["basin"]),
        "quarter": table["quarter"],
        "number": table["number"],
        "district_id": reference(table["district"]),
        "street_id": reference(table["street"]),
        **{name: table[name] for name in ("land_use", "zone_code", "source_class", "area_official_m2")},
        "geom": multi(table["geom"]),
    }


def place_rows(tables: dict[str, Table]) -> Columns:
    """Return landmarks and neighbourhoods."""
    table = tables["places"]
    return {"id": keys(table), "kind": table["kind"], **{n: table[n] for n in _NAMES}, "geom": table["geom"]}


def zone_rows(tables: dict[str, Table]) -> Columns:
    """Return the zones of the master plan."""
    table = tables["zones"]
    return {
        "id": keys(table),
        **{name: table[name] for name in ("code", "kind", *_NAMES)},
        "plan_reference": objects([PLAN] * size(table)),
        **{name: table[name] for name in LIMITS},
        "geom": multi(table["geom"]),
    }


def building_codes(tables: dict[str, Table]) -> Any:
    """Return the municipality's building numbers: basin, parcel, and which building on it."""
    buildings, parcels = tables["buildings"], tables["parcels"]
    parcel = buildings["parcel"]
    order = np.argsort(parcel, kind="stable")
    nth = np.empty(len(parcel), dtype=np.int64)
    ordered = parcel[order]
    nth[order] = np.arange(len(parcel)) - np.searchsorted(ordered, ordered) + 1
    basin, number = parcels["basin"][parcel] + 1, parcels["number"][parcel]
    return objects([f"{b}-{p}-{k}" for b, p, k in zip(basin, number, nth, strict=True)])


def building_rows(tables: dict[str, Table]) -> Columns:
    """Return the buildings."""
    table = tables["buildings"]
    return {
        "id": keys(table),
        "code": building_codes(tables),
        **{f"{name}_id": reference(table[name]) for name in ("parcel", "district", "street")},
        **{
            name: table[name]
            for name in ("house_number", *_NAMES, "use", "condition", "floors", "height_m", "year_built")
        },
        "geom": multi(table["geom"]),
    }


def entry_rows(tables: dict[str, Table]) -> Columns:
    """Return the units' own entries in the land register."""
    table, codes = tables["units"], building_codes(tables)
    numbers = zip(table["building"], table["number"], strict=True)
    return {"id": keys(table), "number": objects([f"{codes[at]}/{number}" for at, number in numbers])}


def unit_rows(tables: dict[str, Table]) -> Columns:
    """Return the units of the buildings, each with an entry of its own."""
    table = tables["units"]
    return {
        "id": keys(table),
        "ba_unit_id": keys(table),
        "building_id": reference(table["building"]),
        **{name: table[name] for name in ("floor", "number", "use", "area_m2", "is_vacant")},
    }


def permit_rows(tables: dict[str, Table]) -> Columns:
    """Return the building permits: for a building, or for whatever stands on a parcel."""
    table = {name: column[tables["permits"]["verdict"] != NONE] for name, column in tables["permits"].items()}
    dates = zip(table["year"], table["month"], table["day"], strict=True)
    return {
        "id": keys(table),
        "number": permit_numbers(table),
        "issued_on": objects([f"{year}-{month:02d}-{day:02d}" for year, month, day in dates]),
        "building_id": reference(np.where(table["is_for_parcel"], -1, table["building"])),
        "parcel_id": reference(table["parcel"]),
        **{name: table[name] for name in ("use", "floors", "covered_m2")},
    }
