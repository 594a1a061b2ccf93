"""What zoning says to new parcels: their smallest area and shortest frontage."""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from cadastre.checks.registry import Draft, Found, Severity, rule
from cadastre.drafting.plots import Plot
from cadastre.operations import Fabric
from cadastre.operations.streetside import street_sides

JUDGED = ("child", "rest", "merged", "new")
# The zone at each of many places, asked at once.
_ZONES = f"""
    SELECT DISTINCT ON (n) n, z.code, z.min_parcel_m2, z.min_frontage_m
    FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS place(x, y, n)
    JOIN planning_zoningdistrict z ON z.end_lifespan IS NULL
         AND ST_Contains(z.geom, ST_SetSRID(ST_MakePoint(x, y), {settings.GRID_SRID}))
    ORDER BY n, z.id
"""


@dataclass(frozen=True)
class Demand:
    """What a zone demands of its parcels, zero where it says nothing."""

    zone: str
    area_m2: float
    frontage_m: float


def _judged(draft: Draft) -> list[tuple[Plot, Demand]]:
    plots = [plot for plot in draft.new if plot.role in JUDGED and plot.land_use != "road"]
    if not plots:
        return []
    places = [plot.shape.representative_point() for plot in plots]
    with connection.cursor() as cursor:
        cursor.execute(_ZONES, [[place.x for place in places], [place.y for place in places]])
        rows = cursor.fetchall()
    return [
        (plots[place - 1], Demand(code, float(area or 0), float(frontage or 0)))
        for place, code, area, frontage in rows
    ]


@rule("zone-area", _("Smallest parcel of the zone"), Severity.BLOCKS)
def is_large_enough(draft: Draft) -> Found:
    """A parcel has at least the area that its zone demands."""
    for plot, demand in _judged(draft):
        if plot.shape.area < demand.area_m2 - 0.01:
            text = _("%(number)s has %(area).2f m²; zone %(zone)s demands %(least).0f m².") % {
                "number": plot.number, "area": plot.shape.area, "zone": demand.zone, "least": demand.area_m2,
            }  # fmt: skip
            yield plot.number, text, plot.shape, (plot.key,)


@rule("zone-frontage", _("Shortest frontage of the zone"), Severity.NEEDS_REASON)
def is_wide_enough(draft: Draft) -> Found:
    """A parcel meets its street over at least the length that its zone demands."""
    judged = [(plot, demand) for plot, demand in _judged(draft) if demand.frontage_m]
    if not judged:
        return
    every = {plot.key: plot for plot in (*draft.around, *draft.proposed)}
    fabric = Fabric({key: plot.shape for key, plot in every.items()})
    roads = [key for key, plot in every.items() if plot.land_use == "road"]
    for plot, demand in judged:
        sides = street_sides(fabric, plot.key, roads)
        front = sides[0].length if sides else 0.0
        if front < demand.frontage_m - 0.01:
            text = _("%(number)s meets the street over %(front).2f m; zone %(zone)s demands %(least).2f m.") % {
                "number": plot.number, "front": front, "zone": demand.zone, "least": demand.frontage_m,
            }  # fmt: skip
            yield plot.number, text, plot.shape, (plot.key,)
