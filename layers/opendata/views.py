"""The pages of the open data, the same for everybody: what the public may see."""

import json
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.errors import NotFound
from layers import registry
from layers.access import View
from layers.features import asked, card, reading
from layers.opendata import catalogue, protection, publishing
from layers.opendata.publishing import Publication

SAMPLE_ROWS = 10


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """List the public layers, found by words."""
    words = request.GET.get("q", "").strip().lower()
    rows = [
        (one.collection, publishing.of(one))
        for one in publishing.public_views()
        if words in f"{one.collection.title} {one.collection.description}".lower()
    ]
    return _uncached(render(request, "opendata/home.html", {"rows": rows, "q": request.GET.get("q", "")}))


@require_safe
def dataset(request: HttpRequest, collection: str) -> HttpResponse:
    """Show one public layer: description, licence, preview, first rows, files."""
    view = _public(collection)
    published = publishing.of(view)
    is_protected = protection.touches_people(view.collection)
    context = {
        "view": view,
        "fields": card.columns(view),
        "published": published,
        "protected": is_protected,
        "frame": publishing.FRAME,
        "fewest": protection.FEWEST,
        "square": protection.SQUARE_M,
        "rows": [] if is_protected else _sample(view),
    }
    return _uncached(render(request, "opendata/dataset.html", context))


@require_safe
def file(request: HttpRequest, collection: str, name: str) -> HttpResponseBase:
    """Hand out a file, while it holds what the public may see."""
    view = _public(collection)
    path = publishing.path_of(view, name)
    if path is None:
        raise NotFound(_("There is no such file."))
    kind = catalogue.MEDIA.get(name.rsplit(".", 1)[-1], "application/octet-stream")
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=kind)
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def dcat(request: HttpRequest) -> HttpResponse:
    """Answer the DCAT-AP catalogue."""
    content = catalogue.document(request, publishing.public_views())
    return _uncached(
        HttpResponse(json.dumps(content, ensure_ascii=False), content_type="application/ld+json")
    )


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Answer an Atom feed of what was written last."""
    news = [(one, publishing.of(one)) for one in publishing.public_views()]
    shown = sorted(((one, each) for one, each in news if each), key=lambda pair: pair[1].at, reverse=True)
    home_address = request.build_absolute_uri("/data/")
    atom = Atom1Feed(
        title=_("Open geographic data"),
        link=home_address,
        description="",
        language=get_language(),
        feed_url=request.build_absolute_uri(request.path),
    )
    for view, published in shown:
        _enter(atom, home_address, view, published)
    if not shown:
        atom.latest_post_date = timezone.now  # type: ignore[method-assign]
    return _uncached(
        HttpResponse(atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    )


def _enter(atom: Atom1Feed, home_address: str, view: View, published: Publication) -> None:
    address = f"{home_address}{view.collection.id}/"
    atom.add_item(
        title=str(view.collection.title),
        link=address,
        description=str(view.collection.description),
        updateddate=published.at,
        unique_id=f"{address}#{published.version}",
    )


def _public(collection: str) -> View:
    found = next((one for one in publishing.public_views() if one.collection.id == collection), None)
    if found is None:
        raise registry.unknown()
    return found


def _sample(view: View) -> list[list[str]]:
    page = reading.page(view, asked.read(view, {"limit": str(SAMPLE_ROWS)}), counted=False)
    found: list[dict[str, Any]] = [json.loads(one)["properties"] for one in page.features]
    return [[card.word(field, one.get(field.name)) for field in card.columns(view)] for one in found]


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-cache"
    response["Vary"] = "Accept-Language, Cookie"
    return response
