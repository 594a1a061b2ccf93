"""Tiles and small pictures of a raster, drawn as its row says, from the file's own overviews."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.models import Drawing, Raster
from layers.rasters.reader import reader_of
from layers.styling.ramps import ramp

SIZE = 256
# The sun of shaded relief stands in the north-west, 45° high, as on printed maps.
AZIMUTH, ALTITUDE = np.radians(315.0), np.radians(45.0)
EARTH = 40075016.685578488
SHADES = 256


@dataclass(frozen=True)
class Look:
    """How cells become colours: the drawing, its ramp, and the values between which it runs."""

    drawing: str
    ramp: str
    low: float | None
    high: float | None

    @classmethod
    def of(cls, raster: Raster) -> "Look":
        """Return how a raster's row says that it is drawn."""
        return cls(raster.drawing, raster.ramp, raster.low, raster.high)

    @property
    def is_shaded(self) -> bool:
        """Say whether slopes are drawn, for which the cells around a tile are needed too."""
        return self.drawing in (Drawing.RELIEF, Drawing.COLOURED_RELIEF)


def tile(path: Path, look: Look, z: int, x: int, y: int) -> bytes:
    """Return the Web Mercator tile as PNG of 256 × 256; cells without data are transparent.

    Raises `FileNotFoundError` where the file is gone.
    """
    if not path.exists():
        raise FileNotFoundError(path)
    with reader_of(path) as reader:
        from rio_tiler.errors import TileOutsideBounds

        try:
            margin = {"buffer": 1} if look.is_shaded else {}
            found = reader.tile(x, y, z, tilesize=SIZE, resampling_method="bilinear", **margin)
        except TileOutsideBounds:
            return nothing()
        return drawn(found.array, look, EARTH / 2**z / SIZE, margin=1 if look.is_shaded else 0)


def small(path: Path, look: Look, side: int) -> bytes:
    """Return the whole raster as PNG whose longer side has so many pixels."""
    if not path.exists():
        raise FileNotFoundError(path)
    with reader_of(path) as reader:
        found = reader.preview(max_size=side, dst_crs="EPSG:3857", resampling_method="bilinear")
        metres = (found.bounds[2] - found.bounds[0]) / found.width
        return drawn(found.array, look, metres, margin=0)


def part(
    path: Path, look: Look, box: tuple[float, float, float, float], srid: int, size: tuple[int, int]
) -> Any:
    """Return what lies in a box of any system as a Pillow image of `size` (width, height)."""
    from io import BytesIO

    from PIL import Image

    if not path.exists():
        raise FileNotFoundError(path)
    with reader_of(path) as reader:
        crs = f"EPSG:{srid}"
        found = reader.part(
            box, dst_crs=crs, bounds_crs=crs, width=size[0], height=size[1], resampling_method="bilinear"
        )
    metres = (box[2] - box[0]) / size[0] * (111_320 if srid == 4326 else 1)
    return Image.open(BytesIO(drawn(found.array, look, metres, margin=0)))


def drawn(cells: "np.ma.MaskedArray[Any, Any]", look: Look, cell_m: float, *, margin: int) -> bytes:
    """Return cells (bands, rows, columns) as PNG; `margin` cells at each side are cut off after shading."""
    known: NDArray[np.bool_] = np.logical_not(np.ma.getmaskarray(cells).any(axis=0))
    values = np.ma.getdata(cells)
    if values.dtype.kind == "f":
        known &= np.isfinite(values).all(axis=0)
    inner = slice(margin, -margin or None)
    bands = _bands(values, known, look, cell_m)
    mask = np.where(known, 255, 0).astype("uint8")
    return _png(bands[:, inner, inner], mask[inner, inner])


def _bands(values: NDArray[Any], known: NDArray[np.bool_], look: Look, cell_m: float) -> NDArray[np.uint8]:
    if look.drawing == Drawing.PICTURE:
        found = values[:3] if len(values) >= 3 else np.repeat(values[:1], 3, axis=0)
        return found if found.dtype == np.uint8 else _stretched(found, known, look)
    first = values[0]
    colours = _coloured(first, known, look) if look.drawing != Drawing.RELIEF else None
    if not look.is_shaded:
        return colours if colours is not None else _stretched(values[:1], known, look)
    shade = shaded(np.where(known, first, first[known].mean() if known.any() else 0), cell_m)
    if colours is None:
        return np.repeat(shade[np.newaxis], 3, axis=0)
    # Level ground keeps its colour; slopes are lighter or darker than it.
    level = np.sin(ALTITUDE) * 255
    return np.clip(colours * (0.35 + 0.65 * shade[np.newaxis] / level), 0, 255).astype("uint8")


def shaded(heights: NDArray[Any], cell_m: float) -> NDArray[np.uint8]:
    """Return the light on slopes, 0–255 (Horn's slope and aspect, as in common GIS).

    Heights in metres, `cell_m` is a cell's side in metres.
    """
    down, right = np.gradient(heights.astype("float64"), cell_m)
    slope, aspect = np.arctan(np.hypot(right, down)), np.arctan2(-right, down)
    light = np.sin(ALTITUDE) * np.cos(slope) + np.cos(ALTITUDE) * np.sin(slope) * np.cos(AZIMUTH - aspect)
    return np.clip(light * 255, 0, 255).astype("uint8")


def _coloured(values: NDArray[Any], known: NDArray[np.bool_], look: Look) -> NDArray[np.uint8]:
    at = np.clip(_share(values, known, look) * (SHADES - 1), 0, SHADES - 1).astype("uint8")
    return np.moveaxis(_table(look.ramp)[at], 2, 0)


def _stretched(values: NDArray[Any], known: NDArray[np.bool_], look: Look) -> NDArray[np.uint8]:
    found = np.clip(_share(values, known, look) * 255, 0, 255).astype("uint8")
    return np.repeat(found, 3, axis=0) if len(found) == 1 else found


def _share(values: NDArray[Any], known: NDArray[np.bool_], look: Look) -> NDArray[np.float64]:
    """Return where each value lies between the lowest (0) and the highest (1)."""
    cells = np.where(known, values, 0).astype("float64")
    low = look.low if look.low is not None else float(cells.min())
    high = look.high if look.high is not None else float(cells.max())
    return (cells - low) / ((high - low) or 1)


@cache
def _table(name: str) -> NDArray[np.uint8]:
    colours = [bytes.fromhex(colour[1:]) for colour in ramp(name, SHADES)]
    return np.frombuffer(b"".join(colours), "uint8").reshape(SHADES, 3)


@cache
def nothing() -> bytes:
    """Return a wholly transparent tile."""
    return _png(np.zeros((3, SIZE, SIZE), "uint8"), np.zeros((SIZE, SIZE), "uint8"))


def _png(bands: NDArray[np.uint8], mask: NDArray[np.uint8]) -> bytes:
    from rio_tiler.utils import render

    return bytes(render(np.ascontiguousarray(bands), mask=np.ascontiguousarray(mask), img_format="PNG"))
