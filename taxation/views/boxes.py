"""The part of the map that a page asks for."""

from django.contrib.gis.geos import Polygon
from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.errors import Unprocessable
from taxation.models import TaxPlace


def box_of(request: HttpRequest) -> str | None:
    """Return the asked-for box (west,south,east,north in degrees) in the national grid as EWKT, or nothing."""
    text = request.GET.get("bbox", "")
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
        inside = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    except ValueError:
        inside = False
    if not inside:
        raise Unprocessable(_("This is not a box of the map."))
    box = Polygon.from_bbox((west, south, east, north))
    box.srid = 4326
    box.transform(TaxPlace._meta.get_field("geom").srid)
    return str(box.ewkt)
