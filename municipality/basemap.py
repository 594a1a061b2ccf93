"""What a page with a map may ask of other hosts: nothing, unless the municipality chose a basemap elsewhere."""

from urllib.parse import urlsplit

from django.http import HttpResponse

from municipality.models import Municipality
from municipality.models.municipality import Basemap


def allow_basemap(response: HttpResponse) -> HttpResponse:
    """Add the host of the chosen basemap to the page's img-src; nothing for one on this portal."""
    row = Municipality.objects.first()
    if row is None or row.basemap != Basemap.OSM:
        return response
    parts = urlsplit(row.basemap_url)
    if parts.scheme in {"http", "https"} and parts.netloc:
        response._csp_update = {"img-src": [f"{parts.scheme}://{parts.netloc}"]}  # type: ignore[attr-defined]
    return response
