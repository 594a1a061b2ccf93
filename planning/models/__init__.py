"""Zoning."""

from planning.models.zone import ZoneKind, ZoningDistrict

__all__ = ["ZoneKind", "ZoningDistrict"]
