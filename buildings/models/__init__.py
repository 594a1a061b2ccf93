"""Buildings and their units."""

from buildings.models.building import Building
from buildings.models.unit import Unit

__all__ = ["Building", "Unit"]
