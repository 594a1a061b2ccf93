"""Which operation of EPSG the database's transformation is: found by comparing points, then logged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import DatabaseError, connection, transaction
from psycopg2 import sql

from layers.importing.errors import ImportRefused
from layers.importing.reader import placing, polynomial

# Two programs that apply one operation agree far below this; two operations seldom do.
SAME_M = 0.02
DEGREES_TO_M = 111_320.0
# A tile's geometry may be that far from the transformed one; at zoom 22 a tile's own unit is 2.3 mm.
_DRAWN_M = 0.001
_DEGREES = (2, 3, 4, 5, 6)
_FITTED, _CHECKED = 12, 17


@dataclass(frozen=True)
class Movement:
    """From a file's system to a layer's, so that the layer read in the file's system gives the file's coordinates."""

    source: int
    target: int
    shift: tuple[float, float] = (0.0, 0.0)

    def of(self, shape: sql.Composable) -> sql.Composable:
        """Return the SQL of a shape without a system, moved."""
        moved = sql.SQL("ST_SetSRID({}, {})").format(shape, sql.Literal(self.source))
        if self.source != self.target:
            moved = sql.SQL("ST_Transform({}, {})").format(moved, sql.Literal(self.target))
        if any(self.shift):
            moved = sql.SQL("ST_Translate({}, {}, {})").format(moved, *map(sql.Literal, self.shift))
        return moved


def movement(hull: Sequence[tuple[float, float]], srid: int, target: int) -> Movement:
    """Return how shapes get from one system to the other and, read back, stay where they were.

    The inverse that PROJ takes of a datum's rotation is a centimetre off, by nearly the same all over a layer, so it is
    measured at the layer's outline and taken off (`writing.shapes` does so for each feature). Where it differs by more
    than a millimetre, as across a border between two operations, nothing is taken off.
    """
    if srid == target or not hull:
        return Movement(srid, target)
    there = _by_database([*hull, placing.centre(hull)], srid, target)
    again = _by_database(_by_database(there, target, srid), srid, target)
    apart = np.array(there) - np.array(again)
    unit = DEGREES_TO_M if placing.crs(target).is_geographic else 1.0
    if not np.isfinite(apart).all() or np.max(np.ptp(apart, axis=0)) * unit > _DRAWN_M:
        return Movement(srid, target)
    east, north = apart[-1].tolist()
    return Movement(srid, target, (east, north))


def known_to_database(srid: int) -> None:
    """Refuse a reference system that PostGIS cannot transform."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM spatial_ref_sys WHERE srid = %s", [srid])
        if cursor.fetchone() is None:
            raise ImportRefused("crs_unknown", crs=f"EPSG:{srid}")


def describe(hull: Sequence[tuple[float, float]], srid: int, target: int) -> dict[str, Any]:
    """Return what PostGIS does between two systems at a place: EPSG's name, accuracy, versions.

    PostGIS chooses the operation by itself, point by point; of those that EPSG lists for the place,
    the one whose result equals PostGIS' is the one that was applied. Several are named where the
    layer reaches over the border of one operation's area.
    """
    about: dict[str, Any] = {"from": srid, "to": target, "name": "", "accuracy_m": 0.0, "difference_m": 0.0}
    about["postgis_proj"] = _proj_version()
    if srid == target or not hull:
        return about
    points = list(hull)
    ring = placing.footprint(points, srid) or points
    listed = placing.operations(srid, target, ring)
    reached = _by_database(points, srid, target)
    unit = DEGREES_TO_M if placing.crs(target).is_geographic else 1.0
    applied = [_applied(point, there, listed, unit) for point, there in zip(points, reached, strict=True)]
    used = list({one["name"]: one for _, one in applied if one}.values())
    difference = max((apart for apart, _ in applied), default=0.0)
    about["difference_m"] = round(difference, 4)
    if not used or difference > SAME_M:
        return about | {"accuracy_m": None}
    accuracies = [one["accuracy_m"] for one in used]
    return about | {
        "name": " · ".join(one["name"] for one in used),
        "accuracy_m": None if None in accuracies else max(accuracies),
    }


def fitted(hull: Sequence[tuple[float, float]], srid: int, target: int) -> dict[str, Any] | None:
    """Return a polynomial that stands for PostGIS' own transformation around a place (see `polynomial`).

    None where there is none: it may nowhere be a millimetre off (in the target's units), which is
    looked at between the points that it was made from.
    """
    if not hull:
        return None
    box = polynomial.around(hull)
    made_from, looked_at = (polynomial.lattice(box, side) for side in (_FITTED, _CHECKED))
    try:
        with transaction.atomic():
            reached = np.array(_by_database([*made_from.tolist(), *looked_at.tolist()], srid, target))
    except DatabaseError:
        return None
    for degree in _DEGREES:
        found = polynomial.fit(box, degree, made_from, reached[: len(made_from)])
        apart = np.abs(polynomial.apply(found, looked_at) - reached[len(made_from) :])
        if np.isfinite(apart).all() and apart.max() < _DRAWN_M:
            return found
    return None


def _applied(
    point: tuple[float, float], there: tuple[float, float], listed: Sequence[Any], unit: float
) -> tuple[float, Any]:
    """Return the operation whose result is nearest to the database's, and how near (m)."""
    best: tuple[float, Any] = (float("inf"), None)
    for one in listed:
        x, y = one["transform"](*point)
        apart = (abs(x - there[0]) + abs(y - there[1])) * unit
        if apart < best[0]:
            best = (apart, one)
    return best


def _by_database(points: Sequence[tuple[float, float]], srid: int, target: int) -> list[tuple[float, float]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(g), ST_Y(g) FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS p(x, y, n),"
            " ST_Transform(ST_SetSRID(ST_Point(x, y), %s), %s) AS g ORDER BY n",
            [[x for x, _ in points], [y for _, y in points], srid, target],
        )
        return list(cursor.fetchall())


def _proj_version() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT postgis_proj_version()")
        return str(cursor.fetchone()[0]).split(" ")[0]
