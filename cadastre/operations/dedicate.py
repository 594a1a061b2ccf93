"""Road widening: a strip of given width taken from one or many parcels along a side."""

import math
from collections.abc import Mapping

import shapely
from django.utils.translation import gettext_lazy as _
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from cadastre.operations.fabric import Change, Fabric, Piece, proven
from cadastre.operations.grid import REACH_M
from cadastre.operations.refusals import GeometryRefused
from cadastre.operations.split import cut


def dedicate_strip(
    fabric: Fabric, sides: Mapping[str, LineString], *, width_m: float, joined: bool = True
) -> Change:
    """Take the strip within `width_m` of each parcel's side (land to its left) as road.

    What stays of a parcel has the role "rest", the strip "strip": one for each parcel, or, when
    `joined`, one for each unbroken run of them. A parcel wholly within the strip becomes road as a whole.
    """
    if not math.isfinite(width_m) or not 0.01 <= width_m <= 200:
        raise GeometryRefused("width", _("The width must be from 0.01 m to 200 m."))
    zone = _zone(list(sides.values()), width_m)
    now = fabric
    rests: dict[str, str] = {}
    strips: dict[str, str] = {}
    for key in sides:
        now = _cut_one(now, key, zone, rests, strips)
    if not strips:
        raise GeometryRefused("no-strip", _("The strip takes nothing from these parcels."))
    kept = [Piece(now[name], (parent,), "rest") for name, parent in rests.items()]
    taken = [Piece(now[name], (parent,), "strip") for name, parent in strips.items()]
    made = (*kept, *(_joined(taken) if joined else taken))
    gone = {parent for piece in made for parent in piece.parents}
    noded = now.altered_from(fabric, but=[*rests, *strips])
    return proven(fabric, Change(retired=tuple(k for k in sides if k in gone), made=made, noded=noded))


def _zone(sides: list[LineString], width: float) -> BaseGeometry:
    """Return what lies within the width of the sides, run on straight beyond their ends."""
    merged = shapely.line_merge(shapely.union_all(sides))
    lines = [_run_on(line, 4 * width) for line in shapely.get_parts(merged)]
    return shapely.union_all(
        [line.buffer(width, cap_style="flat", join_style="mitre", mitre_limit=10) for line in lines]
    )


def _run_on(line: LineString, by: float) -> LineString:
    if line.is_ring:
        return line
    points = list(line.coords)
    return LineString([_beyond(points[1], points[0], by), *points, _beyond(points[-2], points[-1], by)])


def _beyond(inner: tuple[float, ...], end: tuple[float, ...], by: float) -> tuple[float, float]:
    dx, dy = end[0] - inner[0], end[1] - inner[1]
    size = math.hypot(dx, dy)
    return (end[0] + dx / size * by, end[1] + dy / size * by)


def _cut_one(
    now: Fabric, key: str, zone: BaseGeometry, rests: dict[str, str], strips: dict[str, str]
) -> Fabric:
    """Cut one parcel by the zone, noting which faces stay and which become road."""
    shape = now[key]
    inside = shape.intersection(zone).area
    if inside < REACH_M:
        return now
    if shape.area - inside < REACH_M:
        strips[f"{key}|all"] = key
        return Fabric({**{k: v for k, v in now.items() if k != key}, f"{key}|all": shape})
    lines = list(shapely.get_parts(shapely.line_merge(zone.boundary.intersection(shape.buffer(1.0)))))
    noded, faces = cut(now, key, [line for line in lines if line.geom_type == "LineString"])
    shapes = {k: v for k, v in noded.items() if k != key}
    for number, face in enumerate(sorted(faces, key=lambda face: -face.area)):
        name = f"{key}|{number}"
        (strips if zone.contains(face.representative_point()) else rests)[name] = key
        shapes[name] = face
    return Fabric(shapes)


def _joined(taken: list[Piece]) -> list[Piece]:
    joined = shapely.coverage_union_all([piece.shape for piece in taken])
    return [
        Piece(
            part,
            tuple(
                dict.fromkeys(
                    p
                    for piece in taken
                    if part.covers(piece.shape.representative_point())
                    for p in piece.parents
                )
            ),
            "strip",
        )
        for part in shapely.get_parts(joined)
    ]
