"""What zoning says to new parcels: their smallest area and shortest frontage."""

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext_lazy as _

from cadastre.checks.registry import Draft, Found, Severity, rule
from cadastre.drafting.plots import Plot
from cadastre.operations import Fabric
from cadastre.operations.streetside import street_sides
from planning.models import ZoningDistrict

JUDGED = ("child", "rest", "merged", "new")


def _judged(draft: Draft) -> list[tuple[Plot, ZoningDistrict]]:
    found = []
    for plot in draft.new:
        if plot.role in JUDGED and plot.land_use != "road":
            point = plot.shape.representative_point()
            zone = (
                ZoningDistrict.objects.in_force()
                .filter(geom__contains=GEOSGeometry(f"SRID={settings.GRID_SRID};{point.wkt}"))
                .defer("geom", "geom_tile")
                .first()
            )
            if zone is not None:
                found.append((plot, zone))
    return found


@rule("zone-area", _("Smallest parcel of the zone"), Severity.BLOCKS)
def is_large_enough(draft: Draft) -> Found:
    """A parcel has at least the area that its zone demands."""
    for plot, zone in _judged(draft):
        least = float(zone.min_parcel_m2 or 0)
        if plot.shape.area < least - 0.01:
            text = _("%(number)s has %(area).2f m²; zone %(zone)s demands %(least).0f m².") % {
                "number": plot.number, "area": plot.shape.area, "zone": zone.code, "least": least,
            }  # fmt: skip
            yield plot.number, text, plot.shape, (plot.key,)


@rule("zone-frontage", _("Shortest frontage of the zone"), Severity.NEEDS_REASON)
def is_wide_enough(draft: Draft) -> Found:
    """A parcel meets its street over at least the length that its zone demands."""
    every = {plot.key: plot for plot in (*draft.around, *draft.proposed)}
    fabric = Fabric({key: plot.shape for key, plot in every.items()})
    roads = [key for key, plot in every.items() if plot.land_use == "road"]
    for plot, zone in _judged(draft):
        least = float(zone.min_frontage_m or 0)
        sides = street_sides(fabric, plot.key, roads) if least else []
        front = sides[0].length if sides else 0.0
        if front < least - 0.01:
            text = _("%(number)s meets the street over %(front).2f m; zone %(zone)s demands %(least).2f m.") % {
                "number": plot.number, "front": front, "zone": zone.code, "least": least,
            }  # fmt: skip
            yield plot.number, text, plot.shape, (plot.key,)
