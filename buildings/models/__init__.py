"""Buildings with their floors, units, entrances and photographs, and what footprints from elsewhere say of them."""

from buildings.models.building import Building
from buildings.models.entrance import Entrance
from buildings.models.footprint import (
    FindingKind,
    FootprintFinding,
    FootprintRun,
    FootprintSite,
    FootprintTruth,
)
from buildings.models.occupancy import Occupancy, OccupancyKind
from buildings.models.permit import Permit
from buildings.models.photo import Photo
from buildings.models.settings import BuildingSettings, HouseNumbering, SavedView
from buildings.models.unit import Floor, Unit

__all__ = [
    "Building", "BuildingSettings", "Entrance", "FindingKind", "Floor", "FootprintFinding", "FootprintRun",
    "FootprintSite", "FootprintTruth", "HouseNumbering", "Occupancy", "OccupancyKind", "Permit", "Photo", "SavedView", "Unit",
]  # fmt: skip
