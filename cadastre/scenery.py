"""What else stands on the drawing plan: street lines; apps above declare theirs, the cadastre names none."""

from collections.abc import Callable, Iterable
from typing import Any

import shapely
from django.conf import settings
from django.contrib.gis.geos import Polygon
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from cadastre.models import Street

Bounds = tuple[float, float, float, float]
Source = Callable[[Bounds], Iterable[tuple[str, BaseGeometry]]]
_sources: dict[str, Source] = {}


def register(kind: str, source: Source) -> None:
    """Add shapes of a kind ("building"): the source returns (label, shape) within bounds of the grid."""
    _sources[kind] = source


def scenery(bounds: Bounds) -> list[dict[str, Any]]:
    """Return every declared shape within bounds, as JSON values."""
    return [
        {"kind": kind, "label": label, "geometry": mapping(shape)}
        for kind, source in _sources.items()
        for label, shape in source(bounds)
    ]


def _streets(bounds: Bounds) -> Iterable[tuple[str, BaseGeometry]]:
    box = Polygon.from_bbox(bounds)
    box.srid = settings.GRID_SRID
    for street in Street.objects.in_force().filter(geom__bboverlaps=box).defer("geom_tile")[:1000]:
        yield str(street), shapely.from_wkb(bytes(street.geom.wkb))


register("street", _streets)
