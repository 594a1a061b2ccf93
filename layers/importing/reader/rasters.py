"""Rasters in the locked child: what a file holds, and the file written anew, upright and whole, as COG.

All sheets of one file or archive are laid onto one canvas. Pictures keep up to three bands and a
mask; numbers keep one band as floating point, with NaN where nothing is known.
"""

import ctypes
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from layers.importing.reader import formats, placing
from layers.importing.reader.archive import Source
from layers.importing.reader.refusals import Refusal

# 5 km × 5 km at 10 cm; a larger town gives its flight in parts.
MOST_CELLS = 2_500_000_000
MOST_BANDS, MOST_SHEETS = 32, 500
WINDOW = 2048
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
        sheets = _opened(sources, held)
        first = sheets[0]
        hull = _hull(sheets)
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
            "hull": hull,
            "raster": _facts(sheets),
        }
        named = {"crs": crs.to_wkt() if crs else None}
        return {"layers": [described | place_of(named, hull, grid, brief=False)]}


def _opened(sources: Sequence[Source], held: ExitStack) -> list[Any]:
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
        "has_palette": _palette(first) is not None,
        "is_turned": _is_turned(first),
        "misfit": _misfit(first),
        "kind": _kind(first, len(plain)),
    }


def _kind(sheet: Any, bands: int) -> str:
    """Propose what the cells are: numbers where there is one band beyond what a picture holds."""
    return "elevation" if bands == 1 and sheet.dtypes[0] != "uint8" else "image"


def _palette(sheet: Any) -> np.ndarray | None:
    try:
        known = sheet.colormap(1)
    except ValueError:
        return None
    table = np.zeros((max(known) + 1, 4), "uint8")
    for value, colour in known.items():
        table[value] = colour
    return table


def _is_turned(sheet: Any) -> bool:
    it = sheet.transform
    return bool(sheet.gcps[0]) or bool(it.b or it.d) or it.a <= 0 or it.e >= 0


def _transform(sheet: Any) -> Any:
    """Return where cells lie; of control points, the affine that fits them best."""
    from rasterio.transform import from_gcps

    return from_gcps(sheet.gcps[0]) if sheet.gcps[0] else sheet.transform


def _misfit(sheet: Any) -> float | None:
    """Return by how much the control points miss at most, in the unit of their system."""
    points = sheet.gcps[0]
    if not points:
        return None
    it = _transform(sheet)
    there = np.array([_at(it, point.col, point.row) for point in points])
    said = np.array([(point.x, point.y) for point in points])
    return round(float(np.hypot(*(there - said).T).max()), 3)


def _hull(sheets: Sequence[Any]) -> list[tuple[float, float]]:
    corners = [
        _at(_transform(one), column, row)
        for one in sheets
        for column in (0, one.width)
        for row in (0, one.height)
    ]
    outline = shapely.convex_hull(shapely.multipoints(corners))
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(outline)][:200]


def _at(transform: Any, column: float, row: float) -> tuple[float, float]:
    it = transform
    return it.a * column + it.b * row + it.c, it.d * column + it.e * row + it.f


@dataclass(frozen=True)
class Canvas:
    """The upright grid that all sheets are laid on."""

    crs: Any
    transform: Any
    width: int
    height: int

    @property
    def windows(self) -> Iterator[Any]:
        """Yield the canvas in squares, row by row."""
        from rasterio.windows import Window

        for top in range(0, self.height, WINDOW):
            for left in range(0, self.width, WINDOW):
                yield Window(left, top, min(WINDOW, self.width - left), min(WINDOW, self.height - top))


