"""Merging adjoining parcels."""

from collections.abc import Sequence

import shapely
from django.utils.translation import gettext_lazy as _

from cadastre.operations.fabric import Change, Fabric, Piece, proven
from cadastre.operations.refusals import GeometryRefused


def merge(fabric: Fabric, keys: Sequence[str]) -> Change:
    """Merge parcels that adjoin along edges into one; no vertex is lost or moved."""
    if len(set(keys)) < 2:
        raise GeometryRefused("two-needed", _("Choose at least two parcels to merge."))
    whole = shapely.coverage_union_all([fabric[key] for key in keys])
    if whole.geom_type != "Polygon":
        apart = shapely.get_parts(whole)[-1].representative_point()
        raise GeometryRefused(
            "not-adjoining", _("The parcels do not adjoin along a boundary."), place=(apart.x, apart.y)
        )
    return proven(fabric, Change(retired=tuple(keys), made=(Piece(whole, tuple(keys), "merged"),)))
