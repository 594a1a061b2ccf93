"""Splitting by size: into equal parts, given areas or proportions, with parallel lines."""

import math
from collections.abc import Sequence

import numpy as np
import shapely
from django.utils.translation import gettext_lazy as _
from shapely import affinity
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from cadastre.operations.fabric import Change, Fabric, proven
from cadastre.operations.refusals import GeometryRefused
from cadastre.operations.split import cut, split_change

# Areas as given may miss the parcel's by what surveyors write down: centimetres squared.
AREA_SLACK_M2 = 0.01


def split_into_parts(fabric: Fabric, key: str, *, count: int, bearing_deg: float) -> Change:
    """Split one parcel into `count` parts of equal area by parallel lines of the given bearing."""
    if not 2 <= count <= 200:
        raise GeometryRefused("count", _("The number of parts must be from 2 to 200."))
    return split_by_areas(fabric, key, shares=[1.0] * count, bearing_deg=bearing_deg)


def split_by_areas(
    fabric: Fabric,
    key: str,
    *,
    bearing_deg: float,
    areas_m2: Sequence[float] = (),
    shares: Sequence[float] = (),
) -> Change:
    """Split one parcel into given areas (m2) or proportions by parallel lines.

    The lines have the bearing (degrees clockwise from grid north); the parts follow each other from
    the line's left to its right. Areas must add up to the parcel's, or leave a remainder, which
    becomes the last part.
    """
    shape = fabric[key]
    wanted = _wanted(shape.area, areas_m2, shares)
    # Turned so that the cutting lines point north; parts then follow from west to east.
    origin = (shape.centroid.x, shape.centroid.y)
    turned = affinity.rotate(shape, bearing_deg, origin=origin)
    offsets = _offsets(turned, np.cumsum(wanted)[:-1])
    lines = [affinity.rotate(_upright(turned, x), -bearing_deg, origin=origin) for x in offsets]
    noded, faces = cut(fabric, key, lines)
    groups: list[list[BaseGeometry]] = [[] for _part in wanted]
    for face in faces:
        x = affinity.rotate(face.representative_point(), bearing_deg, origin=origin).x
        groups[int(np.searchsorted(offsets, x))].append(face)
    made = [shapely.coverage_union_all(group) for group in groups if group]
    if len(made) != len(wanted):
        raise GeometryRefused("too-thin", _("A part would be too thin to draw."))
    return proven(fabric, split_change(fabric, noded, key, made))


def _wanted(area: float, areas: Sequence[float], shares: Sequence[float]) -> list[float]:
    given = list(areas or shares)
    if not given or any(not math.isfinite(value) or value <= 0 for value in given):
        raise GeometryRefused("sizes", _("Every part needs a size above zero."))
    if not areas:
        return [area * share / sum(given) for share in given]
    rest = area - sum(given)
    if rest < -AREA_SLACK_M2 * len(given):
        raise GeometryRefused(
            "areas-too-large",
            _("The areas add up to more than the parcel has."),
            detail=_("Asked: %(asked).2f m². The parcel has %(area).2f m².")
            % {"asked": sum(given), "area": area},
        )
    return [*given, rest] if rest > AREA_SLACK_M2 * len(given) else given


def _offsets(turned: BaseGeometry, areas: np.ndarray) -> list[float]:
    """Return the abscissas left of which the shape has each of the areas."""
    west, south, east, north = turned.bounds
    found: list[float] = []
    for area in areas:
        low, high = (found[-1] if found else west), east
        for _step in range(60):
            middle = (low + high) / 2
            left = shapely.clip_by_rect(turned, west - 1, south - 1, middle, north + 1).area
            low, high = (middle, high) if left < area else (low, middle)
        found.append((low + high) / 2)
    return found


def _upright(turned: BaseGeometry, x: float) -> LineString:
    _west, south, _east, north = turned.bounds
    return LineString([(x, south - 1), (x, north + 1)])
