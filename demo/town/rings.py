"""Cutting a ring of land in two along a line, so that both halves share the line's vertices exactly."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.town.noise import Floats

Ints = NDArray[np.int64]
NO_STREET = -1


@dataclass(frozen=True)
class Ring:
    """A piece of land: an open ring of vertices (n, 2), and for each side i to i+1 the street along it."""

    points: Floats
    streets: Ints

    @property
    def polygon(self) -> shapely.Polygon:
        """Return the land as a polygon, an empty one where fewer than three vertices are left."""
        return shapely.Polygon(self.points) if len(self.points) > 2 else shapely.Polygon()

    def runs(self) -> list[tuple[int, Floats]]:
        """Return the sides grouped by street, each as a line of vertices, in ring order."""
        starts = np.flatnonzero(self.streets != np.roll(self.streets, 1))
        if not len(starts):
            return [(int(self.streets[0]), np.vstack([self.points, self.points[:1]]))]
        doubled = np.vstack([self.points, self.points])
        ends = np.append(starts[1:], starts[0] + len(self.points))
        return [(int(self.streets[a]), doubled[a : b + 1]) for a, b in zip(starts, ends, strict=True)]


def cut(ring: Ring, line: Floats, street: int) -> tuple[Ring, Ring]:
    """Cut a ring along a line that starts and ends on its sides; the line becomes `street`."""
    i, t = _locate(ring.points, line[0])
    j, u = _locate(ring.points, line[-1])
    inner = np.full(len(line) - 1, street, dtype=np.int64)
    one = _half(ring, (i, t, line[0]), (j, u, line[-1]), line[::-1], inner)
    other = _half(ring, (j, u, line[-1]), (i, t, line[0]), line, inner)
    return one, other


def _half(
    ring: Ring, start: tuple[int, float, Floats], end: tuple[int, float, Floats], back: Floats, inner: Ints
) -> Ring:
    """Walk the ring from start to end, then back along the line."""
    (i, t, first), (j, u, last) = start, end
    count = len(ring.points)
    between = (j - i) % count if i != j else (0 if u > t else count)
    walked = (i + 1 + np.arange(between)) % count
    points = np.vstack([first[None], ring.points[walked], last[None], back[1:-1]])
    streets = np.concatenate([ring.streets[[i]], ring.streets[walked], inner])
    keep = np.abs(points - np.roll(points, -1, axis=0)).max(axis=1) > 1e-6
    return Ring(points[keep], streets[keep])


def _locate(points: Floats, place: Floats) -> tuple[int, float]:
    """Return the side nearest to a place and how far along it the place lies (0 to 1)."""
    side = np.roll(points, -1, axis=0) - points
    offset = place - points
    along = np.clip((offset * side).sum(axis=1) / np.maximum((side**2).sum(axis=1), 1e-12), 0, 1)
    gap = ((offset - along[:, None] * side) ** 2).sum(axis=1)
    best = int(np.argmin(gap))
    return best, float(along[best])
