"""The Web Mercator quad: tile addresses and their boxes."""

import struct
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError

HALF = 20037508.342789244
EXTENT = 4096  # units across a tile
BUFFER = 64  # units that a tile reaches over its edge, so that outlines are not cut visibly
MAX_ZOOM = 22


@dataclass(frozen=True)
class Tile:
    """One tile, by zoom, column from the west and row from the north."""

    z: int
    x: int
    y: int

    @classmethod
    def at(cls, z: int, x: int, y: int) -> Self:
        """Return the tile; refuses one that does not exist."""
        if not (0 <= z <= MAX_ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z):
            raise DomainError(_("There is no such tile."), detail=_("Zoom levels go from 0 to 22."))
        return cls(z, x, y)

    @cached_property
    def width(self) -> float:
        """Return the tile's width in Web Mercator metres."""
        return 2 * HALF / (1 << self.z)

    @cached_property
    def west(self) -> float:
        """Return the left edge."""
        return self.x * self.width - HALF

    @cached_property
    def north(self) -> float:
        """Return the upper edge."""
        return HALF - self.y * self.width

    @cached_property
    def scale(self) -> float:
        """Return tile units per Web Mercator metre."""
        return EXTENT / self.width

    @property
    def envelope(self) -> str:
        """Return the tile's box as hexadecimal EWKB."""
        return self._box(0.0)

    @property
    def reach(self) -> str:
        """Return the box with the buffer around it, as hexadecimal EWKB."""
        return self._box(self.width * BUFFER / EXTENT)

    @property
    def inner(self) -> str:
        """Return a box within `reach` by more than PostGIS rounds boxes (to 32 bits: half a metre)."""
        return self._box(self.width * BUFFER / EXTENT - 1)

    def _box(self, margin: float) -> str:
        west, north = self.west - margin, self.north + margin
        east, south = self.west + self.width + margin, self.north - self.width - margin
        ring = (west, south, west, north, east, north, east, south, west, south)
        return struct.pack("<BIIII10d", 1, 0x20000003, 3857, 1, 5, *ring).hex()
