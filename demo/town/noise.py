"""Gradient noise: smooth random fields that give the same value at the same place for the same seed."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Noise:
    """Perlin noise over the plane, from a shuffled table drawn from one generator."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Draw the table of 256 directions."""
        table = rng.permutation(256)
        self._table = np.concatenate([table, table])
        angles = rng.uniform(0, 2 * np.pi, 256)
        self._cos, self._sin = np.cos(angles), np.sin(angles)

    def at(self, x: Floats, y: Floats, wavelength: float) -> Floats:
        """Return values of about -0.7 to 0.7 at the given places, in features of `wavelength` metres."""
        u, v = x / wavelength, y / wavelength
        column, row = np.floor(u), np.floor(v)
        du, dv = u - column, v - row
        i, j = column.astype(np.int64) & 255, row.astype(np.int64) & 255
        su, sv = (d * d * d * (d * (d * 6 - 15) + 10) for d in (du, dv))
        low = self._corner(i, j, du, dv) * (1 - su) + self._corner(i + 1, j, du - 1, dv) * su
        high = self._corner(i, j + 1, du, dv - 1) * (1 - su) + self._corner(i + 1, j + 1, du - 1, dv - 1) * su
        return np.asarray(low * (1 - sv) + high * sv)

    def _corner(self, i: NDArray[np.int64], j: NDArray[np.int64], du: Floats, dv: Floats) -> Floats:
        picked = self._table[self._table[i & 255] + (j & 255)]
        return np.asarray(self._cos[picked] * du + self._sin[picked] * dv)
