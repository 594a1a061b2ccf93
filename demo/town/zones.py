"""The kinds of land in a hill town, from the old core to the fields, and how each is laid out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Zone:
    """How land of one kind is cut up and built over; lengths in metres, areas in square metres.

    `depth` and `length` are those of a block; `frontage` is a parcel's usual width on the street.
    `share` is the part of a town's parcels in this zone and `gross_m2` the land that each takes,
    streets included. `built` is the part of parcels with a building on it.
    """

    code: str
    kind: str
    depth: float
    length: float
    frontage: float
    rows: int
    street_m: float
    share: float
    gross_m2: float
    built: float
    coverage: float
    floors: tuple[int, int]
    setback: float


CORE = Zone("س-ق", "core", 24, 44, 9, 0, 3.2, 0.12, 135, 0.93, 0.80, (1, 3), 0.0)
INNER = Zone("ج", "res-c", 36, 92, 15, 2, 6.5, 0.20, 360, 0.9, 0.52, (2, 5), 1.5)
NEW_B = Zone("ب", "res-b", 50, 130, 21, 2, 8.5, 0.27, 650, 0.80, 0.40, (2, 5), 3.0)
NEW_A = Zone("أ", "res-a", 60, 165, 26, 2, 10.0, 0.18, 950, 0.62, 0.32, (1, 3), 4.0)
FRINGE = Zone("أ-ر", "res-a", 76, 210, 32, 2, 8.0, 0.09, 1450, 0.34, 0.22, (1, 2), 5.0)
INDUSTRY = Zone("ص", "ind", 110, 240, 46, 2, 14.0, 0.018, 3300, 0.8, 0.5, (1, 2), 5.0)
FARM = Zone("ز", "agr", 165, 340, 62, 4, 5.0, 0.11, 5200, 0.05, 0.02, (1, 1), 8.0)

ZONES = (CORE, INNER, NEW_B, NEW_A, FRINGE, INDUSTRY, FARM)
"""Index in this tuple is the number by which arrays name a zone."""

CORE_ID, INNER_ID, NEW_B_ID, NEW_A_ID, FRINGE_ID, INDUSTRY_ID, FARM_ID = range(7)


def gross_area_m2(parcels: int) -> float:
    """Return the land that a town of so many parcels takes."""
    return parcels * sum(zone.share * zone.gross_m2 for zone in ZONES)
