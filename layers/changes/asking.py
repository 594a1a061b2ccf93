"""What a request for changes names: a feature, and an area."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, NotFound
from layers import values
from layers.access import View
from layers.collections import FieldType
from layers.grids import stored_srid
from layers.ogc.filters.places import LONLAT, Place, placed
from layers.values import refused


def keyed(name: str, written: str) -> int:
    """Return a feature's key; `NotFound` for what can be none."""
    try:
        return int(values.read(name, FieldType.INTEGER, written))
    except DomainError as error:
        raise NotFound(_("There is no such feature.")) from error


def area(view: View, bbox: str | None, polygon: str | None) -> str | None:
    """Return a box or a GeoJSON polygon, both in degrees, as EWKB in the layer's system."""
    name = "polygon" if polygon else "bbox"
    if not (bbox or polygon):
        return None
    if not view.collection.has_geometry:
        raise refused(name, _("This layer has no shapes."))
    shape = _polygon(polygon) if polygon else {"bbox": _corners(bbox or "")}
    try:
        return placed(shape, Place(LONLAT, stored_srid(view)))
    except DomainError as error:
        raise refused(name, error.detail) from error


def _polygon(written: str) -> Mapping[str, Any]:
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or found.get("type") not in ("Polygon", "MultiPolygon"):
        raise refused("polygon", _("An area is a GeoJSON polygon."))
    return found


def _corners(written: str) -> list[float]:
    try:
        return [values.number(part) for part in written.split(",")]
    except ValueError:
        raise refused("bbox", _("A box is written as west,south,east,north.")) from None
