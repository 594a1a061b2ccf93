"""Cutting a block into rows of parcels, each side of a cut sharing its vertices with the neighbour."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.town.noise import Floats


@dataclass(frozen=True)
class _Side:
    """One side of a block: its vertices and how far along it (0 to 1) each lies."""

    points: Floats
    at: Floats

    @classmethod
    def of(cls, points: Floats) -> "_Side":
        steps = np.hypot(*np.diff(points, axis=0).T)
        far = np.concatenate([[0.0], np.cumsum(steps)])
        return cls(points, far / far[-1])

    def place(self, at: Floats) -> Floats:
        """The places at the given fractions of the side's length."""
        return np.column_stack([np.interp(at, self.at, self.points[:, k]) for k in (0, 1)])

    @property
    def length(self) -> float:
        return float(np.hypot(*np.diff(self.points, axis=0).T).sum())


def cut_into_rows(
    block: shapely.Polygon, rng: np.random.Generator, *, depth: float, frontage: float, most_rows: int
) -> list[Floats] | None:
    """Return open rings of the block's parcels, or None for a block without four clear corners.

    Parcels stand in rows of about `depth`; the cuts between them run from frontage to frontage.
    """
    sides = _four_sides(np.asarray(shapely.get_coordinates(block))[:-1])
    if sides is None:
        return None
    front, right, back, left = sides
    across = (right.length + left.length) / 2
    rows = int(np.clip(round(across / depth), 1, most_rows))
    levels = np.linspace(0, 1, rows + 1)
    levels[1:-1] += rng.uniform(-0.07, 0.07, rows - 1)
    long = (front.length + back.length) / 2
    cuts = [_cuts(rng, long, frontage * rng.uniform(0.85, 1.2)) for _ in range(rows)]
    lines = []
    for k, level in enumerate(levels):
        marks = np.concatenate([*(cuts[max(k - 1, 0) : k + 1]), [0.0, 1.0]])
        if k in (0, rows):
            marks = np.concatenate([marks, (front if k == 0 else back).at])
        else:
            marks = np.concatenate([marks, np.linspace(0, 1, max(2, int(long / 12)))[1:-1]])
        marks = np.unique(np.round(marks, 9))
        lines.append((marks, _patch(front, right, back, left, marks, level)))
    rings: list[Floats] = []
    for k in range(rows):
        rings += _row(lines[k], lines[k + 1], cuts[k], (left, right), (levels[k], levels[k + 1]))
    return rings


def _cuts(rng: np.random.Generator, long: float, frontage: float) -> Floats:
    count = max(1, round(long / frontage))
    widths = rng.uniform(0.72, 1.3, count)
    if count > 3:
        widths[[0, -1]] *= 1.15
    edges = np.concatenate([[0], np.cumsum(widths)]) / widths.sum()
    return np.asarray(np.round(np.concatenate([[0.0], edges[1:-1], [1.0]]), 9))


def _patch(front: _Side, right: _Side, back: _Side, left: _Side, at: Floats, level: float) -> Floats:
    """Places at fractions `at` along the block and `level` across it (a Coons patch of its four sides)."""
    if level == 0:
        return _exact(front, at)
    if level == 1:
        return _exact(back, at)
    low, high = front.place(at), back.place(at)
    one = np.array([level])
    start, end = left.place(one)[0], right.place(one)[0]
    s = at[:, None]
    corners = (1 - s) * ((1 - level) * front.points[0] + level * back.points[0]) + s * (
        (1 - level) * front.points[-1] + level * back.points[-1]
    )
    line = (1 - level) * low + level * high + (1 - s) * start + s * end - corners
    line[0], line[-1] = start, end
    return np.asarray(line)


def _exact(side: _Side, at: Floats) -> Floats:
    """Places on a side, taking its own vertices as they are."""
    places = side.place(at)
    rounded = np.round(side.at, 9)
    index = np.searchsorted(at, rounded)
    places[index] = side.points
    return places


def _row(
    low: tuple[Floats, Floats],
    high: tuple[Floats, Floats],
    cuts: Floats,
    ends: tuple[_Side, _Side],
    levels: tuple[float, float],
) -> list[Floats]:
    below, above = np.searchsorted(low[0], cuts), np.searchsorted(high[0], cuts)
    rings = []
    for j in range(len(cuts) - 1):
        bottom = low[1][below[j] : below[j + 1] + 1]
        top = high[1][above[j] : above[j + 1] + 1][::-1]
        right = _between(ends[1], levels) if j == len(cuts) - 2 else np.empty((0, 2))
        left = _between(ends[0], levels)[::-1] if j == 0 else np.empty((0, 2))
        rings.append(np.vstack([bottom, right, top, left]))
    return rings


def _between(side: _Side, levels: tuple[float, float]) -> Floats:
    """A side's own vertices strictly between two levels."""
    inside = (side.at > levels[0] + 1e-9) & (side.at < levels[1] - 1e-9)
    return np.asarray(side.points[inside])


def _four_sides(ring: Floats) -> tuple[_Side, _Side, _Side, _Side] | None:
    """Front, right, back and left side of a block between its four sharpest corners; front and back are long.

    Front runs from left to right, right from front to back; back and left run alongside them, not around.
    """
    count = len(ring)
    if count < 4:
        return None
    corners = _corners(ring)
    if corners is None:
        return None
    chains = []
    for a, b in zip(corners, np.roll(corners, -1), strict=True):
        walk = (a + np.arange((b - a) % count + 1)) % count
        chains.append(ring[walk])
    lengths = [float(np.hypot(*np.diff(c, axis=0).T).sum()) for c in chains]
    if lengths[0] + lengths[2] < lengths[1] + lengths[3]:
        chains = chains[1:] + chains[:1]
    front, right, back, left = chains
    return _Side.of(front), _Side.of(right), _Side.of(back[::-1]), _Side.of(left[::-1])


def _corners(ring: Floats) -> NDArray[np.int64] | None:
    """The four vertices where the outline turns most, seen at a few metres' scale, in ring order."""
    size = np.hypot(*(np.roll(ring, -1, axis=0) - ring).T)
    far = np.concatenate([[0], np.cumsum(size)])
    total = far[-1]
    reach = min(8.0, total / 16)
    closed = np.vstack([ring, ring[:1]])

    def place(at: Floats) -> Floats:
        return np.column_stack([np.interp(at % total, far, closed[:, k]) for k in (0, 1)])

    ahead, behind = place(far[:-1] + reach) - ring, ring - place(far[:-1] - reach)
    turn = np.arctan2(behind[:, 0] * ahead[:, 1] - behind[:, 1] * ahead[:, 0], (behind * ahead).sum(axis=1))
    chosen: list[int] = []
    for k in np.argsort(-turn, kind="stable"):
        gaps = [abs(far[k] - far[c]) for c in chosen]
        if all(min(g, total - g) > max(9.0, total / 26) for g in gaps):
            chosen.append(int(k))
            if len(chosen) == 4:
                break
    if len(chosen) < 4 or turn[chosen[3]] < 0.42:
        return None
    return np.sort(np.array(chosen))
