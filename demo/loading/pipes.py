"""The town's networks as rows of the registers."""

from typing import Any

import numpy as np

from demo.loading.copying import Columns, multi
from demo.loading.land import building_codes, keys, reference
from demo.town.tables import Table, objects, size

_NAMES = ("name_ar", "name_en", "name_fr")


def asset(table: Table, prefix: str) -> dict[str, Any]:
    """Return what every network part has: key, asset number, state and, where known, year and district."""
    columns: dict[str, Any] = {
        "id": keys(table),
        "code": objects([f"{prefix}{key:06d}" for key in keys(table)]),
        "status": objects(["in-service"] * size(table)),
    }
    if "year_installed" in table:
        columns["year_installed"] = table["year_installed"]
    if "district" in table:
        columns["district_id"] = reference(table["district"])
    return columns


def zone_rows(tables: dict[str, Table]) -> Columns:
    """Return the pressure zones."""
    table = tables["pressure_zones"]
    return {**asset(table, "PZ"), **{name: table[name] for name in _NAMES}, "geom": multi(table["geom"])}


def water_node_rows(tables: dict[str, Table]) -> Columns:
    """Return junctions, hydrants, tanks and sources."""
    table = tables["water_nodes"]
    return {
        **asset(table, "WN"),
        **{name: table[name] for name in ("kind", "elevation_m", "capacity_m3")},
        "pressure_zone_id": reference(table["zone"]),
        "geom": table["geom"],
    }


def water_link_rows(tables: dict[str, Table]) -> Columns:
    """Return the mains."""
    table = tables["water_links"]
    return {
        **asset(table, "WL"),
        "start_node_id": reference(table["start_node"]),
        "end_node_id": reference(table["end_node"]),
        "diameter_mm": table["diameter_mm"],
        "material": table["material"],
        "pressure_zone_id": reference(table["zone"]),
        "geom": table["geom"],
    }


def valve_rows(tables: dict[str, Table]) -> Columns:
    """Return the valves."""
    table = tables["water_valves"]
    return {
        **asset(table, "WV"),
        "link_id": reference(table["link"]),
        "node_id": reference(table["node"]),
        **{name: table[name] for name in ("diameter_mm", "is_open", "is_operable")},
        "geom": table["geom"],
    }


def account_numbers(table: Table) -> Any:
    """Return the subscriber number of each connection."""
    return objects([f"{100000 + key}" for key in keys(table)])


def connection_rows(tables: dict[str, Table]) -> Columns:
    """Return the service connections, each with the number of the building that it serves."""
    table = tables["water_connections"]
    return {
        **asset(table, "WC"),
        "link_id": reference(table["link"]),
        "parcel_id": reference(table["parcel"]),
        "building_code": building_codes(tables)[table["building"]],
        "account_number": account_numbers(table),
        **{name: table[name] for name in ("is_active", "diameter_mm")},
        "geom": table["geom"],
    }


def meter_rows(tables: dict[str, Table]) -> Columns:
    """Return the meters."""
    table = tables["water_meters"]
    district = tables["water_connections"]["district"][table["connection"]]
    return {
        **asset({**table, "district": district}, "WM"),
        "connection_id": reference(table["connection"]),
        **{name: table[name] for name in ("serial_number", "installed_on")},
    }


def sewer_node_rows(tables: dict[str, Table]) -> Columns:
    """Return manholes and outfalls."""
    table = tables["sewer_nodes"]
    names = ("kind", "system", "cover_level_m", "bottom_level_m", "geom")
    return {**asset(table, "SN"), **{name: table[name] for name in names}}


def sewer_link_rows(tables: dict[str, Table]) -> Columns:
    """Return sewer reaches, each running downhill from start to end."""
    table = tables["sewer_links"]
    names = ("system", "diameter_mm", "material", "start_invert_m", "end_invert_m", "geom")
    return {
        **asset(table, "SL"),
        "start_node_id": reference(table["start_node"]),
        "end_node_id": reference(table["end_node"]),
        **{name: table[name] for name in names},
    }


def light_rows(tables: dict[str, Table]) -> Columns:
    """Return the lamp posts."""
    table = tables["street_lights"]
    return {
        **asset(table, "L"),
        "street_id": reference(table["street"]),
        **{name: table[name] for name in ("lamp", "is_working", "geom")},
        "power_w": table["power_w"].astype(np.int64),
    }
