"""One tile of a raster as a picture, read from the file's own overviews."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZE = 256
# The sun of shaded relief stands in the north-west, 45° high, as on printed maps.
AZIMUTH, ALTITUDE = np.radians(315.0), np.radians(45.0)
EARTH = 40075016.685578488


def picture(path: Path, kind: str, z: int, x: int, y: int) -> bytes:
    """Return the Web Mercator tile as PNG of 256 × 256; cells without data are transparent.

    Raises `FileNotFoundError` where the file is gone.
    """
    from rio_tiler.errors import TileOutsideBounds
    from rio_tiler.io import Reader

    if not path.exists():
        raise FileNotFoundError(path)
    with Reader(str(path)) as reader:
        try:
            if kind == "elevation":
                found = reader.tile(x, y, z, tilesize=SIZE, buffer=1, resampling_method="bilinear")
                return _png(*shaded(found.data[0], _mask(found.array), EARTH / 2**z / SIZE))
            found = reader.tile(x, y, z, tilesize=SIZE, resampling_method="bilinear")
        except TileOutsideBounds:
            return nothing()
        bands = found.data[:3] if found.count >= 3 else np.repeat(found.data[:1], 3, axis=0)
        return _png(_bytes(bands), _mask(found.array))


def shaded(
    heights: NDArray[Any], mask: NDArray[np.uint8], cell_m: float
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return relief and mask of a tile read with a margin of one cell; `cell_m` is a cell's side in metres.

    Heights in metres; the shade is 0–255 (Horn's slope and aspect, as in common GIS).
    """
    down, right = np.gradient(heights.astype("float64"), cell_m)
    slope, aspect = np.arctan(np.hypot(right, down)), np.arctan2(-right, down)
    light = np.sin(ALTITUDE) * np.cos(slope) + np.cos(ALTITUDE) * np.sin(slope) * np.cos(AZIMUTH - aspect)
    shade = np.clip(light * 255, 0, 255).astype("uint8")[1:-1, 1:-1]
    return np.repeat(shade[np.newaxis], 3, axis=0), mask[1:-1, 1:-1]


@cache
def nothing() -> bytes:
    """Return a wholly transparent tile."""
    return _png(np.zeros((3, SIZE, SIZE), "uint8"), np.zeros((SIZE, SIZE), "uint8"))


def _mask(cells: "np.ma.MaskedArray[Any, Any]") -> NDArray[np.uint8]:
    return np.where(np.ma.getmaskarray(cells).any(axis=0), 0, 255).astype("uint8")


def _bytes(bands: NDArray[Any]) -> NDArray[np.uint8]:
    if bands.dtype == np.uint8:
        return bands
    low, high = float(bands.min()), float(bands.max())
    return ((bands - low) * (255 / ((high - low) or 1))).astype("uint8")


def _png(bands: NDArray[np.uint8], mask: NDArray[np.uint8]) -> bytes:
    from rio_tiler.utils import render

    return bytes(render(bands, mask=mask, img_format="PNG"))
