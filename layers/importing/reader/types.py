"""Types of geometry: which type holds which others."""

from collections.abc import Iterable

MULTI = {"Point": "MultiPoint", "LineString": "MultiLineString", "Polygon": "MultiPolygon"}


def geometry_type(types: Iterable[str]) -> str:
    """Return the narrowest type that holds all: `Polygon`, `MultiPolygon`, …, else `Geometry`."""
    found = set(types)
    if len(found) == 1 and found != {"GeometryCollection"}:
        return next(iter(found))
    for single, multi in MULTI.items():
        if found == {single, multi}:
            return multi
    return "Geometry"
