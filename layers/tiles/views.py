"""The address of a tile."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from accounts.authentication import forget_subject
from accounts.policy import Subject, subject_of
from layers import moments
from layers.tiles.grid import Tile
from layers.tiles.serving import serve

CONTENT_TYPE = "application/vnd.mapbox-vector-tile"


def tile(request: HttpRequest, collection: str, z: int, x: int, y: int) -> HttpResponse:
    """Answer one tile: 200, 204 where it is empty, 304 where the client has it."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])

    def asker(epoch: int | None) -> Subject:
        if epoch is not None:
            forget_subject(request)
        return subject_of(request)

    found = serve(asker, collection, Tile.at(z, x, y), moments.as_of(request.GET.dict()))
    if found.is_held(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    elif found.body:
        response = HttpResponse(found.body, content_type=CONTENT_TYPE)
    else:
        response = HttpResponse(status=204)
    for name, value in found.headers:
        response[name] = value
    return response
