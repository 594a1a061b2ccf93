"""Single features written through the API: created, changed and retired, by the rules of their layer."""

import json
import re
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from ninja.utils import check_csrf

from accounts.authentication import bearer_token
from accounts.policy import Subject, subject_of
from core.errors import Forbidden, NotFound, PreconditionFailed, PreconditionRequired
from core.middleware import problem
from layers import registry
from layers.access import view
from layers.actions.features import change_feature, create_feature, retire_feature
from layers.features import reading
from layers.writing.declaring import AS_IT_WAS
from layers.writing.errors import StaleFeature

# The version alone, or the whole tag that reading the feature gave, which begins with it.
_TAG = re.compile(r'"?(\d{1,9})(?:-[0-9a-z-]{1,200})?"?')


class Written(Schema):
    """A feature as it is to be: fields by name, and a GeoJSON geometry in degrees."""

    properties: dict[str, Any] = {}
    geometry: dict[str, Any] | None = None


def acting_subject(request: HttpRequest) -> Subject:
    """Return who changes something; a browser must come from the portal's own page."""
    subject = subject_of(request)
    if not subject.is_signed_in:
        raise Forbidden(_("Sign in to change something."))
    if bearer_token(request) is None and check_csrf(request):
        raise Forbidden(_("This request did not come from the portal's own page."))
    return subject


def key_of(fid: str) -> int:
    """Return a feature's key from an address."""
    if not (fid.isdecimal() and len(fid) < 19):
        raise NotFound(_("There is no such feature."))
    return int(fid)


def create_item(request: HttpRequest, collection: str, body: Written) -> HttpResponse:
    """Add a feature, by the rules of its layer."""
    made = create_feature(
        collection=registry.find(collection),
        by=acting_subject(request),
        properties=body.properties,
        geometry=body.geometry,
    )
    return _feature(request, collection, made.key, status=201)


def change_item(request: HttpRequest, collection: str, fid: str, body: Written) -> HttpResponse:
    """Change the fields that are sent, and the geometry if it is; If-Match names the version read."""
    by = acting_subject(request)
    sent = body.dict(exclude_unset=True)
    try:
        change_feature(
            collection=registry.find(collection), by=by, key=key_of(fid), version=_version(request),
            properties=sent.get("properties", {}), geometry=sent.get("geometry", AS_IT_WAS),
        )  # fmt: skip
    except StaleFeature as stale:
        return _stale(stale)
    return _feature(request, collection, key_of(fid))


def retire_item(request: HttpRequest, collection: str, fid: str) -> HttpResponse:
    """Take a feature out of its layer; the event log keeps it. If-Match names the version read."""
    by = acting_subject(request)
    try:
        retire_feature(
            collection=registry.find(collection), by=by, key=key_of(fid), version=_version(request)
        )
    except StaleFeature as stale:
        return _stale(stale)
    return HttpResponse(status=204)


def _version(request: HttpRequest) -> int:
    header = request.headers.get("If-Match", "")
    if not header:
        raise PreconditionRequired(_("Say in If-Match which version you change."))
    found = _TAG.fullmatch(header.strip().removeprefix("W/"))
    if found is None:
        raise PreconditionFailed(_("If-Match names no version of this feature."))
    return int(found.group(1))


def _feature(request: HttpRequest, collection: str, key: int, status: int = 200) -> HttpResponse:
    found = reading.single(view(subject_of(request), registry.find(collection)), key)
    if found is None:
        raise NotFound(_("There is no such feature."))
    response = JsonResponse({**found["feature"], "version": found["version"]}, status=status)
    response["ETag"] = f'"{found["version"]}"'
    return response


def _stale(error: StaleFeature) -> HttpResponse:
    answer = problem(error)
    body = json.loads(answer.content)
    current = {**error.current.get("feature", {}), "version": error.current.get("version")}
    answer.content = json.dumps({**body, "current": current}, ensure_ascii=False, default=str).encode()
    return answer