def write(
    sources: Sequence[Source], request: dict[str, Any], scratch: Path, tell: Callable[[dict[str, Any]], None]
) -> None:
    """Write `raster.tif` into the scratch folder: `kind`, `band` and `srid` say how the file is meant."""
    import rasterio
    import rasterio.shutil

    plain, final = scratch / "plain.tif", scratch / "raster.tif"
    with ExitStack() as held:
        sheets = _opened(sources, held)
        crs = placing.crs(request["srid"]).to_wkt()
        canvas = _canvas(sheets, rasterio.crs.CRS.from_wkt(crs))
        form = _form(sheets[0], request)
        laid = [held.enter_context(_laid(one, canvas, form)) for one in sheets]
        boxes = [_box(one, canvas) for one in sheets]
        out = held.enter_context(rasterio.open(plain, "w", **_profile(canvas, form)))
        total = -(-canvas.width // WINDOW) * -(-canvas.height // WINDOW)
        known = 0
        for done, window in enumerate(canvas.windows, 1):
            known += _fill(out, window, laid, boxes, form)
            tell({"kind": "progress", "done": done, "total": total})
    if not known:
        raise Refusal("raster_empty")
    tell({"kind": "finishing", "bytes": plain.stat().st_size})
    rasterio.shutil.copy(plain, final, driver="COG", **_cog(form))
    plain.unlink()
    tell({"kind": "tally", "width": canvas.width, "height": canvas.height, **_values(final, form)})


@dataclass(frozen=True)
class _Form:
    """How cells are kept: as a picture's bands with a mask, or as numbers with NaN."""

    is_picture: bool
    bands: tuple[int, ...]
    dtype: str
    palette: np.ndarray | None = None

    @property
    def count(self) -> int:
        return 3 if self.palette is not None else len(self.bands)


def _form(sheet: Any, request: dict[str, Any]) -> _Form:
    from rasterio.enums import ColorInterp

    plain = [band for band in sheet.indexes if sheet.colorinterp[band - 1] != ColorInterp.alpha]
    if request["kind"] != "image":
        band = int(request.get("band") or 1)
        if band not in plain:
            raise Refusal("raster_band_unknown", band=band, count=len(plain))
        wide = sheet.dtypes[0] in ("int32", "uint32", "int64", "uint64", "float64")
        return _Form(False, (band,), "float64" if wide else "float32")
    palette = _palette(sheet) if len(plain) == 1 else None
    kept = plain[:3] if len(plain) >= 3 else plain[:1]
    return _Form(True, tuple(kept), "uint8" if palette is not None else sheet.dtypes[0], palette)


def _canvas(sheets: Sequence[Any], crs: Any) -> Canvas:
    it = sheets[0]
    if len(sheets) == 1 and not _is_turned(it):
        return Canvas(crs, it.transform, it.width, it.height)
    return _around(sheets, crs)


def _around(sheets: Sequence[Any], crs: Any) -> Canvas:
    """Return the grid of the finest cells around all corners."""
    from rasterio.transform import from_origin

    corners = np.array(_hull(sheets))
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    first = _transform(sheets[0])
    cell_x, cell_y = float(np.hypot(first.a, first.d)), float(np.hypot(first.b, first.e))
    width, height = round((east - west) / cell_x), round((north - south) / cell_y)
    return _limited(Canvas(crs, from_origin(west, north, cell_x, cell_y), max(width, 1), max(height, 1)))


def _limited(canvas: Canvas) -> Canvas:
    if canvas.width * canvas.height > MOST_CELLS:
        raise Refusal("raster_too_large", cells=canvas.width * canvas.height, limit=MOST_CELLS)
    return canvas


def _laid(sheet: Any, canvas: Canvas, form: _Form) -> Any:
    """Return a sheet as if it had the canvas's grid; cells that fall between are interpolated."""
    from rasterio.enums import ColorInterp, Resampling
    from rasterio.vrt import WarpedVRT

    smooth = form.palette is None and _is_turned(sheet)
    has_alpha = ColorInterp.alpha in sheet.colorinterp
    return WarpedVRT(
        sheet,
        src_crs=canvas.crs,
        **({"src_transform": _transform(sheet)} if sheet.gcps[0] else {}),
        crs=canvas.crs,
        transform=canvas.transform,
        width=canvas.width,
        height=canvas.height,
        resampling=Resampling.bilinear if smooth else Resampling.nearest,
        add_alpha=not has_alpha and sheet.nodata is None,
        warp_mem_limit=64,
    )


def _box(sheet: Any, canvas: Canvas) -> tuple[float, float, float, float]:
    """Return the sheet's box in cells of the canvas: left, top, right, bottom."""
    back = ~canvas.transform
    corners = np.array([_at(back, *corner) for corner in _hull([sheet])])
    return (*corners.min(axis=0), *corners.max(axis=0))


def _profile(canvas: Canvas, form: _Form) -> dict[str, Any]:
    known = {
        "driver": "GTiff",
        "width": canvas.width,
        "height": canvas.height,
        "count": form.count,
        "dtype": form.dtype,
        "crs": canvas.crs,
        "transform": canvas.transform,
        "tiled": True,
        "blockxsize": 512,
        "blockysize": 512,
        "compress": "DEFLATE",
        "zlevel": 1,
        "bigtiff": "IF_SAFER",
        "sparse_ok": True,
    }
    return (
        known
        | ({"photometric": "RGB"} if form.count == 3 else {})
        | ({} if form.is_picture else {"nodata": np.nan})
    )


def _fill(out: Any, window: Any, laid: Sequence[Any], boxes: Sequence[Any], form: _Form) -> int:
    """Write one square of the canvas from all sheets that meet it; return how many cells are known."""
    shape = (form.count, int(window.height), int(window.width))
    cells = np.zeros(shape, form.dtype) if form.is_picture else np.full(shape, np.nan, form.dtype)
    mask = np.zeros(shape[1:], bool)
    for sheet, (left, top, right, bottom) in zip(laid, boxes, strict=True):
        if (
            left < window.col_off + window.width
            and right > window.col_off
            and top < window.row_off + window.height
            and bottom > window.row_off
        ):
            _lay(sheet, window, cells, mask, form)
    known = int(mask.sum())
    if known or not form.is_picture:
        out.write(cells, window=window)
    if form.is_picture:
        out.write_mask(mask, window=window)
    return known


def _lay(sheet: Any, window: Any, cells: Any, mask: Any, form: _Form) -> None:
    found = sheet.read(list(form.bands), window=window)
    valid = _valid(sheet, window)
    if found.dtype.kind == "f":
        valid &= np.isfinite(found).all(axis=0)
    if form.palette is not None:
        colours = form.palette[np.minimum(found[0], len(form.palette) - 1)]
        valid &= colours[..., 3] > 0
        found = np.moveaxis(colours[..., :3], 2, 0)
    cells[:, valid] = found[:, valid].astype(form.dtype)
    mask |= valid


def _valid(sheet: Any, window: Any) -> Any:
    from rasterio.enums import ColorInterp

    if sheet.colorinterp[-1] == ColorInterp.alpha:
        return sheet.read(sheet.count, window=window) > 0
    return sheet.dataset_mask(window=window) > 0


def _cog(form: _Form) -> dict[str, Any]:
    known: dict[str, Any] = {"BLOCKSIZE": 512, "BIGTIFF": "IF_SAFER", "NUM_THREADS": 1}
    if form.is_picture and form.dtype == "uint8" and form.palette is None:
        return known | {"COMPRESS": "JPEG", "QUALITY": 90, "OVERVIEW_RESAMPLING": "AVERAGE"}
    resampling = "NEAREST" if form.palette is not None else "AVERAGE"
    return known | {"COMPRESS": "DEFLATE", "PREDICTOR": "YES", "OVERVIEW_RESAMPLING": resampling}


def _values(path: Path, form: _Form) -> dict[str, Any]:
    """Return between which values most cells lie (2nd and 98th percentile), and the extremes."""
    import rasterio

    with rasterio.open(path) as file:
        share = min(1.0, 1024 / max(file.width, file.height))
        size = (file.count, max(1, round(file.height * share)), max(1, round(file.width * share)))
        cells = file.read(out_shape=size, masked=True).compressed().astype("float64")
    cells = cells[np.isfinite(cells)]
    if not len(cells):
        return {
            "low": None,
            "high": None,
            "least": None,
            "most": None,
            "bands": form.count,
            "dtype": form.dtype,
        }
    low, high = np.percentile(cells, (2, 98))
    return {
        "low": _plain(low),
        "high": _plain(high),
        "least": _plain(cells.min()),
        "most": _plain(cells.max()),
        "bands": form.count,
        "dtype": form.dtype,
    }


def _plain(value: Any) -> float:
    """Return a value with six significant digits: it is shown to people, and colours need no more."""
    return float(f"{float(value):.6g}")
