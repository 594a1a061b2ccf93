"""Rasters in the locked child: how they are opened, and what a file holds."""

import ctypes
import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from layers.importing.reader import formats
from layers.importing.reader.archive import Source
from layers.importing.reader.refusals import Refusal

# 5 km × 5 km at 10 cm; a larger town gives its flight in parts.
MOST_CELLS = 2_500_000_000
MOST_BANDS, MOST_SHEETS = 32, 500
KINDS = ("image", "elevation", "measurement")
_CONFIG = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE",
    "GDAL_CACHEMAX": "128",
    "GDAL_NUM_THREADS": "1",
    "GDAL_TIFF_INTERNAL_MASK": "YES",
    "GDAL_PAM_ENABLED": "NO",
    "GTIFF_DIRECT_IO": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
}
_OPENERS = {"tif": "GTiff", "jp2": "JP2OpenJPEG", "ecw": "ECW"}
# The warper's own datasets and the writer of overviews need the last three.
_DRIVERS = {name.encode() for name in _OPENERS.values()} | {b"COG", b"MEM", b"VRT"}


def load(scratch: Path) -> None:
    """Import rasterio and take from GDAL every driver that is not needed here."""
    os.environ.update(_CONFIG, CPL_TMPDIR=str(scratch))
    import rasterio
    import rasterio.shutil
    import rasterio.vrt
    import rasterio.warp

    with rasterio.Env():
        library = next((Path(rasterio.__file__).parent.parent / "rasterio.libs").glob("libgdal-*"), None)
        gdal = ctypes.CDLL(str(library) if library else "libgdal.so")
        gdal.GDALGetDriver.restype = ctypes.c_void_p
        gdal.GDALGetDriverShortName.argtypes = gdal.GDALDeregisterDriver.argtypes = (ctypes.c_void_p,)
        gdal.GDALGetDriverShortName.restype = ctypes.c_char_p
        drivers = [gdal.GDALGetDriver(index) for index in range(gdal.GDALGetDriverCount())]
        for driver in drivers:
            if gdal.GDALGetDriverShortName(driver) not in _DRIVERS:
                gdal.GDALDeregisterDriver(driver)


def inspect(sources: Sequence[Source], grid: int) -> dict[str, Any]:
    """Describe the sheets as one raster: size, bands, values, place; refuses what cannot be one."""
    from layers.importing.reader.inspection import place_of

    with ExitStack() as held:
        sheets = opened(sources, held)
        first = sheets[0]
        corners = hull(sheets)
        crs = first.crs or (first.gcps[1] if first.gcps[0] else None)
        described = {
            "key": f"0:{sources[0].name}",
            "name": sources[0].name,
            "format": sources[0].format.id,
            "is_raster": True,
            "is_table": False,
            "has_geometry": True,
            "empty": False,
            "count": -1,
            "geometry_types": [],
            "fields": [],
            "rows": [],
            "cad_layers": [],
            "encoding": None,
            "reading": {},
            "hull": corners,
            "raster": _facts(sheets),
        }
        named = {"crs": crs.to_wkt() if crs else None}
        return {"layers": [described | place_of(named, corners, grid, brief=False)]}


def opened(sources: Sequence[Source], held: ExitStack) -> list[Any]:
    """Open the sheets for as long as the stack is held."""
    import rasterio
    from rasterio.errors import RasterioIOError

    if len(sources) > MOST_SHEETS:
        raise Refusal("raster_too_many_sheets", count=len(sources), limit=MOST_SHEETS)
    found = []
    for source in sources:
        try:
            found.append(held.enter_context(rasterio.open(source.path, driver=_OPENERS[source.format.id])))
        except RasterioIOError as error:
            if source.format is formats.ECW:
                raise Refusal("raster_without_ecw") from error
            raise Refusal("file_damaged", name=source.name, format=source.format.title) from error
        _judge(found[-1], source.name)
    _judge_together(found)
    return found


def _judge(sheet: Any, name: str) -> None:
    """Refuse what has no place on the earth or no values that can be shown."""
    if sheet.count == 0 or sheet.count > MOST_BANDS:
        raise Refusal("raster_bands", count=sheet.count, limit=MOST_BANDS)
    if any("complex" in one for one in sheet.dtypes):
        raise Refusal("raster_complex")
    if sheet.width * sheet.height > MOST_CELLS:
        raise Refusal("raster_too_large", cells=sheet.width * sheet.height, limit=MOST_CELLS)
    if sheet.transform.is_identity and not sheet.gcps[0]:
        raise Refusal("raster_without_place", name=name)


def _judge_together(sheets: Sequence[Any]) -> None:
    first = sheets[0]
    for one in sheets[1:]:
        if (one.count, one.dtypes, one.crs) != (first.count, first.dtypes, first.crs):
            raise Refusal("raster_sheets_differ")
        if abs(one.res[0] / first.res[0] - 1) > 0.01:
            raise Refusal("raster_sheets_differ")


def _facts(sheets: Sequence[Any]) -> dict[str, Any]:
    from rasterio.enums import ColorInterp

    first = sheets[0]
    plain = [band for band in first.indexes if first.colorinterp[band - 1] != ColorInterp.alpha]
    return {
        "sheets": len(sheets),
        "width": first.width,
        "height": first.height,
        "bands": len(plain),
        "dtype": first.dtypes[0],
        "nodata": None if first.nodata is None else str(first.nodata),
        "has_alpha": len(plain) < first.count,
        "has_palette": palette_of(first) is not None,
        "is_turned": is_turned(first),
        "misfit": _misfit(first),
        "kind": _kind(first, len(plain)),
    }


def _kind(sheet: Any, bands: int) -> str:
    """Propose what the cells are: numbers where there is one band beyond what a picture holds."""
    return "elevation" if bands == 1 and sheet.dtypes[0] != "uint8" else "image"


def palette_of(sheet: Any) -> np.ndarray | None:
    """Return the colours of a palette, None where cells are no indexes."""
    try:
        known = sheet.colormap(1)
    except ValueError:
        return None
    table = np.zeros((max(known) + 1, 4), "uint8")
    for value, colour in known.items():
        table[value] = colour
    return table


def is_turned(sheet: Any) -> bool:
    """Say whether a sheet is not upright."""
    it = sheet.transform
    return bool(sheet.gcps[0]) or bool(it.b or it.d) or it.a <= 0 or it.e >= 0


def transform_of(sheet: Any) -> Any:
    """Return where cells lie; of control points, the affine that fits them best."""
    from rasterio.transform import from_gcps

    return from_gcps(sheet.gcps[0]) if sheet.gcps[0] else sheet.transform


def _misfit(sheet: Any) -> float | None:
    """Return by how much the control points miss at most, in the unit of their system."""
    points = sheet.gcps[0]
    if not points:
        return None
    it = transform_of(sheet)
    there = np.array([at(it, point.col, point.row) for point in points])
    said = np.array([(point.x, point.y) for point in points])
    return round(float(np.hypot(*(there - said).T).max()), 3)


def hull(sheets: Sequence[Any]) -> list[tuple[float, float]]:
    """Return the corners around all sheets, in their system."""
    corners = [
        at(transform_of(one), column, row)
        for one in sheets
        for column in (0, one.width)
        for row in (0, one.height)
    ]
    outline = shapely.convex_hull(shapely.multipoints(corners))
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(outline)][:200]


def at(transform: Any, column: float, row: float) -> tuple[float, float]:
    """Return where a column and row lie."""
    it = transform
    return it.a * column + it.b * row + it.c, it.d * column + it.e * row + it.f
