"""Moving what neighbours share: both sides of a boundary change together."""

import itertools
from collections.abc import Mapping

import shapely
from django.utils.translation import gettext_lazy as _
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from cadastre.operations.fabric import Change, Fabric, proven
from cadastre.operations.grid import REACH_M, line_on_grid, on_grid
from cadastre.operations.refusals import GeometryRefused
from cadastre.operations.rings import edges_of, replaced, rings_of
from cadastre.operations.split import cut

XY = tuple[float, float]


def move_vertices(fabric: Fabric, moves: Mapping[XY, XY]) -> Change:
    """Move vertices, in every parcel that has them; keys are the present places, values the new ones.

    A place within 2 mm of a vertex means that vertex; a new place within 2 mm of another vertex is
    joined to it.
    """
    exact = {vertex_at(fabric, old): _target(fabric, new) for old, new in moves.items()}
    return _moved(fabric, exact, nodes=set(exact.values()))


def insert_vertex(fabric: Fabric, at: XY) -> Change:
    """Put a vertex into a boundary, in every parcel whose boundary runs there."""
    point = Point(at)
    near = [shape.boundary for shape in fabric.values() if shape.boundary.distance(point) <= REACH_M]
    if not near:
        raise GeometryRefused("no-boundary", _("There is no boundary at this place."), place=at)
    foot = shapely.get_coordinates(shapely.shortest_line(near[0], point))[0]
    noded = fabric.noded([on_grid(foot)])
    altered = noded.altered_from(fabric)
    if not altered:
        raise GeometryRefused("vertex-exists", _("There is a vertex at this place already."), place=at)
    return proven(fabric, Change(noded=altered))


def delete_vertex(fabric: Fabric, at: XY) -> Change:
    """Take a vertex out of a boundary, in every parcel that has it; corners of three boundaries stay."""
    vertex = vertex_at(fabric, at)
    edges = {edge for shape in fabric.values() for edge in edges_of(shape) if vertex in edge}
    if len(edges) > 2:
        raise GeometryRefused(
            "junction", _("More than two boundaries meet here, so the vertex must stay."), place=vertex
        )
    return _moved(fabric, {vertex: None}, nodes=set())


def reshape(fabric: Fabric, first: str, second: str, line: LineString) -> Change:
    """Replace the boundary between two parcels by a traced line, where the line leaves and rejoins it.

    A line that does not begin or end on the common boundary must begin or end on the outer one.
    """
    whole = shapely.coverage_union(fabric[first], fabric[second])
    if whole.geom_type != "Polygon":
        raise GeometryRefused("not-adjoining", _("The parcels do not adjoin along a boundary."))
    course = _course(_common(fabric, first, second), line_on_grid(line))
    others = {key: shape for key, shape in fabric.items() if key not in (first, second)}
    noded, faces = cut(Fabric({**others, "whole": whole}), "whole", [course])
    sides: dict[str, list[BaseGeometry]] = {first: [], second: []}
    for face in faces:
        shared = {key: face.intersection(fabric[key]).area for key in sides}
        sides[max(shared, key=lambda key: shared[key])].append(face)
    if lost := [key for key, group in sides.items() if not group]:
        point = fabric[lost[0]].representative_point()
        raise GeometryRefused(
            "swallowed", _("A parcel would be left with nothing."), place=(point.x, point.y)
        )
    moved = {key: shapely.coverage_union_all(group) for key, group in sides.items()}
    return proven(fabric, Change(moved=moved, noded=noded.altered_from(fabric, but=["whole"])))


def vertex_at(fabric: Fabric, at: XY) -> XY:
    """Return the vertex within 2 mm of a place; refuse where there is none."""
    best, gap = None, REACH_M
    for shape in fabric.values():
        if shape.distance(Point(at)) > REACH_M:
            continue
        for ring in rings_of(shape):
            for vertex in ring:
                distance = max(abs(vertex[0] - at[0]), abs(vertex[1] - at[1]))
                if distance <= gap:
                    best, gap = vertex, distance
    if best is None:
        raise GeometryRefused("no-vertex", _("There is no vertex at this place."), place=at)
    return best


def _target(fabric: Fabric, new: XY) -> XY:
    try:
        return vertex_at(fabric, new)
    except GeometryRefused:
        return on_grid(new)


def _moved(fabric: Fabric, moves: Mapping[XY, XY | None], *, nodes: set[XY]) -> Change:
    touched = {}
    for key, shape in fabric.items():
        if any(vertex in moves for ring in rings_of(shape) for vertex in ring):
            try:
                touched[key] = replaced(shape, moves)
            except ValueError:
                place = next(iter(moves))
                raise GeometryRefused(
                    "collapsed", _("A parcel would be left with nothing."), place=place
                ) from None
    after = Fabric({**fabric, **touched}).noded(nodes)
    moved = {key: after[key] for key in touched}
    return proven(
        fabric, Change(moved=moved, noded=after.altered_from(Fabric({**fabric, **touched}), but=touched))
    )


def _common(fabric: Fabric, first: str, second: str) -> LineString:
    """Return the boundary that two parcels share, as one line."""
    shared = edges_of(fabric[first]) & edges_of(fabric[second])
    line = shapely.line_merge(shapely.multilinestrings([LineString(sorted(edge)) for edge in shared]))
    if line.geom_type != "LineString":
        raise GeometryRefused(
            "boundary-in-parts",
            _("The parcels share more than one stretch of boundary; move its vertices instead."),
        )
    return line


def _course(common: LineString, line: LineString) -> LineString:
    """Return the new boundary: the line, continued at both ends by what stays of the common one."""
    start, end = Point(line.coords[0]), Point(line.coords[-1])
    at = [common.project(point) if common.distance(point) <= REACH_M else None for point in (start, end)]
    if at[0] is not None and at[1] is not None and at[0] > at[1]:
        line, at = line.reverse(), [at[1], at[0]]
    points = [tuple(xy) for xy in line.coords]
    if at[0] is not None and at[1] is None and common.project(Point(points[-1])) < at[0]:
        common, at = common.reverse(), [common.length - at[0], None]
    if at[1] is not None and at[0] is None and common.project(Point(points[0])) > at[1]:
        common, at = common.reverse(), [None, common.length - at[1]]
    stations = [(common.project(Point(xy)), tuple(xy)) for xy in common.coords]
    head = [xy for station, xy in stations if at[0] is not None and station < at[0] - REACH_M]
    tail = [xy for station, xy in stations if at[1] is not None and station > at[1] + REACH_M]
    course = [*head, *points, *tail]
    return LineString([xy for xy, _same in itertools.groupby(course)])
