"""Entering a parcel by its coordinates."""

from collections.abc import Sequence

import numpy as np
import shapely
from django.utils.translation import gettext_lazy as _
from shapely.geometry import Point, Polygon

from cadastre.operations.fabric import Change, Fabric, Piece, proven
from cadastre.operations.grid import on_grid
from cadastre.operations.refusals import GeometryRefused
from cadastre.operations.rings import with_nodes

XY = tuple[float, float]
SNAP_M = 0.02


def enter_parcel(fabric: Fabric, corners: Sequence[XY], *, snap_m: float = SNAP_M) -> Change:
    """Make a parcel from its corners; those within `snap_m` of a neighbour's boundary are put onto it."""
    ring = [on_grid(corner) for corner in corners]
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
    _require_ring(ring)
    around = [shape for shape in fabric.values() if shape.dwithin(Polygon(ring), snap_m)]
    welded = [_welded(around, corner, snap_m) for corner in ring]
    noded = fabric.noded(welded)
    touching = [shape for key, shape in noded.items() if shape.dwithin(Polygon(welded), snap_m)]
    known = np.unique(shapely.get_coordinates(touching), axis=0) if touching else np.empty((0, 2))
    shape = with_nodes(Polygon(welded), known, within_m=snap_m)
    if not shape.is_valid:
        raise GeometryRefused("crosses-itself", _("The boundary crosses itself."), place=_crossing(shape))
    for other in noded.values():
        if other.intersection(shape).area > 1e-6:
            place = other.intersection(shape).representative_point()
            raise GeometryRefused(
                "overlaps", _("The parcel would overlap land in force."), place=(place.x, place.y)
            )
    made = (Piece(shape, (), "new"),)
    return proven(fabric, Change(made=made, noded=noded.altered_from(fabric)))


def _require_ring(ring: list[XY]) -> None:
    if len(set(ring)) < 3:
        raise GeometryRefused("three-corners", _("A parcel needs at least three corners."))
    outline = Polygon(ring)
    if not outline.is_valid:
        raise GeometryRefused("crosses-itself", _("The boundary crosses itself."), place=_crossing(outline))
    if outline.area < 0.01:
        raise GeometryRefused("no-area", _("The corners lie on one line."), place=ring[0])


def _crossing(shape: Polygon) -> XY | None:
    numbers = shapely.is_valid_reason(shape).partition("[")[2].rstrip("]").split()
    return (float(numbers[0]), float(numbers[1])) if len(numbers) == 2 else None


def _welded(around: list[Polygon], corner: XY, snap_m: float) -> XY:
    """Return the neighbours' vertex, else the place on their boundary, that a corner means."""
    point = Point(corner)
    vertices = shapely.get_coordinates(around)
    if len(vertices):
        gaps = np.hypot(*(vertices - corner).T)
        if gaps.min() <= snap_m:
            x, y = vertices[int(gaps.argmin())]
            return (float(x), float(y))
    for shape in around:
        if shape.boundary.distance(point) <= snap_m:
            return on_grid(shapely.get_coordinates(shapely.shortest_line(shape.boundary, point))[0])
    return corner
