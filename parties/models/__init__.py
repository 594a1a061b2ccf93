"""Persons and organisations."""

from parties.models.party import Party
from parties.models.source import DepartmentRecord

__all__ = ["DepartmentRecord", "Party"]
