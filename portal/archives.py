"""The basemap archives of this instance, read in pieces (RFC 9110, 14)."""

import re
from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from core.errors import NotFound
from municipality.basemap import archive

TYPE = "application/vnd.pmtiles"
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{1,15})?")
# A map asks for directories and tiles of some kilobytes; whoever wants more asks again.
LARGEST_PIECE = 4 * 1024 * 1024


@require_safe
def basemap_archive(request: HttpRequest, name: str) -> HttpResponseBase:
    """Return the bytes of a PMTiles archive that the request's Range names."""
    path = archive(name)
    if path is None:
        raise NotFound(_("There is no such basemap."))
    about = path.stat()
    size, tag = about.st_size, f'"{about.st_size:x}-{about.st_mtime_ns:x}"'
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None:
        answer: HttpResponseBase = FileResponse(path.open("rb"), content_type=TYPE)
    else:
        answer = _piece(path, size, int(asked[1]), int(asked[2]) if asked[2] else size - 1)
    answer["ETag"] = tag
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "no-cache"
    return answer


def _piece(path: Path, size: int, first: int, last: int) -> HttpResponse:
    last = min(last, size - 1, first + LARGEST_PIECE - 1)
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    with path.open("rb") as file:
        file.seek(first)
        body = file.read(last - first + 1)
    return HttpResponse(
        body, status=206, content_type=TYPE, headers={"Content-Range": f"bytes {first}-{last}/{size}"}
    )
