"""What else stands on the drawing plan: apps above declare their shapes, the cadastre names none of them."""

from collections.abc import Callable, Iterable
from typing import Any

from shapely.geometry.base import BaseGeometry

Bounds = tuple[float, float, float, float]
Source = Callable[[Bounds], Iterable[tuple[str, BaseGeometry]]]
_sources: dict[str, Source] = {}


def register(kind: str, source: Source) -> None:
    """Add shapes of a kind ("building"): the source returns (label, shape) within bounds of the grid."""
    _sources[kind] = source


def scenery(bounds: Bounds) -> list[dict[str, Any]]:
    """Return every declared shape within bounds, as JSON values."""
    from shapely.geometry import mapping

    return [
        {"kind": kind, "label": label, "geometry": mapping(shape)}
        for kind, source in _sources.items()
        for label, shape in source(bounds)
    ]
