"""Who works on which parcels, so that a second engineer learns it before drawing."""

from typing import Any

from django.contrib.gis.geos import Polygon

from cadastre.drafting.plots import Bounds
from cadastre.models import DraftClaim, Record


def held_within(bounds: Bounds, *, but: Record | None) -> dict[str, dict[str, Any]]:
    """Return the parcels in a rectangle that other open records hold, by key, with record and holder."""
    box = Polygon.from_bbox(bounds)
    claims = (
        DraftClaim.objects.filter(is_live=True, parcel__geom__bboverlaps=box)
        .exclude(record=but)
        .select_related("record__created_by")
        .only("parcel_id", "record__number", "record__created_by")
    )
    return {
        f"p{claim.parcel_id}": {
            "record": claim.record.number,
            "holder": claim.record.created_by.display_name,
        }
        for claim in claims
    }
