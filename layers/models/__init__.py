"""Rows of the catalogue, and the base of every spatial register."""

from layers.importing.models import ImportRun
from layers.models.catalogue import CatalogueEntry, Group
from layers.models.dataset import Dataset, DatasetField, GeometryType
from layers.models.fieldwork import FieldOutcome, FieldReturn, FieldRow
from layers.models.overview import Overview, OverviewState
from layers.models.raster import Drawing, GuardedRaster, Raster, RasterKind
from layers.models.sheet import Attachment, TableView
from layers.models.version import CellVersion, RelationVersion, Touch

__all__ = [
    "Attachment",
    "CatalogueEntry",
    "CellVersion",
    "Dataset",
    "DatasetField",
    "Drawing",
    "FieldOutcome",
    "FieldReturn",
    "FieldRow",
    "GeometryType",
    "Group",
    "GuardedRaster",
    "ImportRun",
    "Overview",
    "OverviewState",
    "Raster",
    "RasterKind",
    "RelationVersion",
    "TableView",
    "Touch",
]
