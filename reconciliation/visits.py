"""The phone's side of the API: the round with its forms, visits and their photographs."""

import json
import uuid
from datetime import datetime
from typing import Any

from django.contrib.gis.db.models.functions import Transform
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from ninja import Router, Schema
from ninja.utils import check_csrf

from accounts.authentication import bearer_token
from accounts.models import User
from accounts.policy import Verb, require, subject_of
from accounts.reasons import NOT_FOUND
from core.errors import Forbidden, NotFound, TooLarge
from core.middleware import problem
from core.pictures import MOST_BYTES
from layers.catalogue import field_json
from reconciliation.access import Seen, all_seen, seen
from reconciliation.actions import visiting
from reconciliation.actions.forms import current
from reconciliation.errors import Overtaken
from reconciliation.forms.answering import as_asked
from reconciliation.models import Case, Visit, VisitPhoto
from reconciliation.showing import facts

router = Router(tags=["visits"])
MOST = 500


class VisitEntry(Schema):
    """One visit as it was made; `base` is the version of the case that the visitor had seen."""

    case: int
    base: int
    result: str = ""
    note: str = ""
    answers: dict[str, Any] = {}
    visited_at: datetime
    overrule: bool = False
    form: int | None = None


@router.get("/visits/round", summary="Your round: the open cases given to you, with their forms")
def read_round(request: HttpRequest) -> HttpResponse:
    """Return everything that a phone needs to work without network."""
    subject = subject_of(request)
    if not subject.is_staff:
        raise NotFound(NOT_FOUND)
    found = [one for one in all_seen(subject) if one.may_work]
    cases = [_case(one, case) for one in found for case in _mine(one, subject.user_id)]
    queues = {one.queue.key: _queue(one) for one in found}
    response = JsonResponse({"cases": cases, "queues": queues}, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "private, no-cache"
    return response


def _mine(one: Seen, user_id: int | None) -> Any:
    rows = one.cases().open().filter(assignee=user_id).order_by("-rank", "id")
    return rows.annotate(lonlat=Transform("geom", 4326))[:MOST]


def _queue(one: Seen) -> dict[str, Any]:
    form = current(one.queue.key)
    own = [field_json(question) for question in one.queue.questions]
    return {
        "title": str(one.queue.title), "question": str(one.queue.question), "collection": one.collection.id,
        "results": [{"value": code, "label": str(title)} for code, title in one.queue.results.items()],
        "form": form and form.version, "questions": as_asked(form.questions) if form else own,
    }  # fmt: skip


def _case(one: Seen, case: Any) -> dict[str, Any]:
    shape = case.lonlat
    return {
        "id": case.pk, "version": case.version, "queue": case.queue, "label": case.label,
        "facts": [
            {"title": str(fact.title), "value": fact.value, "unit": str(fact.unit)}
            for fact in facts(one, case) if fact.value
        ],
        "geometry": json.loads(shape.geojson) if shape else None, "box": shape.extent if shape else None,
    }  # fmt: skip


def _visitor(request: HttpRequest) -> User:
    subject = subject_of(request)
    if not subject.is_staff:
        raise NotFound(NOT_FOUND)
    if bearer_token(request) is None and check_csrf(request):
        raise Forbidden(NOT_FOUND)
    return User.objects.get(pk=subject.user_id or 0)


@router.put("/visits/{uuid:visit_id}", summary="Send a visit; the same one again is the same visit")
def send_visit(request: HttpRequest, visit_id: uuid.UUID, entry: VisitEntry) -> HttpResponse:
    """Keep a visit and close its case; 409 with both answers where somebody decided meanwhile."""
    by = _visitor(request)
    case = Case.objects.filter(pk=entry.case).first()
    if case is None:
        raise NotFound(NOT_FOUND)
    it = seen(subject_of(request), case.queue)
    require(subject_of(request), Verb.EDIT, it.collection, district=case.district_id)
    sent = entry.dict(exclude={"case", "base"})
    try:
        visit = visiting.receive(visit_id=visit_id, case=case, base_version=entry.base, by=by, **sent)
    except Overtaken as overtaken:
        body = json.loads(problem(overtaken).content)
        body |= {"version": overtaken.version, "differences": overtaken.differences}
        return JsonResponse(body, status=409, content_type="application/problem+json")
    return JsonResponse({"id": str(visit.pk), "case": visit.case_id, "received_at": visit.received_at})


@router.put("/visits/{uuid:visit_id}/photos/{uuid:photo_id}", summary="Send a photograph of a visit")
def send_photo(request: HttpRequest, visit_id: uuid.UUID, photo_id: uuid.UUID) -> HttpResponse:
    """Keep a photograph, sent as it is (JPEG, PNG or WebP) in the body."""
    by = _visitor(request)
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise TooLarge(NOT_FOUND)
    photo = visiting.receive_photo(visit_id=visit_id, photo_id=photo_id, body=body, by=by)
    return JsonResponse({"id": str(photo.pk), "visit": str(photo.visit_id)})


@router.get("/visits/{uuid:visit_id}/photos/{uuid:photo_id}", summary="A photograph of a visit")
def read_photo(request: HttpRequest, visit_id: uuid.UUID, photo_id: uuid.UUID) -> FileResponse:
    """Return the photograph to who may see the case."""
    visit = Visit.objects.select_related("case").filter(pk=visit_id).first()
    photo = VisitPhoto.objects.filter(pk=photo_id, visit=visit_id).first()
    if (
        visit is None
        or photo is None
        or not seen(subject_of(request), visit.case.queue).cases().filter(pk=visit.case_id)
    ):
        raise NotFound(NOT_FOUND)
    return FileResponse(photo.file.open("rb"), content_type="image/jpeg")
