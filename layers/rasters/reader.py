"""The reader of rasters, imported when it is first needed, since it is large."""

from threading import Lock
from typing import Any

_ONE_AT_A_TIME = Lock()


def reader_of(path: Any) -> Any:
    """Return an open reader of a raster file.

    Its package imports itself in a circle: threads that import it at once find it half made.
    """
    with _ONE_AT_A_TIME:
        from rio_tiler.io import Reader
    return Reader(str(path))
