"""Buildings and their units, and what footprints from elsewhere say about them."""

from buildings.models.building import Building
from buildings.models.footprint import FindingKind, FootprintFinding, FootprintRun, FootprintSite
from buildings.models.unit import Unit

__all__ = ["Building", "FindingKind", "FootprintFinding", "FootprintRun", "FootprintSite", "Unit"]
