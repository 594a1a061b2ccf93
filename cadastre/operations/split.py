"""Splitting along lines: the cut that every other division is built on."""

import itertools
from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from django.utils.translation import gettext_lazy as _
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import Polygon

from cadastre.operations.fabric import Change, Fabric, Piece, proven
from cadastre.operations.grid import REACH_M, line_on_grid, on_grid
from cadastre.operations.refusals import GeometryRefused
from cadastre.operations.rings import rings_of

XY = tuple[float, float]


def split_by_line(fabric: Fabric, key: str, lines: Sequence[LineString]) -> Change:
    """Split one parcel along drawn or imported lines.

    The largest piece comes first, of equal
    ones the northern and then the western.

    Raises GeometryRefused when a line crosses itself or does not cut the parcel in two.
    """
    for line in lines:
        _require_simple(line)
    noded, faces = cut(fabric, key, [line_on_grid(line) for line in lines])
    faces.sort(key=lambda face: (-round(face.area, 2), -face.bounds[3], face.bounds[0]))
    return proven(fabric, split_change(fabric, noded, key, faces))


def split_change(fabric: Fabric, noded: Fabric, key: str, faces: Iterable[BaseGeometry]) -> Change:
    """Return the change in which `faces` replace parcel `key`."""
    return Change(
        retired=(key,),
        made=tuple(Piece(face, (key,)) for face in faces),
        noded=noded.altered_from(fabric, but=[key]),
    )


def _require_simple(line: LineString) -> None:
    if line.is_empty or line.length == 0:
        raise GeometryRefused("empty-line", _("The line has no length."))
    if not line.is_simple:
        raise GeometryRefused("line-crosses-itself", _("The line crosses itself."), place=line.coords[0][:2])


def cut(fabric: Fabric, key: str, lines: Sequence[LineString]) -> tuple[Fabric, list[Polygon]]:
    """Return the fabric with the cut's ends as nodes, and the faces into which the parcel falls.

    The lines' own vertices become the parts' as they are, so callers put new ones on the grid.
    """
    target = fabric[key]
    blades = [blade for line in lines for blade in _blades(target, line)]
    noded = fabric.noded({end for blade in blades for end in (blade[0], blade[-1])})
    edges = [LineString(pair) for ring in rings_of(noded[key]) for pair in itertools.pairwise(ring)]
    faces = shapely.get_parts(shapely.polygonize([*edges, *(LineString(blade) for blade in blades)]))
    inside = [face for face in faces if target.contains(face.representative_point())]
    if len(inside) < 2:
        raise GeometryRefused(
            "does-not-cut",
            _("The line does not cut the parcel in two."),
            detail=_("It must run from one boundary to another."),
            place=on_grid(lines[0].coords[0]) if lines else None,
        )
    return noded, inside


def _blades(target: BaseGeometry, line: LineString) -> list[list[XY]]:
    """Return the stretches of a line that run through the parcel, from boundary node to boundary node."""
    stations = _crossings(target.boundary, line)
    vertices = shapely.get_coordinates(target)
    found = []
    for (start, first), (end, last) in itertools.pairwise(stations):
        inner = [xy for at, xy in _inner(line) if start < at < end]
        nodes = [_node(target.boundary, vertices, xy) for xy in (first, last)]
        blade = [nodes[0], *(xy for xy in inner if xy not in nodes), nodes[1]]
        if blade[0] != blade[-1] or len(blade) > 3:
            middle = line.interpolate((start + end) / 2)
            if target.contains(middle) and target.boundary.distance(middle) > REACH_M / 10:
                found.append(blade)
    return found


def _inner(line: LineString) -> list[tuple[float, XY]]:
    points = shapely.get_coordinates(line)
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    return [(float(a), (float(x), float(y))) for a, (x, y) in zip(at, points, strict=True)][1:-1]


def _crossings(boundary: BaseGeometry, line: LineString) -> list[tuple[float, XY]]:
    """Return where a line meets a boundary: (distance along the line, point), in order."""
    meeting = shapely.get_coordinates(boundary.intersection(line))
    ends = [xy for xy in (line.coords[0], line.coords[-1]) if boundary.distance(Point(xy)) <= REACH_M]
    touching = [
        tuple(xy)
        for xy in shapely.get_coordinates(line)[1:-1]
        if boundary.distance(Point(xy)) <= REACH_M / 10
    ]
    places: dict[float, XY] = {}
    for x, y in [*map(tuple, meeting), *ends, *touching]:
        station = line.project(Point(x, y))
        if not any(abs(station - known) < REACH_M for known in places):
            places[station] = (float(x), float(y))
    return sorted(places.items())


def _node(boundary: BaseGeometry, vertices: np.ndarray, xy: XY) -> XY:
    """Return the vertex that a point means, else the point of the grid next to the boundary there."""
    gap = np.hypot(*(vertices - xy).T)
    nearest = int(gap.argmin())
    if gap[nearest] <= REACH_M:
        return (float(vertices[nearest][0]), float(vertices[nearest][1]))
    foot = boundary.interpolate(boundary.project(Point(xy))) if boundary.geom_type == "LineString" else None
    if foot is None:
        line = min(shapely.get_parts(boundary), key=lambda part: part.distance(Point(xy)))
        foot = line.interpolate(line.project(Point(xy)))
    return on_grid((foot.x, foot.y))
