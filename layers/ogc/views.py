"""The addresses under `/ogc/`: each finds what may be seen, and answers it in the form asked for."""

import json
from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.policy import Verb, subject_of
from core.errors import DomainError, NotFound
from layers import registry, values
from layers.access import View, view
from layers.collections import FieldType
from layers.features import asked, card, reading
from layers.ogc import answers, asking, documents, jsonfg, openapi, systems, writing
from layers.ogc.answers import GEOJSON, OPENAPI, SCHEMA, answer, both_forms, link, page
from layers.ogc.errors import NotAllowed
from layers.tiles.views import tile as mercator_tile
from layers.values import refused
from layers.writing.declaring import takes_rows
from layers.writing.errors import StaleFeature

Answering = Callable[..., HttpResponseBase]
Describing = Callable[[HttpRequest, View], answers.Json]
READING = ("GET", "HEAD")


def _reading(view_: Answering) -> Answering:
    """Answer GET and HEAD alone, and refuse parameters that the address does not know."""

    @wraps(view_)
    def guarded(request: HttpRequest, **names: str) -> HttpResponseBase:
        if request.method not in READING:
            raise NotAllowed
        _only(request, "f", "lang")
        return view_(request, **names)

    return guarded


def _only(request: HttpRequest, *known: str) -> None:
    """Refuse parameters that the address does not know (Part 1, 7.6.1)."""
    for name in request.GET:
        if name not in known:
            raise refused(name, _("This parameter is not known here."))


def _seen(request: HttpRequest, collection: str) -> View:
    return view(subject_of(request), registry.find(collection))


@_reading
def landing(request: HttpRequest) -> HttpResponse:
    """Answer the landing page."""
    content = documents.landing(request)
    if answers.form(request) == "html":
        return page(request, "landing", {"content": content, "views": documents.visible(subject_of(request))})
    return answer(request, content)


@_reading
def conformance(request: HttpRequest) -> HttpResponse:
    """Answer what the service conforms to."""
    content = {"conformsTo": list(documents.CONFORMANCE), "links": both_forms(request)}
    if answers.form(request) == "html":
        return page(request, "conformance", {"content": content})
    return answer(request, content)


@_reading
def api(request: HttpRequest) -> HttpResponse:
    """Answer the definition of the interface."""
    content = openapi.document(request, documents.visible(subject_of(request)))
    if answers.form(request) == "html":
        return page(request, "api", {"content": content})
    return answer(request, content, kind=OPENAPI)


@_reading
def collections(request: HttpRequest) -> HttpResponse:
    """Answer the collections that may be seen."""
    views = documents.visible(subject_of(request))
    if answers.form(request) == "html":
        return page(request, "collections", {"views": views})
    return answer(request, documents.collections(request, views))


@_reading
def collection(request: HttpRequest, collection: str) -> HttpResponse:
    """Answer one collection."""
    seen = _seen(request, collection)
    content = documents.collection(request, seen)
    if answers.form(request) == "html":
        return page(request, "collection", {"content": content, "seen": seen})
    return answer(request, content)


@_reading
def queryables(request: HttpRequest, collection: str) -> HttpResponse:
    """Answer what a filter may name."""
    return _fields(request, collection, documents.queryables, _("What can be filtered"))


@_reading
def sortables(request: HttpRequest, collection: str) -> HttpResponse:
    """Answer what items can be sorted by."""
    return _fields(request, collection, documents.sortables, _("What can be sorted"))


def _fields(request: HttpRequest, collection: str, describe: Describing, title: object) -> HttpResponse:
    seen = _seen(request, collection)
    content = describe(request, seen)
    if answers.form(request) == "html":
        return page(request, "fields", {"content": content, "seen": seen, "heading": title})
    return answer(request, content, kind=SCHEMA)


def items(request: HttpRequest, collection: str) -> HttpResponse:
    """Answer a page of features, or add one."""
    seen = _seen(request, collection)
    if request.method == "OPTIONS":
        return writing.options(items=True, writable=_may_write(request, seen))
    if request.method == "POST":
        _only(request, "lang")
        return writing.create(request, seen)
    if request.method not in READING:
        raise NotAllowed
    wanted = asking.items(seen, request.GET.dict())
    counted = wanted.asked.after is None
    found = reading.page(wanted.view, wanted.asked, spelling=wanted.system.spelling, counted=counted)
    asked_form = answers.form(request, jsonfg.FORM)
    if asked_form == "html":
        return _items_page(request, wanted, found)
    if asked_form == "jsonfg":
        own = {**_head(request, found, jsonfg.MEDIA), **jsonfg.members(wanted.view, wanted.system)}
        own["features"] = jsonfg.features(wanted.view, wanted.system, found.features)
        response = answer(request, own, kind=jsonfg.MEDIA)
    else:
        response = answer(request, _feature_collection(request, found), kind=GEOJSON)
    response["Content-Crs"] = f"<{wanted.system.uri}>"
    return response


def _feature_collection(request: HttpRequest, found: reading.Page) -> str:
    head = json.dumps(_head(request, found, GEOJSON), ensure_ascii=False)
    return head[:-1] + ', "features": [' + ",\n".join(found.features) + "]}"


