"""How the OGC addresses answer: JSON or a page, with links, entity tags and nothing kept by strangers."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from core.middleware import wants_page
from layers.values import refused

Json = dict[str, Any]
GEOJSON = "application/geo+json"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
FORMATS = ("json", "html")
NO_MORE: Mapping[str, str] = {}


def form(request: HttpRequest, more: Mapping[str, str] = NO_MORE) -> str:
    """Return the form that is asked for: `f`, else by the Accept header; `more` are others with their media types."""
    asked = request.GET.get("f", "")
    if asked and asked not in (*FORMATS, "geojson", *more):
        raise refused("f", _("Answers come as json or html."))
    if asked:
        return "json" if asked == "geojson" else asked
    named = next((name for name, kind in more.items() if kind in request.headers.get("Accept", "")), "")
    if named:
        return named
    return "html" if wants_page(request) else "json"


def address(request: HttpRequest, *parts: Any) -> str:
    """Return an absolute address under /ogc/."""
    return request.build_absolute_uri("/ogc/" + "/".join(str(part) for part in parts))


def link(href: str, rel: str, kind: str = "application/json", title: Any = "") -> Json:
    """Return a link."""
    found = {"href": href, "rel": rel, "type": kind}
    return found | ({"title": str(title)} if title else {})


def both_forms(
    request: HttpRequest, kind: str = "application/json", more: Mapping[str, str] = NO_MORE
) -> list[Json]:
    """Return the links to this answer and to its other forms."""
    own = form(request, more)
    there = {"json": kind, "html": "text/html", **more}
    found = []
    for name, media in there.items():
        query = urlencode({**request.GET.dict(), "f": name})
        href = request.build_absolute_uri(f"{request.path}?{query}")
        found.append(link(href, "self" if name == own else "alternate", media))
    return found


def answer(
    request: HttpRequest, content: Json | str, *, kind: str = "application/json", etag: str = ""
) -> HttpResponse:
    """Answer with JSON and an entity tag, or with 304 where the client has the same already."""
    body = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, default=str)
    tag = etag or f'"{hashlib.blake2b(body.encode(), digest_size=12).hexdigest()}"'
    if tag in request.headers.get("If-None-Match", ""):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body, content_type=kind)
    response["ETag"] = tag
    return uncached(response)


def page(request: HttpRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """Answer with a page."""
    query = urlencode({**request.GET.dict(), "f": "json"})
    known = {**context, "json_address": f"{request.path}?{query}"}
    return uncached(render(request, f"ogc/{template}.html", known))


def uncached(response: HttpResponse) -> HttpResponse:
    """Have the answer asked for again each time: a right taken away holds from the next request on."""
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Cookie, Authorization, Accept, Accept-Language"
    return response
