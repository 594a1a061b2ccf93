"""The history of features for programs: what happened, and putting back."""

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy as _
from ninja import Field, Query, Router, Schema
from ninja.utils import check_csrf

from accounts import reasons
from accounts.authentication import bearer_token
from accounts.policy import Subject, subject_of
from core.errors import DomainError, Forbidden, NotFound
from core.middleware import problem
from layers import moments, registry, values
from layers.access import View, view
from layers.changes import reading, restoring
from layers.changes.asking import area, keyed
from layers.collections import FieldType
from layers.values import refused

router = Router(tags=["history"])
Json = dict[str, Any]


class AreaThen(Schema):
    """An area in degrees, and the day or time whose state it gets back."""

    as_of: str = Field(alias="asOf")
    polygon: Json


def seen_by_staff(request: HttpRequest, collection: str) -> View:
    """Return the layer as staff may see it; for everybody else it has no history."""
    subject = subject_of(request)
    if not subject.is_staff:
        raise NotFound(reasons.NOT_FOUND)
    return view(subject, registry.find(collection))


def changing(request: HttpRequest) -> Subject:
    """Return who changes something; a browser's request must come from our own pages."""
    if bearer_token(request) is None and check_csrf(request):
        raise Forbidden(_("This request did not come from the portal's own page."))
    return subject_of(request)


@router.get("/collections/{collection}/items/{fid}/history", summary="What happened to a feature")
def feature_history(
    request: HttpRequest, collection: str, fid: str, before: str | None = None
) -> JsonResponse:
    """Return the changes of a feature that is, or was, in the layer; newest first. For staff."""
    seen = seen_by_staff(request, collection)
    return _page(reading.of_feature(seen, keyed("fid", fid), before=_event(before)))


@router.get("/collections/{collection}/changes", summary="What changed in a layer, or inside an area")
def layer_changes(
    request: HttpRequest,
    collection: str,
    since: str | None = Query(None, description="a day or a time"),
    until: str | None = Query(None, description="a day or a time"),
    bbox: str | None = Query(None, description="west,south,east,north"),
    polygon: str | None = Query(None, description="a GeoJSON polygon in degrees"),
    before: str | None = Query(None, description="from `next` of the page before"),
) -> JsonResponse:
    """Return changes, newest first. For staff."""
    seen = seen_by_staff(request, collection)
    found = reading.of_layer(
        seen,
        since=moments.read("since", since or "", at_end=False),
        until=moments.read("until", until or ""),
        shape=area(seen, bbox, polygon),
        before=_event(before),
    )
    return _page(found)


@router.post("/collections/{collection}/items/{fid}/restore", summary="Undo a change of a feature")
def restore_feature(request: HttpRequest, collection: str, fid: str, change: str) -> JsonResponse:
    """Bring a feature back to what it was before a change, as a new change."""
    by = changing(request)
    seen = seen_by_staff(request, collection)
    written = restoring.restore_feature(
        collection=seen.collection, by=by, key=keyed("fid", fid), change=_event(change) or 0
    )
    return JsonResponse({"id": written.key, "version": written.version})


@router.post("/collections/{collection}/restore", summary="Put an area back as it was")
def restore_area(request: HttpRequest, collection: str, body: AreaThen) -> JsonResponse:
    """Bring all features that changed inside `polygon` back to `asOf`; return what became of each."""
    by = changing(request)
    seen = seen_by_staff(request, collection)
    at = moments.as_of({moments.PARAMETER: body.as_of})
    shape = area(seen, None, json.dumps(body.polygon))
    if at is None or shape is None:
        raise refused(moments.PARAMETER if at is None else "polygon", _("This is missing."))
    outcomes = restoring.restore_area(collection=seen.collection, by=by, shape=shape, at=at)
    return JsonResponse({"results": [_outcome(one.index, one.written, one.refusal) for one in outcomes]})


def _outcome(key: int, written: Any, refusal: DomainError | None) -> Json:
    if refusal is not None:
        return {"id": key, **json.loads(problem(refusal).content)}
    return {"id": key, "status": 200, "version": written.version} if written else {"id": key, "status": 204}


def _event(written: str | None) -> int | None:
    return None if not written else int(values.read("before", FieldType.INTEGER, written))


def _page(found: reading.Page) -> JsonResponse:
    return JsonResponse({"changes": [_json(one) for one in found.changes], "next": found.next})


def _json(one: reading.Change) -> Json:
    at: datetime = one.at
    return {
        "id": one.id,
        "at": at.isoformat(),
        "feature": one.key,
        "action": one.action,
        "actor": one.actor or None,
        "channel": one.channel,
        "record": one.record or None,
        "shape_changed": one.shape_changed,
        "differences": [
            {"name": each.name, "title": each.title, "before": each.before, "after": each.after}
            for each in one.differences
        ],
    }
