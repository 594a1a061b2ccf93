"""Where a basemap comes from, and what a page with a map may ask of other hosts because of it."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from django.http import HttpResponse

from core.instance import data_dir
from municipality.models import Municipality
from municipality.models.municipality import Basemap

ARCHIVE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}")
# The first bytes of a PMTiles archive of version 3, the only one that the map reads.
_SIGN = b"PMTiles\x03"


def allow_basemap(response: HttpResponse) -> HttpResponse:
    """Add the host of the chosen basemap to the page's img-src; nothing for one on this portal."""
    row = Municipality.objects.first()
    if row is None or row.basemap != Basemap.OSM:
        return response
    parts = urlsplit(row.basemap_url)
    if parts.scheme in {"http", "https"} and parts.netloc:
        response._csp_update = {"img-src": [f"{parts.scheme}://{parts.netloc}"]}  # type: ignore[attr-defined]
    return response


def archive(name: str) -> Path | None:
    """Return the PMTiles archive of that name in the instance's folder `basemaps`, None without one."""
    path = data_dir() / "basemaps" / f"{name}.pmtiles"
    if not ARCHIVE_NAME.fullmatch(name) or path.is_symlink() or not path.is_file():
        return None
    with path.open("rb") as file:
        return path if file.read(len(_SIGN)) == _SIGN else None


def archives() -> list[str]:
    """Return the names of the archives in the instance's folder `basemaps`."""
    found = sorted(path.stem for path in (data_dir() / "basemaps").glob("*.pmtiles"))
    return [name for name in found if archive(name)]
