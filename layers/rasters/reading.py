"""Numbers out of a raster: the value at a place, the profile along a line, contours of heights."""

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext_lazy as _

from core.errors import Unprocessable

Point = tuple[float, float]
SAMPLES = 200
# A terrain model is read no finer than this for contours, so that the job's memory stays flat.
LONGEST_SIDE = 4000
MOST_LINES = 500


def value(path: Path, lon: float, lat: float) -> list[float | None]:
    """Return each band's value in the cell at a place (WGS 84 degrees), None where nothing is known."""
    return [None if band is None else band for band in _sampled(path, [(lon, lat)], smooth=False)[0]]


def profile(path: Path, line: Sequence[Point], samples: int = SAMPLES) -> dict[str, Any]:
    """Return the values along a line of longitude and latitude, evenly spaced by metres on the ellipsoid.

    Gives `points` (metres from the start, value or None), `length_m`, the extremes and the sums of
    rise and fall between known neighbours.
    """
    from pyproj import Geod

    geod = Geod(ellps="WGS84")
    lons, lats = [lon for lon, _ in line], [lat for _, lat in line]
    length = float(geod.line_length(lons, lats))
    if not length > 0:
        raise Unprocessable(_("The line has no length."))
    places = _along(geod, line, length, samples)
    values = [bands[0] for bands in _sampled(path, [place for _at, place in places], smooth=True)]
    known = [one for one in values if one is not None]
    steps = [b - a for a, b in pairwise(known)]
    return {
        "length_m": round(length, 2),
        "points": [[round(at, 2), one] for (at, _place), one in zip(places, values, strict=True)],
        "least": min(known, default=None),
        "most": max(known, default=None),
        "rise": round(sum(step for step in steps if step > 0), 2),
        "fall": round(-sum(step for step in steps if step < 0), 2),
    }


def _along(geod: Any, line: Sequence[Point], length: float, samples: int) -> list[tuple[float, Point]]:
    """Return so many places along the line with their distances, its own vertices among the ends."""
    found: list[tuple[float, Point]] = []
    wanted = [length * at / (samples - 1) for at in range(samples)]
    before = 0.0
    for (lon, lat), (lon2, lat2) in pairwise(line):
        azimuth, _back, metres = geod.inv(lon, lat, lon2, lat2)
        while len(found) < samples and wanted[len(found)] <= before + metres + 1e-6:
            at = wanted[len(found)]
            there = geod.fwd(lon, lat, azimuth, at - before)
            found.append((at, (there[0], there[1])))
        before += metres
    return found


def _sampled(path: Path, places: Sequence[Point], *, smooth: bool) -> list[list[float | None]]:
    import rasterio
    from rasterio.warp import transform

    if not path.exists():
        raise FileNotFoundError(path)
    with rasterio.open(path) as file:
        xs, ys = transform("EPSG:4326", file.crs, [lon for lon, _ in places], [lat for _, lat in places])
        back = ~file.transform
        found = []
        for x, y in zip(xs, ys, strict=True):
            column, row = back.a * x + back.b * y + back.c, back.d * x + back.e * y + back.f
            found.append(_cell(file, column, row, smooth=smooth))
        return found


def _cell(file: Any, column: float, row: float, *, smooth: bool) -> list[float | None]:
    """Return the values at a place in cells, between the four nearest cells where it is smooth."""
    from rasterio.windows import Window

    if not (0 <= column < file.width and 0 <= row < file.height):
        return [None] * file.count
    if smooth:
        left, top = max(math.floor(column - 0.5), 0), max(math.floor(row - 0.5), 0)
        wide, high = min(2, file.width - left), min(2, file.height - top)
        cells = file.read(window=Window(left, top, wide, high), masked=True)
        if not np.ma.getmaskarray(cells).any():
            return [
                _between(band, column - 0.5 - left, row - 0.5 - top) for band in np.asarray(cells, "float64")
            ]
    cells = file.read(window=Window(int(column), int(row), 1, 1), masked=True)
    hidden = np.ma.getmaskarray(cells)[:, 0, 0]
    return [
        None if masked or not math.isfinite(one) else round(float(one), 4)
        for one, masked in zip(np.ma.getdata(cells)[:, 0, 0], hidden, strict=True)
    ]


def _between(band: Any, right: float, down: float) -> float:
    right, down = min(max(right, 0.0), band.shape[1] - 1.0), min(max(down, 0.0), band.shape[0] - 1.0)
    upper, lower = band[0], band[-1]
    first = upper[0] * (1 - right) + upper[-1] * right
    second = lower[0] * (1 - right) + lower[-1] * right
    return round(float(first * (1 - down) + second * down), 4)


def contours(path: Path, interval: float) -> tuple[list[tuple[float, Any]], int]:
    """Return lines of equal value, every `interval`, in the raster's own system, and its EPSG code.

    Refused with `Unprocessable` where that would be more than 500 different values.
    """
    import contourpy
    import rasterio

    with rasterio.open(path) as file:
        shrink = max(1.0, max(file.width, file.height) / LONGEST_SIDE)
        size = (max(2, round(file.height / shrink)), max(2, round(file.width / shrink)))
        cells = file.read(1, out_shape=size, masked=True, resampling=rasterio.enums.Resampling.average)
        place, srid = file.transform, file.crs.to_epsg() or 0
        wide, high = file.width / size[1], file.height / size[0]
    values = np.where(np.ma.getmaskarray(cells), np.nan, np.ma.getdata(cells).astype("float64"))
    xs = place.c + place.a * wide * (np.arange(size[1]) + 0.5)
    ys = place.f + place.e * high * (np.arange(size[0]) + 0.5)
    drawing = contourpy.contour_generator(xs, ys, np.ma.masked_invalid(values))
    found = []
    for level in _levels(values, interval):
        found += [(level, shapely.linestrings(line)) for line in drawing.lines(level) if len(line) > 1]
    return found, srid


def _levels(values: Any, interval: float) -> list[float]:
    if not np.isfinite(values).any():
        return []
    first = math.ceil(float(np.nanmin(values)) / interval)
    last = math.floor(float(np.nanmax(values)) / interval)
    if last - first >= MOST_LINES:
        raise Unprocessable(
            _("That would be more than %(most)s different lines. Choose a larger interval.")
            % {"most": MOST_LINES}
        )
    return [round(at * interval, 6) for at in range(first, last + 1)]
