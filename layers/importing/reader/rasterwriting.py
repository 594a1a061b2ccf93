"""A raster written anew, upright and whole, as cloud-optimised GeoTIFF.

All sheets of one file or archive are laid onto one canvas. Pictures keep up to three bands and a
mask; numbers keep one band as floating point, with NaN where nothing is known.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from layers.importing.reader import placing
from layers.importing.reader.archive import Source
from layers.importing.reader.rasters import (
    MOST_CELLS,
    at,
    hull,
    is_turned,
    opened,
    palette_of,
    transform_of,
)
from layers.importing.reader.refusals import Refusal

WINDOW = 2048


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
        sheets = opened(sources, held)
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
    palette = palette_of(sheet) if len(plain) == 1 else None
    kept = plain[:3] if len(plain) >= 3 else plain[:1]
    return _Form(True, tuple(kept), "uint8" if palette is not None else sheet.dtypes[0], palette)


def _canvas(sheets: Sequence[Any], crs: Any) -> Canvas:
    it = sheets[0]
    if len(sheets) == 1 and not is_turned(it):
        return Canvas(crs, it.transform, it.width, it.height)
    return _around(sheets, crs)


def _around(sheets: Sequence[Any], crs: Any) -> Canvas:
    """Return the grid of the finest cells around all corners."""
    from rasterio.transform import from_origin

    corners = np.array(hull(sheets))
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    first = transform_of(sheets[0])
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

    smooth = form.palette is None and is_turned(sheet)
    has_alpha = ColorInterp.alpha in sheet.colorinterp
    return WarpedVRT(
        sheet,
        src_crs=canvas.crs,
        **({"src_transform": transform_of(sheet)} if sheet.gcps[0] else {}),
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
    corners = np.array([at(back, *corner) for corner in hull([sheet])])
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
