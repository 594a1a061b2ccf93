"""The address of a raster tile."""

from hashlib import blake2b

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts import policy
from accounts.policy import Verb
from core.errors import DomainError, NotFound
from layers.models import GuardedRaster, Raster

MAX_ZOOM = 22


@require_safe
def raster_tile(request: HttpRequest, raster: str, z: int, x: int, y: int) -> HttpResponse:
    """Answer one tile as PNG, or 304 where the client has it; 404 for a raster that one may not see."""
    if z > MAX_ZOOM or x >= 2**z or y >= 2**z:
        raise DomainError(_("There is no such tile."))
    found = Raster.objects.filter(slug=raster).first()
    if found is None or not policy.decide(policy.subject_of(request), Verb.VIEW, GuardedRaster(found)):
        raise NotFound(_("There is no such layer."))
    etag = f'"{blake2b(f"{found.file_id}/{z}/{x}/{y}".encode(), digest_size=10).hexdigest()}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(_drawn(found, z, x, y), content_type="image/png")
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache" if "public" in found.roles else "private, no-cache"
    response["Vary"] = "Cookie, Authorization"
    return response


def _drawn(raster: Raster, z: int, x: int, y: int) -> bytes:
    from layers.rasters.rendering import picture  # loads the raster libraries, which few requests need

    try:
        return picture(raster.path, raster.kind, z, x, y)
    except FileNotFoundError as gone:
        raise NotFound(_("The file of this raster is missing; ask the municipality to restore it.")) from gone
