"""Features written through OGC API Features Part 4: bodies, entity tags, and what was preferred."""

import json
import re
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.policy import subject_of
from core.errors import DomainError, TooLarge, Unprocessable
from core.middleware import problem
from layers.access import View
from layers.actions import features
from layers.actions.features import Change, Kind
from layers.features import reading
from layers.ogc import systems
from layers.ogc.answers import GEOJSON, Json, address, uncached
from layers.ogc.errors import NeedsIfMatch, WrongMediaType
from layers.writing.declaring import AS_IT_WAS
from layers.writing.errors import StaleFeature

BODIES = (GEOJSON, "application/json")
MERGE_PATCH = "application/merge-patch+json"
ITEMS_ALLOW = "GET, HEAD, POST, OPTIONS"
ITEM_ALLOW = "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"
_TAG = re.compile(r'"(\d+)-[0-9a-z]+-\d+"')


def tag(seen: View, version: Any, system: systems.System) -> str:
    """Return the entity tag of a feature as somebody sees it in a system."""
    return f'"{version}-{seen.digest}-{system.srid}{int(system.flipped)}"'


def options(*, items: bool, writable: bool) -> HttpResponse:
    """Return which methods an address answers."""
    response = HttpResponse(status=204)
    if writable:
        response["Allow"] = ITEMS_ALLOW if items else ITEM_ALLOW
        response["Accept-Post" if items else "Accept-Patch"] = GEOJSON if items else MERGE_PATCH
    else:
        response["Allow"] = "GET, HEAD, OPTIONS"
    return response


def create(request: HttpRequest, seen: View) -> HttpResponse:
    """Add the feature of the body, or each of its features, with what became of each."""
    body = _body(request, *BODIES)
    if body.get("type") == "FeatureCollection":
        return _create_all(request, seen, body)
    written = features.create_feature(
        collection=seen.collection, by=subject_of(request), **_content(request, body, whole=True)
    )
    response = _written(request, seen, written.key, status=201)
    response["Location"] = address(request, "collections", seen.collection.id, "items", written.key)
    return response


def _create_all(request: HttpRequest, seen: View, body: Json) -> HttpResponse:
    sent = body.get("features")
    if not isinstance(sent, list):
        raise Unprocessable(_("A collection has a list of features."))
    changes = []
    for one in sent:
        content = _content(request, one if isinstance(one, dict) else {}, whole=True)
        changes.append(Change(Kind.CREATE, **content))
    outcomes = features.write_features(collection=seen.collection, by=subject_of(request), changes=changes)
    results = [
        {"index": one.index, "status": 201, "id": one.written.key, "version": one.written.version}
        if one.written
        else {"index": one.index, **_refusal(one.refusal)}
        for one in outcomes
    ]
    return uncached(_json({"results": results}))


def _refusal(error: DomainError | None) -> Json:
    return json.loads(problem(error).content) if error else {"status": 204}


def replace(request: HttpRequest, seen: View, key: int) -> HttpResponse:
    """Put the feature of the body in the place of the one that is there."""
    return _change(request, seen, key, _body(request, *BODIES), whole=True)


def update(request: HttpRequest, seen: View, key: int) -> HttpResponse:
    """Merge the body (RFC 7396) into the feature."""
    return _change(request, seen, key, _body(request, MERGE_PATCH, *BODIES), whole=False)


def _change(request: HttpRequest, seen: View, key: int, body: Json, *, whole: bool) -> HttpResponse:
    content = _content(request, body, whole=whole)
    features.change_feature(
        collection=seen.collection,
        by=subject_of(request),
        key=key,
        version=_version(request),
        whole=whole,
        **content,
    )
    return _written(request, seen, key, status=204)


def retire(request: HttpRequest, seen: View, key: int) -> HttpResponse:
    """Take the feature out of the layer."""
    version = _version(request)
    features.retire_feature(collection=seen.collection, by=subject_of(request), key=key, version=version)
    return uncached(HttpResponse(status=204))


def stale(seen: View, key: int, error: StaleFeature) -> HttpResponse:
    """Answer a change that is based on an old version: 412, with the feature as it is now."""
    body = json.loads(problem(error).content) | {"current": error.current.get("feature")}
    response = _json(body, "application/problem+json", status=412)
    response["ETag"] = tag(seen, error.current.get("version"), systems.LONLAT)
    return uncached(response)


def _version(request: HttpRequest) -> int | None:
    """Return the version that If-Match names; None for any. A tag of something else is older than all."""
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise NeedsIfMatch
    if header == "*":
        return None
    found = _TAG.search(header)
    return int(found[1]) if found and f"W/{found[0]}" not in header else 0


def _body(request: HttpRequest, *kinds: str) -> Json:
    if request.content_type not in kinds:
        raise WrongMediaType(kinds[0])
    try:
        found = json.loads(request.body)
    except RequestDataTooBig as fault:
        raise TooLarge(_("More was sent than the portal takes at once.")) from fault
    except (ValueError, RecursionError) as fault:
        raise DomainError(_("The body is not JSON."), detail=str(fault)[:200]) from fault
    if not isinstance(found, dict):
        raise Unprocessable(_("The body is not a feature."))
    return found


def _content(request: HttpRequest, body: Json, *, whole: bool) -> dict[str, Any]:
    """Return properties and geometry of a feature; what `whole` lacks is empty, not as it was."""
    if body.get("type", None if whole else "Feature") != "Feature":
        raise Unprocessable(_("The body is not a feature."))
    properties = body.get("properties")
    if not isinstance(properties, dict | None):
        raise Unprocessable(_("The body is not a feature."), fields={"properties": _("This is no object.")})
    system = systems.read("Content-Crs", request.headers.get("Content-Crs", systems.CRS84))
    shape = body.get("geometry", None if whole else AS_IT_WAS)
    return {
        "properties": properties or {},
        "geometry": _flipped(shape) if system.flipped and isinstance(shape, dict) else shape,
        "srid": system.srid,
    }


def _flipped(part: Any) -> Any:
    """Return a geometry with the first two numbers of each position in the other order."""
    if isinstance(part, dict):
        return {name: _flipped(value) for name, value in part.items()}
    if not isinstance(part, list):
        return part
    if len(part) >= 2 and not any(isinstance(one, list | dict) for one in part):
        return [part[1], part[0], *part[2:]]
    return [_flipped(one) for one in part]


def _written(request: HttpRequest, seen: View, key: int, *, status: int) -> HttpResponse:
    """Answer a change: the new tag, and the feature itself where it is preferred (RFC 7240)."""
    system = systems.LONLAT
    found = reading.single(seen, key, system.spelling) or {}
    preferred = request.headers.get("Prefer", "").replace(" ", "").lower()
    if "return=representation" in preferred:
        response = _json(found.get("feature", {}), GEOJSON, status=201 if status == 201 else 200)
        response["Preference-Applied"] = "return=representation"
        response["Content-Crs"] = f"<{system.uri}>"
    else:
        response = HttpResponse(status=status)
        if "return=minimal" in preferred:
            response["Preference-Applied"] = "return=minimal"
    response["ETag"] = tag(seen, found.get("version"), system)
    return uncached(response)


def _json(content: Any, kind: str = "application/json", status: int = 200) -> HttpResponse:
    return HttpResponse(
        json.dumps(content, ensure_ascii=False, default=str), content_type=kind, status=status
    )
