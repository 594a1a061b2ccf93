"""Persons and organisations."""

from parties.models.access import OnlineAccess
from parties.models.party import Party
from parties.models.source import DepartmentRecord

__all__ = ["DepartmentRecord", "OnlineAccess", "Party"]
