"""The hills: heights first, since streets, tanks and sewers all follow them."""

from dataclasses import dataclass

import numpy as np

from demo.town.noise import Floats, Noise

BASE_HEIGHT_M = 640.0
_CANDIDATES = 240


@dataclass(frozen=True)
class Terrain:
    """Heights in metres above sea level on a square grid, and the slope of the land at large.

    `heights[row, column]` belongs to (west + column * step, south + row * step). `east_slope` and
    `north_slope` leave small bumps out: streets follow the hill, not the boulder.
    """

    west: float
    south: float
    step: float
    heights: Floats
    east_slope: Floats
    north_slope: Floats

    def height(self, x: Floats, y: Floats) -> Floats:
        """Return the height at the given places, in metres."""
        return self._sample(self.heights, x, y)

    def gradient(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return how fast the hill rises eastwards and northwards, in metres per metre."""
        return self._sample(self.east_slope, x, y), self._sample(self.north_slope, x, y)

    def _sample(self, grid: Floats, x: Floats, y: Floats) -> Floats:
        rows, columns = grid.shape
        u = np.clip((x - self.west) / self.step, 0, columns - 1.001)
        v = np.clip((y - self.south) / self.step, 0, rows - 1.001)
        i, j = u.astype(np.int64), v.astype(np.int64)
        du, dv = u - i, v - j
        low = grid[j, i] * (1 - du) + grid[j, i + 1] * du
        high = grid[j + 1, i] * (1 - du) + grid[j + 1, i + 1] * du
        return np.asarray(low * (1 - dv) + high * dv)


def raise_hills(rng: np.random.Generator, centre: tuple[float, float], half_size_m: float) -> Terrain:
    """Return rounded hills with wadis between them, the centre lying on a shoulder above a wadi."""
    noise, bumps = Noise(rng), Noise(rng)
    shift = _shoulder(rng, noise)
    step = float(np.clip(half_size_m / 450, 4.0, 25.0))
    count = int(np.ceil(2 * half_size_m / step)) + 1
    west, south = centre[0] - half_size_m, centre[1] - half_size_m
    axis = np.arange(count) * step - half_size_m
    x, y = np.meshgrid(axis, axis)
    hill = _hill(noise, x, y, shift)
    heights = hill + 9 * bumps.at(x, y, 210) + 2.2 * bumps.at(x + 77, y - 31, 60)
    slopes = [np.asarray(slope) for slope in np.gradient(hill, step)]
    return Terrain(west, south, step, heights, slopes[1], slopes[0])


def _hill(noise: Noise, x: Floats, y: Floats, shift: Floats) -> Floats:
    """Billowed noise: where it crosses zero runs a wadi, between wadis stand rounded hills."""
    u, v = x + shift[0], y + shift[1]
    u, v = u + 260 * noise.at(v, u, 1400), v + 260 * noise.at(u + 900, v, 1400)
    crest = noise.at(u, v, 2300)
    body = 330 * (np.sqrt(crest**2 + 0.0035) - 0.059)
    tilt = 0.012 * (0.5 * x * -1 + y)
    return np.asarray(
        BASE_HEIGHT_M + body + tilt + 62 * noise.at(u, v + 5000, 900) + 16 * noise.at(u, v - 3000, 380)
    )


def _shoulder(rng: np.random.Generator, noise: Noise) -> Floats:
    """Return the shift that puts the centre on a shoulder: high, not the top, moderately steep."""
    shifts = rng.uniform(-40_000, 40_000, (_CANDIDATES, 2))
    x, y = np.zeros(_CANDIDATES), np.zeros(_CANDIDATES)
    here = _hill(noise, x, y, shifts.T)
    slope = np.hypot(
        (_hill(noise, x + 40, y, shifts.T) - here) / 40, (_hill(noise, x, y + 40, shifts.T) - here) / 40
    )
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    around = np.array([_hill(noise, x + 600 * np.cos(a), y + 600 * np.sin(a), shifts.T) for a in angles])
    rank = (around < here).mean(axis=0)
    relief = around.max(axis=0) - around.min(axis=0)
    misfit = 4 * np.abs(rank - 0.66) + 12 * np.abs(slope - 0.10) + np.abs(relief - 120) / 100
    return np.asarray(shifts[int(np.argmin(misfit))])
