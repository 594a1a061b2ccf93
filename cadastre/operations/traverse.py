"""Traverses: corners from bearings and distances, the closure, and its adjustment.

The compass rule (Bowditch) gives each leg a share of the closing error in proportion to its length.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from cadastre.operations.grid import on_grid
from cadastre.operations.refusals import GeometryRefused

XY = tuple[float, float]
# How far an arc's chords may lie from the arc.
SAGITTA_M = 0.005
# A closure coarser than one in so many is no error of measuring: a leg is missing or mistyped.
COARSEST_CLOSURE = 250
# No survey of parcels has more legs, or shorter or longer ones, or an arc that bends less.
MOST_LEGS = 1000
SHORTEST_M, LONGEST_M, WIDEST_M = 0.001, 100_000.0, 1_000_000.0
# No grid has larger coordinates.
FARTHEST_M = 1e8


@dataclass(frozen=True)
class Leg:
    """One leg: the bearing of its chord (degrees clockwise from grid north) and the chord's length (m).

    `radius_m` makes it an arc, which bends to the right when positive and to the left when negative.
    """

    bearing_deg: float
    distance_m: float
    radius_m: float | None = None


@dataclass(frozen=True)
class Closure:
    """How far a traverse misses the place where it must end."""

    east_m: float
    north_m: float
    length_m: float

    @property
    def error_m(self) -> float:
        """Return the length of the closing error."""
        return math.hypot(self.east_m, self.north_m)

    @property
    def ratio(self) -> float | None:
        """Return N of the relative precision 1:N; None when the traverse closes exactly."""
        return self.length_m / self.error_m if self.error_m > 1e-9 else None


@dataclass(frozen=True)
class Traverse:
    """A computed traverse: its corners as measured and adjusted, and the outline with its arcs drawn."""

    measured: tuple[XY, ...]
    adjusted: tuple[XY, ...]
    outline: tuple[XY, ...]
    closure: Closure


def compute_traverse(
    start: XY, legs: Sequence[Leg], *, end: XY | None = None, adjust: bool = True
) -> Traverse:
    """Compute a traverse from `start` to `end` (by default back to `start`).

    Raises GeometryRefused for a leg without length, an arc smaller than its chord, an error too gross to adjust, or
    what no survey has.
    """
    if not legs:
        raise GeometryRefused("no-legs", _("Enter at least one leg."))
    if len(legs) > MOST_LEGS:
        raise GeometryRefused("legs", _("A traverse has at most %(number)d legs.") % {"number": MOST_LEGS})
    if not all(abs(value) <= FARTHEST_M for value in (*start, *(end or ()))):
        raise GeometryRefused("start", _("The traverse begins or ends outside every grid."))
    for number, leg in enumerate(legs, 1):
        _require_leg(number, leg)
    measured = [start]
    for leg in legs:
        angle = math.radians(leg.bearing_deg)
        x, y = measured[-1]
        measured.append((x + leg.distance_m * math.sin(angle), y + leg.distance_m * math.cos(angle)))
    goal = end or start
    length = sum(leg.distance_m for leg in legs)
    closure = Closure(measured[-1][0] - goal[0], measured[-1][1] - goal[1], length)
    if adjust and closure.ratio is not None and closure.ratio < COARSEST_CLOSURE:
        raise _not_closed(closure, measured[-1])
    adjusted = _compass(measured, legs, closure) if adjust else measured
    return Traverse(tuple(measured), tuple(adjusted), tuple(_outline(adjusted, legs)), closure)


def _not_closed(closure: Closure, at: XY) -> GeometryRefused:
    return GeometryRefused(
        "not-closed",
        _("The traverse does not close."),
        detail=_(
            "It ends %(error).2f m beside its end, at %(east).2f %(north).2f: 1:%(ratio)d, where 1:%(least)d is the least. Look for a missing or mistyped leg."
        )
        % {
            "error": closure.error_m,
            "east": at[0],
            "north": at[1],
            "ratio": round(closure.ratio or 0),
            "least": COARSEST_CLOSURE,
        },
        place=at,
    )


def _require_leg(number: int, leg: Leg) -> None:
    if not (math.isfinite(leg.distance_m) and math.isfinite(leg.bearing_deg)) or leg.distance_m <= 0:
        raise GeometryRefused(
            "leg", _("Leg %(number)d needs a bearing and a distance above zero.") % {"number": number}
        )
    if not SHORTEST_M <= leg.distance_m <= LONGEST_M:
        raise GeometryRefused(
            "leg", _("Leg %(number)d: the distance goes from 1 mm to 100 km.") % {"number": number}
        )
    if leg.radius_m is None:
        return
    if abs(leg.radius_m) < leg.distance_m / 2:
        raise GeometryRefused(
            "arc", _("Leg %(number)d: the radius is smaller than half the chord.") % {"number": number}
        )
    if not abs(leg.radius_m) <= WIDEST_M:
        raise GeometryRefused(
            "arc",
            _("Leg %(number)d: the radius is more than 1,000 km. Leave it out for a straight leg.")
            % {"number": number},
        )


def _compass(measured: list[XY], legs: Sequence[Leg], closure: Closure) -> list[XY]:
    adjusted, run = [measured[0]], 0.0
    for leg, (x, y) in zip(legs, measured[1:], strict=True):
        run += leg.distance_m
        share = run / closure.length_m
        adjusted.append((x - closure.east_m * share, y - closure.north_m * share))
    return adjusted


def _outline(corners: list[XY], legs: Sequence[Leg]) -> list[XY]:
    points = [on_grid(corners[0])]
    for leg, (first, last) in zip(legs, itertools.pairwise(corners), strict=True):
        if leg.radius_m is not None:
            points.extend(on_grid(point) for point in _arc(first, last, leg.radius_m))
        points.append(on_grid(last))
    if math.dist(points[0], points[-1]) < 1e-3 and len(points) > 1:
        points[-1] = points[0]
    return points


def _arc(first: XY, last: XY, radius: float) -> list[XY]:
    """Return the points between the ends of an arc, close enough that its chords miss it by 5 mm at most."""
    chord = math.dist(first, last)
    size = abs(radius)
    half = math.asin(min(1.0, chord / 2 / size))
    step = 2 * math.acos(max(-1.0, 1 - SAGITTA_M / size))
    count = max(2, math.ceil(2 * half / step))
    side = 1 if radius > 0 else -1
    ux, uy = (last[0] - first[0]) / chord, (last[1] - first[1]) / chord
    middle = ((first[0] + last[0]) / 2, (first[1] + last[1]) / 2)
    # The centre lies to the right of the chord for an arc that bends to the right.
    away = math.sqrt(max(0.0, size**2 - (chord / 2) ** 2)) * side
    centre = (middle[0] + uy * away, middle[1] - ux * away)
    begin = math.atan2(first[1] - centre[1], first[0] - centre[0])
    return [
        (
            centre[0] + size * math.cos(begin - side * 2 * half * n / count),
            centre[1] + size * math.sin(begin - side * 2 * half * n / count),
        )
        for n in range(1, count)
    ]
