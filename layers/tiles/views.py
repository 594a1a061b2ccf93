"""The address of a tile."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from layers.tiles.grid import Tile
from layers.tiles.serving import serve

CONTENT_TYPE = "application/vnd.mapbox-vector-tile"


def tile(request: HttpRequest, collection: str, z: int, x: int, y: int) -> HttpResponse:
    """Answer one tile: 200, 204 where it is empty, 304 where the client has it."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    found = serve(request, collection, Tile.at(z, x, y))
    if found.body is None:
        response = HttpResponse(status=304)
    elif found.body:
        response = HttpResponse(found.body, content_type=CONTENT_TYPE)
    else:
        response = HttpResponse(status=204)
    if found.etag:
        response["ETag"] = found.etag
    # Kept by anybody, but asked again each time: a right taken away holds from the next request on.
    response["Cache-Control"] = "public, no-cache" if found.is_public else "private, no-cache"
    response["Vary"] = "Cookie, Authorization"
    return response
