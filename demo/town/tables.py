"""Columns of values: what the generator hands over, one table for each register."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]
Table = dict[str, Column]

# Columns that name a row of another table by its position; when parts are joined they are moved on.
REFERENCES: dict[str, dict[str, str]] = {
    "basins": {"town": "towns"},
    "streets": {"district": "districts"},
    "parcels": {"basin": "basins", "district": "districts", "street": "streets"},
    "buildings": {"parcel": "parcels", "district": "districts", "street": "streets"},
    "units": {"building": "buildings"},
    "permits": {"building": "buildings", "parcel": "parcels"},
    "footprints": {"building": "buildings", "second": "buildings", "parcel": "parcels"},
    "districts": {"town": "towns"},
    "water_nodes": {"zone": "pressure_zones", "district": "districts"},
    "water_links": {
        "start_node": "water_nodes",
        "end_node": "water_nodes",
        "zone": "pressure_zones",
        "street": "streets",
        "district": "districts",
    },
    "water_valves": {"link": "water_links", "node": "water_nodes", "district": "districts"},
    "water_connections": {
        "link": "water_links",
        "building": "buildings",
        "parcel": "parcels",
        "district": "districts",
    },
    "water_meters": {"connection": "water_connections"},
    "sewer_nodes": {"district": "districts"},
    "sewer_links": {"start_node": "sewer_nodes", "end_node": "sewer_nodes", "district": "districts"},
    "street_lights": {"street": "streets", "district": "districts"},
}


def objects(values: Sequence[Any]) -> Column:
    """Return a one-dimensional array of objects, also of such that numpy would unpack."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def size(table: Table) -> int:
    """Return the number of rows."""
    return len(next(iter(table.values()))) if table else 0


def join(parts: list[dict[str, Table]]) -> dict[str, Table]:
    """Put tables of several towns under one another, moving references along."""
    joined: dict[str, Table] = {}
    offsets: dict[str, list[int]] = {}
    for name in parts[0]:
        sizes = [size(part[name]) for part in parts]
        offsets[name] = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(int).tolist()
    for name in parts[0]:
        joined[name] = {
            column: np.concatenate([_moved(part, name, column, offsets, k) for k, part in enumerate(parts)])
            for column in parts[0][name]
        }
    return joined


def _moved(part: dict[str, Table], name: str, column: str, offsets: dict[str, list[int]], k: int) -> Column:
    values = part[name][column]
    target = REFERENCES.get(name, {}).get(column)
    return values if target is None else np.where(values >= 0, values + offsets[target][k], -1)
