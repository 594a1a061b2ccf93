"""Finding parcels by what is written on papers: their number, after the basin's or alone."""

from typing import Any

from django.contrib.gis.db.models.functions import PointOnSurface
from django.db.models.functions import Length

from cadastre.models import Parcel
from core.text import search_key

MOST = 12


def find_by_number(text: str) -> list[dict[str, Any]]:
    """Return parcels in force whose number begins with the text, the shortest first, with a place inside each.

    Of two words the first is the basin: "19 41/1". Digits may be of either kind.
    """
    *basin, number = search_key(text[:60]).split() or [""]
    rows = Parcel.objects.in_force().filter(number__istartswith=number) if number else Parcel.objects.none()
    if basin:
        rows = rows.filter(basin__number=basin[-1])
    rows = rows.select_related("basin").defer("geom", "geom_tile").annotate(inside=PointOnSurface("geom"))
    return [
        {
            "id": row.pk,
            "number": row.number,
            "basin": str(row.basin),
            "place": [row.inside.x, row.inside.y],
        }
        for row in rows.order_by(Length("number"), "number", "basin__number", "pk")[:MOST]
    ]


def place_of(parcel_id: int) -> str:
    """Return a place inside a parcel as "east,north"; empty where there is no such parcel in force."""
    rows = Parcel.objects.in_force().filter(pk=parcel_id).annotate(inside=PointOnSurface("geom"))
    inside = rows.values_list("inside", flat=True).first()
    return f"{inside.x},{inside.y}" if inside else ""