def _head(request: HttpRequest, found: reading.Page, kind: str) -> answers.Json:
    return {
        "type": "FeatureCollection",
        "timeStamp": timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        **({} if found.matched is None else {"numberMatched": found.matched}),
        "numberReturned": len(found.features),
        "links": [*both_forms(request, GEOJSON, jsonfg.FORM), *_next(request, found, kind)],
    }


def _next(request: HttpRequest, found: reading.Page, kind: str) -> list[answers.Json]:
    if not found.more or found.last is None:
        return []
    query = urlencode({**request.GET.dict(), "after": asked.after_token(*found.last)})
    return [link(request.build_absolute_uri(f"{request.path}?{query}"), "next", kind)]


def _items_page(request: HttpRequest, wanted: asking.Wanted, found: reading.Page) -> HttpResponse:
    fields = card.columns(wanted.view)
    rows = []
    for text in found.features:
        feature = json.loads(text)
        words = [card.word(one, feature["properties"].get(one.name)) for one in fields]
        rows.append((feature["id"], words))
    following = _next(request, found, "text/html")
    context = {
        "seen": wanted.view,
        "fields": fields,
        "rows": rows,
        "matched": found.matched,
        "next": following[0]["href"] if following else "",
    }
    return page(request, "items", context)


def item(request: HttpRequest, collection: str, fid: str) -> HttpResponse:
    """Answer one feature, or change it."""
    seen, key = _seen(request, collection), _key(fid)
    if request.method == "OPTIONS":
        return writing.options(items=False, writable=_may_write(request, seen))
    change = _CHANGES.get(request.method or "")
    if change:
        _only(request, "lang")
        try:
            return change(request, seen, key)
        except StaleFeature as error:
            return writing.stale(seen, key, error)
    if request.method not in READING:
        raise NotAllowed
    return _read_item(request, seen, key)


_CHANGES: dict[str, Callable[..., HttpResponse]] = {
    "PUT": writing.replace,
    "PATCH": writing.update,
    "DELETE": writing.retire,
}


def _read_item(request: HttpRequest, seen: View, key: int) -> HttpResponse:
    _only(request, "f", "lang", "crs", "asOf", "datetime")
    system = systems.read("crs", request.GET["crs"]) if "crs" in request.GET else systems.LONLAT
    seen = asking.at_its_time(seen, request.GET.dict())
    found = reading.single(seen, key, system.spelling)
    if found is None:
        raise NotFound(_("There is no such feature."))
    feature = found["feature"]
    asked_form = answers.form(request, jsonfg.FORM)
    if asked_form == "html":
        told = card.card(seen, feature["properties"], found["updated"])
        return page(request, "item", {"seen": seen, "key": key, "card": told})
    base = answers.address(request, "collections", seen.collection.id)
    kind = GEOJSON
    if asked_form == "jsonfg":
        kind = jsonfg.MEDIA
        feature = jsonfg.features(seen, system, [json.dumps(feature)])[0] | jsonfg.members(seen, system)
    feature["links"] = [
        *both_forms(request, GEOJSON, jsonfg.FORM),
        link(base, "collection", title=seen.collection.title),
    ]
    tag = writing.tag(seen, found["version"], system)
    # Only GeoJSON is what an edit is based on.
    response = answer(request, feature, kind=kind, etag=tag if kind == GEOJSON else "")
    response["Content-Crs"] = f"<{system.uri}>"
    return response


def _key(fid: str) -> int:
    try:
        return int(values.read("id", FieldType.INTEGER, fid))
    except DomainError as error:
        raise NotFound(_("There is no such feature.")) from error


def _may_write(request: HttpRequest, seen: View) -> bool:
    one = seen.collection
    return takes_rows(one) and bool(policy.decide(subject_of(request), Verb.EDIT, one))


@_reading
def tilesets(request: HttpRequest, collection: str) -> HttpResponse:
    """Answer the tilesets of a collection."""
    return answer(request, documents.tilesets(request, _seen(request, collection)))


@_reading
def tileset(request: HttpRequest, collection: str) -> HttpResponse:
    """Answer how a collection is cut into tiles."""
    return answer(request, documents.tileset(request, _seen(request, collection)))


def tile(request: HttpRequest, collection: str, z: int, row: int, column: int) -> HttpResponse:
    """Answer one tile, addressed as OGC API Tiles does: row before column."""
    return mercator_tile(request, collection, z, column, row)


@_reading
def tile_matrix_sets(request: HttpRequest) -> HttpResponse:
    """Answer the one way in which tiles are cut."""
    own = answers.address(request, "tileMatrixSets", documents.QUAD)
    one = {"id": documents.QUAD, "uri": documents.QUAD_URI, "links": [link(own, "self")]}
    return answer(request, {"tileMatrixSets": [one]})


@_reading
def tile_matrix_set(request: HttpRequest) -> HttpResponse:
    """Answer the Web Mercator quad."""
    return answer(request, documents.tile_matrix_set())
