"""The engine's part of the API: catalogue, collections, features, search."""

import hashlib
import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router

from accounts.policy import subject_of
from core.errors import DomainError, NotFound
from layers import catalogue, extents, history, moments, registry, values
from layers import search as searches
from layers.access import View, view
from layers.attachments.api import router as attachments
from layers.changes.api import router as changes
from layers.collections import FieldType
from layers.exporting.api import router as exports
from layers.features import asked, card, reading
from layers.features.cells import cells
from layers.importing.api import router as imports
from layers.legend import legend
from layers.rasters.api import router as rasters
from layers.sheets.api import router as sheets
from layers.values import refused
from layers.writing.api import change_item, create_item, retire_item

router = Router(tags=["layers"])
router.add_router("", imports)
router.add_router("", sheets)
router.add_router("", attachments)
router.add_router("", changes)
router.add_router("", exports)
router.add_router("", rasters)
GEOJSON = "application/geo+json"
AS_OF = "a day or a time: features as they were in force then"


def _seen(request: HttpRequest, collection: str) -> View:
    return view(subject_of(request), registry.find(collection))


def _seen_then(request: HttpRequest, collection: str) -> View:
    """Return the collection as the request sees it, on the day that it asks for."""
    return _seen(request, collection).as_of(moments.as_of(request.GET.dict()))


def _answer(
    request: HttpRequest, body: str, *, kind: str = "application/json", etag: str = ""
) -> HttpResponse:
    """Answer with an entity tag, and with 304 where the client has the same already."""
    tag = etag or f'"{hashlib.blake2b(body.encode(), digest_size=12).hexdigest()}"'
    if tag in request.headers.get("If-None-Match", ""):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body, content_type=f"{kind}; charset=utf-8")
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Cookie, Authorization, Accept-Language"
    return response


def _json(request: HttpRequest, content: Any) -> HttpResponse:
    return _answer(request, json.dumps(content, ensure_ascii=False, default=str))


@router.get("/catalogue", summary="The layers that you may see, in groups")
def read_catalogue(request: HttpRequest) -> HttpResponse:
    """Return groups of layers with style, legend, fields and rights, in the request's language."""
    return _json(request, catalogue.document(subject_of(request)))


@router.get("/collections/{collection}/schema", summary="The fields of a layer")
def read_schema(request: HttpRequest, collection: str) -> HttpResponse:
    """Return the fields that you may read, with types, titles, units and choices."""
    seen = _seen(request, collection)
    return _json(request, {"id": collection, "fields": [catalogue.field_json(one) for one in seen.fields]})


@router.get("/collections/{collection}/legend", summary="The legend of a layer")
def read_legend(request: HttpRequest, collection: str) -> HttpResponse:
    """Return what each colour and sign stands for."""
    return _json(request, {"id": collection, "legend": legend(_seen(request, collection).collection)})


@router.get("/collections/{collection}/extent", summary="Where a layer's features lie")
def read_extent(request: HttpRequest, collection: str) -> HttpResponse:
    """Return west, south, east and north in degrees."""
    return _json(request, {"id": collection, "extent": extents.extent(_seen(request, collection))})


