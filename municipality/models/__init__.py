"""Rows that describe the municipality itself."""

from municipality.models.district import District
from municipality.models.municipality import Municipality

__all__ = ["District", "Municipality"]
