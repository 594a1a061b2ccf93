"""The reference systems that people here read coordinates from, and where each may be used."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection

from layers.access import View

# EPSG codes of the national grids of the region (EPSG registry), in the order in which a pair of
# numbers that fits several is tried; each with its area of use: west, south, east, north.
AREAS: dict[int, tuple[float, float, float, float]] = {
    28191: (34.17, 29.45, 35.69, 33.38),
    2039: (34.17, 29.45, 35.69, 33.38),
    28193: (34.17, 29.45, 35.69, 33.38),
    3066: (34.88, 29.18, 39.31, 33.38),
    22780: (35.04, 32.31, 42.38, 37.30),
    22770: (35.04, 32.31, 42.38, 37.30),
    22391: (7.49, 34.65, 13.67, 38.41),
    22392: (7.49, 30.23, 11.63, 34.66),
    32636: (30.0, 0.0, 36.0, 84.0),
    32637: (36.0, 0.0, 42.0, 84.0),
    32632: (6.0, 0.0, 12.0, 84.0),
}


@dataclass(frozen=True)
class Grid:
    """One reference system, with the definition that the map library understands."""

    srid: int
    name: str
    proj4: str
    area: tuple[float, float, float, float]

    def as_json(self) -> dict[str, Any]:
        """Return what the catalogue says of it."""
        return {"srid": self.srid, "name": self.name, "proj4": self.proj4, "area": list(self.area)}

    def holds(self, lon: float, lat: float) -> bool:
        """Say whether a place lies in the area in which the system may be used."""
        west, south, east, north = self.area
        return west <= lon <= east and south <= lat <= north


@cache
def listed() -> tuple[Grid, ...]:
    """Return the municipality's own grid and then the others."""
    order = list(dict.fromkeys([settings.GRID_SRID, *AREAS]))
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT srid, substring(srtext FROM \'"([^"]+)"\'), proj4text FROM spatial_ref_sys WHERE srid = ANY(%s)',
            [order],
        )
        found = {row[0]: row for row in cursor.fetchall()}
    everywhere = (-180.0, -90.0, 180.0, 90.0)
    return tuple(
        Grid(srid, found[srid][1], found[srid][2].strip(), AREAS.get(srid, everywhere))
        for srid in order
        if srid in found
    )


def own() -> Grid:
    """Return the municipality's grid."""
    return listed()[0]


def stored_srid(view: View) -> int:
    """Return the EPSG code in which a collection's geometry is stored, 0 where it has none."""
    one = view.collection
    if not one.has_geometry:
        return 0
    schema, name = one.relation.split(".", 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT Find_SRID(%s, %s, %s)", [schema, name, one.geometry])
        return int(cursor.fetchone()[0])