@router.get("/collections/{collection}/items", summary="Features of a layer, as GeoJSON")
def read_items(
    request: HttpRequest,
    collection: str,
    bbox: str | None = Query(None, description="west,south,east,north"),
    bbox_crs: str | None = Query(
        None, alias="bbox-crs", description="CRS84 or EPSG:code; CRS84 if not given"
    ),
    q: str | None = Query(None, description="words, in any spelling"),
    sortby: str | None = Query(None, description="a field; with a minus before it, largest first"),
    limit: str | None = Query(None, description="1 to 10,000; 100 if not given"),
    after: str | None = Query(None, description="from the link to the next page"),
    as_of: str | None = Query(None, alias="asOf", description=AS_OF),
) -> HttpResponse:
    """Return features by area, text and any field: `field=value`, `field__gte=`, `__lt=`, `__in=`, `__like=`, `__null=`."""
    seen = _seen_then(request, collection)
    wanted = asked.read(seen, request.GET.dict())
    page = reading.page(seen, wanted)
    head = {
        "type": "FeatureCollection",
        "numberMatched": page.matched,
        "numberReturned": len(page.features),
        "links": _links(request, page),
    }
    body = json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [' + ",\n".join(page.features) + "]}"
    return _answer(request, body, kind=GEOJSON)


@router.get("/collections/{collection}/cells", summary="How many features lie where")
def read_cells(request: HttpRequest, collection: str) -> HttpResponse:
    """Return [longitude, latitude, features, weight] for each cell of `size` metres in `bbox`; `weight` names a number."""
    found = cells(_seen(request, collection), request.GET.dict())
    return _json(request, {"id": collection, "cells": found})


def _links(request: HttpRequest, page: reading.Page) -> list[dict[str, str]]:
    links = [{"rel": "self", "href": request.get_full_path()}]
    if page.more and page.last is not None:
        query = urlencode({**request.GET.dict(), "after": asked.after_token(*page.last)})
        links.append({"rel": "next", "href": f"{request.path}?{query}"})
    return links


@router.get("/collections/{collection}/items/{fid}", summary="One feature with its card")
def read_item(
    request: HttpRequest,
    collection: str,
    fid: str,
    as_of: str | None = Query(None, alias="asOf", description=AS_OF),
) -> HttpResponse:
    """Return a feature with its box, titles of its fields and the card that a person reads."""
    seen = _seen_then(request, collection)
    found = reading.single(seen, _key(fid))
    if found is None:
        raise NotFound(_("There is no such feature."))
    feature = found["feature"]
    feature["titles"] = {one.name: str(one.title or one.name) for one in seen.fields}
    feature["card"] = card.card(seen, feature["properties"], found["updated"])
    feature["card"]["actions"] = _pages(request, seen, fid)
    feature["collection"] = collection
    etag = f'"{found["version"]}-{seen.digest}-{get_language()}-{len(feature["card"]["actions"])}"'
    return _answer(request, json.dumps(feature, ensure_ascii=False, default=str), kind=GEOJSON, etag=etag)


def _pages(request: HttpRequest, seen: View, fid: str) -> list[dict[str, str]]:
    """Return the way to the feature's own page, for staff."""
    address = seen.collection.page
    if not address or not subject_of(request).is_staff:
        return []
    return [{"label": str(_("Open its page")), "icon": "file-text", "url": address.format(id=_key(fid))}]


def _key(fid: str) -> int:
    try:
        return int(values.read("id", FieldType.INTEGER, fid))
    except DomainError as error:
        raise NotFound(_("There is no such feature.")) from error


router.post("/collections/{collection}/items", summary="Add a feature", response={201: dict})(create_item)
router.patch("/collections/{collection}/items/{fid}", summary="Change a feature")(change_item)
router.delete("/collections/{collection}/items/{fid}", summary="Retire a feature")(retire_item)


@router.get("/history", summary="Days on which layers changed")
def read_history(
    request: HttpRequest, layers: str = Query("", description="ids of layers, separated by commas")
) -> HttpResponse:
    """Return the days on which features came into force or went out of it; `asOf` shows any of them."""
    wanted = [name for name in values.text("layers", layers).split(",") if name]
    return _json(request, {"days": history.days(_seen(request, name) for name in wanted)})


@router.get("/search", summary="Find features and places")
def search(
    request: HttpRequest,
    q: str = Query("", description="words, numbers or coordinates"),
    near: str | None = Query(None, description="lon,lat: prefer what is near"),
    limit: str | None = Query(None, description="1 to 50; 12 if not given"),
) -> HttpResponse:
    """Return what is found in every layer that you may see, best first."""
    most = int(values.read("limit", FieldType.INTEGER, limit)) if limit else 12
    if not 1 <= most <= searches.MOST:
        raise refused("limit", _("Ask for 1 to 50 at a time."))
    words = values.text("q", q)
    results = searches.search(subject_of(request), words, near=_place(near), limit=most)
    return _json(request, {"q": words, "results": results})


def _place(written: str | None) -> tuple[float, float] | None:
    if not written:
        return None
    try:
        lon, lat = (values.number(part) for part in written.split(","))
    except ValueError:
        raise refused("near", _("A place is written as longitude,latitude.")) from None
    if abs(lon) > 180 or abs(lat) > 85:
        raise refused("near", _("A place is written as longitude,latitude."))
    return lon, lat
