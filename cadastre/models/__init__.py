"""Land: basins, parcels and streets; rights on them; records, drafts, lineage and checks."""

from cadastre.models.area_name import AreaName
from cadastre.models.basin import Basin
from cadastre.models.check import CheckReason, QualityFinding, QualityState
from cadastre.models.draft import DraftClaim, DraftOperation, DraftParcel
from cadastre.models.lineage import Lineage
from cadastre.models.parcel import LandUse, Parcel, SourceClass
from cadastre.models.place import Place
from cadastre.models.record import Presence, Record, RecordEvent, RecordKind, RecordState
from cadastre.models.rights import BAUnit, Responsibility, Restriction, Right
from cadastre.models.settings import CadastreSettings
from cadastre.models.source import Source
from cadastre.models.street import Street

__all__ = [
    "AreaName",
    "BAUnit",
    "Basin",
    "CadastreSettings",
    "CheckReason",
    "DraftClaim",
    "DraftOperation",
    "DraftParcel",
    "LandUse",
    "Lineage",
    "Parcel",
    "Place",
    "Presence",
    "QualityFinding",
    "QualityState",
    "Record",
    "RecordEvent",
    "RecordKind",
    "RecordState",
    "Responsibility",
    "Restriction",
    "Right",
    "Source",
    "SourceClass",
    "Street",
]
