"""What buildings say to a draft of the land beneath them."""

import shapely
from django.conf import settings
from django.contrib.gis.geos import Polygon
from django.utils.translation import gettext_lazy as _
from shapely.geometry.base import BaseGeometry

from buildings.models import Building
from buildings.parcel_follow import CUT_SHARE
from cadastre import scenery
from cadastre.checks.registry import Draft, Found, Severity, rule
from core.text import listed


@rule("building-cut", _("Buildings that the new line cuts"), Severity.NEEDS_REASON)
def buildings_are_whole(draft: Draft) -> Found:
    """A new boundary normally runs beside buildings, not through them."""
    fresh = [plot for plot in draft.new if plot.role in ("child", "rest", "strip", "moved")]
    rows = Building.objects.in_force().filter(parcel__in=[plot.pk for plot in draft.ended]).order_by("code")
    for row in rows if fresh else []:
        footprint = shapely.from_wkb(bytes(row.geom.wkb))
        holders = [
            plot for plot in fresh if footprint.intersection(plot.shape).area >= CUT_SHARE * footprint.area
        ]
        if len(holders) > 1:
            numbers = listed(plot.number for plot in holders)
            text = _("Building %(code)s would stand on %(numbers)s.") % {"code": row.code, "numbers": numbers}
            yield row.code, text, footprint, tuple(plot.key for plot in holders)


def _on_the_plan(bounds: tuple[float, float, float, float]) -> list[tuple[str, BaseGeometry]]:
    box = Polygon.from_bbox(bounds)
    box.srid = settings.GRID_SRID
    rows = Building.objects.in_force().filter(geom__bboverlaps=box).values_list("house_number", "geom")[:5000]
    return [(number, shapely.from_wkb(bytes(geom.wkb))) for number, geom in rows]


scenery.register("building", _on_the_plan)
