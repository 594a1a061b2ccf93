"""The address of a raster tile."""

from hashlib import blake2b

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.policy import subject_of
from core.errors import DomainError
from layers.models import Raster
from layers.rasters.access import lost, seen

MAX_ZOOM = 22


@require_safe
def raster_tile(request: HttpRequest, raster: str, z: int, x: int, y: int) -> HttpResponse:
    """Answer one tile as PNG, or 304 where the client has it; 404 for a raster that one may not see."""
    if z > MAX_ZOOM or x >= 2**z or y >= 2**z:
        raise DomainError(_("There is no such tile."))
    found = seen(subject_of(request), raster)
    etag = f'"{blake2b(f"{found.look}/{z}/{x}/{y}".encode(), digest_size=10).hexdigest()}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(_drawn(found, z, x, y), content_type="image/png")
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache" if "public" in found.roles else "private, no-cache"
    response["Vary"] = "Cookie, Authorization"
    return response


def _drawn(raster: Raster, z: int, x: int, y: int) -> bytes:
    from layers.rasters import rendering  # loads the raster libraries, which few requests need

    try:
        return rendering.tile(raster.path, rendering.Look.of(raster), z, x, y)
    except FileNotFoundError as gone:
        raise lost() from gone
