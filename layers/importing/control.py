"""A whole layer moved by control points: the similarity (Helmert) that meets them best, and how well it does."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, degrees, hypot, sqrt
from typing import Any

from layers.importing.errors import ImportRefused
from layers.importing.reader.spreadsheets import number

# x and y in the file; x and y where the point really lies.
ControlPoint = tuple[float, float, float, float]


@dataclass(frozen=True)
class Similarity:
    """x' = a·x - b·y + dx, y' = b·x + a·y + dy: moved, turned, scaled, never sheared."""

    a: float
    b: float
    dx: float
    dy: float

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point comes to lie."""
        return self.a * x - self.b * y + self.dx, self.b * x + self.a * y + self.dy

    @property
    def affine(self) -> tuple[float, ...]:
        """Return the six numbers of `ST_Affine`."""
        return self.a, -self.b, self.b, self.a, self.dx, self.dy


def fit(points: Sequence[ControlPoint]) -> Similarity:
    """Return the similarity of least squares; refuses fewer than two points, or points in one place."""
    if len(points) < 2:
        raise ImportRefused("control_too_few")
    count = len(points)
    mx, my, mu, mv = (sum(point[at] for point in points) / count for at in range(4))
    spread = sum((x - mx) ** 2 + (y - my) ** 2 for x, y, _, _ in points)
    if spread < 1e-9:
        raise ImportRefused("control_same_place")
    a = sum((x - mx) * (u - mu) + (y - my) * (v - mv) for x, y, u, v in points) / spread
    b = sum((x - mx) * (v - mv) - (y - my) * (u - mu) for x, y, u, v in points) / spread
    if hypot(a, b) < 1e-12:
        raise ImportRefused("control_same_place")
    return Similarity(a, b, mu - a * mx + b * my, mv - b * mx - a * my)


def described(points: Sequence[ControlPoint]) -> dict[str, Any]:
    """Return the fit for people: scale, turn, how far each point is missed, their root mean square and maximum."""
    found = fit(points)
    missed = []
    for x, y, u, v in points:
        there = found(x, y)
        missed.append(hypot(there[0] - u, there[1] - v))
    return {
        "scale": hypot(found.a, found.b),
        "turned_degrees": degrees(atan2(found.b, found.a)),
        "points": [[*point, round(apart, 4)] for point, apart in zip(points, missed, strict=True)],
        "rms": round(sqrt(sum(apart**2 for apart in missed) / len(missed)), 4),
        "most": round(max(missed), 4),
    }


def read(written: str) -> tuple[ControlPoint, ...]:
    """Read points as people write them: one a line, four numbers apart by spaces, semicolons or tabs."""
    found: list[ControlPoint] = []
    for line in written.splitlines():
        if not line.strip():
            continue
        cells = [number(cell) for cell in re.split(r"[\s;]+", line.strip())]
        if len(cells) != 4 or not all(cells):
            raise ImportRefused("control_too_few")
        x, y, u, v = (float(cell) for cell in cells)
        found.append((x, y, u, v))
    if found:
        fit(found)
    return tuple(found)
