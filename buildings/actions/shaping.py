"""Footprints as they are drawn: read, checked against what is there, placed on their parcel, numbered."""

import json
from typing import Any

import shapely
from django.conf import settings
from django.contrib.gis.db.models.functions import Area, Intersection
from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry, MultiPolygon, Polygon
from django.utils.translation import gettext_lazy as _

from buildings.actions.editing import unfit
from buildings.models import Building
from buildings.numbering import building_number
from cadastre.models import Parcel
from core.errors import Conflict

SMALLEST_M2, LARGEST_M2 = 1.0, 1_000_000.0
_MILLIMETRE = 0.001


def read_shape(geojson: Any, *, srid: int) -> MultiPolygon:
    """Return a footprint in the national grid, to the millimetre; refuses what is no area."""
    try:
        shape: Any = GEOSGeometry(json.dumps(geojson))
        shape.srid = srid
        if srid != settings.GRID_SRID:
            shape.transform(settings.GRID_SRID)
    except (GEOSException, GDALException, ValueError, TypeError) as error:
        raise unfit("geometry", _("This is no outline.")) from error
    shape = _area(shape)
    if shape.geom_type == "Polygon":
        shape = MultiPolygon(shape, srid=settings.GRID_SRID)
    if shape.geom_type != "MultiPolygon" or shape.empty:
        raise unfit("geometry", _("A footprint is an area."))
    if not shape.valid:
        raise unfit("geometry", _("The outline crosses itself."))
    if not SMALLEST_M2 <= shape.area <= LARGEST_M2:
        raise unfit("geometry", _("A footprint has at least 1 m² and at most 1 km²."))
    outline: MultiPolygon = shape
    return outline


def _area(shape: Any) -> Any:
    """Return a closed line as the area that it encloses, and coordinates to the millimetre where that holds."""
    if shape.geom_type == "LineString" and shape.closed and len(shape) > 3:
        shape = Polygon(shape.coords, srid=shape.srid)
    rounded: Any = GEOSGeometry(
        memoryview(
            shapely.set_precision(shapely.from_wkb(bytes(shape.wkb)), _MILLIMETRE, mode="pointwise").wkb
        ),
        srid=shape.srid,
    )
    return rounded if rounded.valid else shape


def place(building: Building, shape: MultiPolygon) -> None:
    """Put a building on its footprint: parcel and district of what lies beneath, a number if it has none."""
    refuse_overlap(building, shape)
    parcel = _parcel_under(shape)
    if parcel is None:
        raise unfit("geometry", _("There is no parcel under this footprint."))
    building.geom, building.parcel, building.district_id = shape, parcel, parcel.district_id
    if building.street_id is None:
        building.street_id = parcel.street_id
    if not building.code:
        building.code = building_number(building)


def _parcel_under(shape: MultiPolygon) -> Parcel | None:
    """Return the parcel that holds most of a footprint."""
    rows = Parcel.objects.in_force().filter(geom__intersects=shape).select_related("basin")
    return (
        rows.defer("geom", "geom_tile")
        .annotate(share=Area(Intersection("geom", shape)))
        .order_by("-share")
        .first()
    )


def refuse_overlap(building: Building, shape: MultiPolygon, *, besides: frozenset[int] = frozenset()) -> None:
    """Refuse a footprint most of which is another building's."""
    rows = (
        Building.objects.in_force()
        .filter(geom__intersects=shape)
        .exclude(pk__in={building.pk or 0, *besides})
    )
    for other in rows.defer("geom_tile")[:20]:
        if other.geom.intersection(shape).area > 0.5 * min(other.geom.area, shape.area):
            raise Conflict(
                _("Another building stands here already."),
                detail=_("Building %(code)s covers most of this footprint.") % {"code": other.code},
            )
