"""GDAL with nothing but the drivers of the allow-list, and without its roads to elsewhere."""

import ctypes
import importlib.abc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from layers.importing.reader.formats import DRIVERS

CONFIG = {
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
    "OGR_SQLITE_LOAD_EXTENSIONS": "NO",
    "SHAPE_2D": "YES",
    "OGR_GEOJSON_MAX_OBJ_SIZE": "200",
    "OSM_MAX_TMPFILE_SIZE": "64",
    "OGR_ORGANIZE_POLYGONS": "DEFAULT",
    "GDAL_NUM_THREADS": "1",
    "OGR_GPKG_NUM_THREADS": "1",
    "CPL_LOG_ERRORS": "NO",
}


class _Absent(importlib.abc.MetaPathFinder):
    """Says that heavy packages, which pyogrio and pyarrow use where they find them, are not there."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Refuse the import of pandas and geopandas: a second and 90 MB for nothing used here."""
        if name.partition(".")[0] in ("pandas", "geopandas"):
            raise ModuleNotFoundError(name)


def load_gdal(scratch: Path) -> ModuleType:
    """Import pyogrio, take every driver from GDAL that is not on the allow-list, return pyogrio."""
    sys.meta_path.insert(0, _Absent())
    os.environ.update(CONFIG, CPL_TMPDIR=str(scratch))
    import pyogrio
    import pyogrio.raw

    _keep_only(DRIVERS, Path(pyogrio.__file__).parent.parent)
    return pyogrio


def _keep_only(names: Sequence[str], site: Path) -> None:
    library = next((site / "pyogrio.libs").glob("libgdal-*"), None)
    gdal = ctypes.CDLL(str(library) if library else "libgdal.so")
    gdal.GDALGetDriver.restype = ctypes.c_void_p
    gdal.GDALGetDriverShortName.argtypes = gdal.GDALDeregisterDriver.argtypes = (ctypes.c_void_p,)
    gdal.GDALGetDriverShortName.restype = ctypes.c_char_p
    drivers = [gdal.GDALGetDriver(index) for index in range(gdal.GDALGetDriverCount())]
    # "Memory" keeps what the OSM driver indexes; it opens no file.
    kept = {name.encode() for name in names} | {b"SQLite", b"MEM", b"Memory"}
    for driver in drivers:
        if gdal.GDALGetDriverShortName(driver) not in kept:
            gdal.GDALDeregisterDriver(driver)
