"""The records' and parcels' API: everything that the editor does, a program can do."""

import json
import re
from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import File, Form, Router, UploadedFile
from ninja.utils import check_csrf

from accounts.authentication import bearer_token
from accounts.policy import Verb
from cadastre import representation as shown
from cadastre import survey
from cadastre.actions import approve, drafting, records, reverse
from cadastre.checks.drafts import findings_after
from cadastre.drafting.plots import in_force_within, proposed_by, proposed_by_others
from cadastre.drafting.proposal import propose
from cadastre.errors import NeedsIfMatch, StaleRecord
from cadastre.finding import find_by_number
from cadastre.history import lineage_json
from cadastre.holding import held_within
from cadastre.models import Record, Source
from cadastre.operations.traverse import Leg, compute_traverse
from cadastre.policy import may, person, sees_parties
from cadastre.scenery import scenery
from cadastre.schemas import Choice, FindingReason, NewRecord, Operation, Reason, RecordChange, TraverseEntry
from core.errors import Forbidden, NotFound, Unprocessable
from core.middleware import problem

router = Router(tags=["cadastre"])
_TAG = re.compile(r'"(\d+)-(\d+)"')
PAGE = 50


def _allowed(request: HttpRequest, verb: str) -> Any:
    """Return the subject of a request that may do this; a browser's must come from our own pages."""
    subject = may(request, verb)
    if request.method not in ("GET", "HEAD") and bearer_token(request) is None and check_csrf(request):
        raise Forbidden(_("This request did not come from the portal's own page."))
    return subject


def _record(record_id: int) -> Record:
    found = Record.objects.select_related("created_by", "applicant", "undoes").filter(pk=record_id).first()
    if found is None:
        raise NotFound(_("There is no such record."))
    return found


def _version(request: HttpRequest, record_id: int) -> int:
    """Return the version that If-Match names; a tag of another record is stale."""
    header = request.headers.get("If-Match", "")
    if not header:
        raise NeedsIfMatch
    found = _TAG.fullmatch(header.strip().removeprefix("W/"))
    if found is None or int(found.group(1)) != record_id:
        raise StaleRecord(_record(record_id))
    return int(found.group(2))


def _answer(record: Record, subject: Any, *, status: int = 200, **more: Any) -> JsonResponse:
    content = {**shown.whole(_record(record.pk), parties=sees_parties(subject)), **more}
    response = JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})
    response["ETag"] = content["etag"]
    response["Cache-Control"] = "private, no-cache"
    return response


def _change(request: HttpRequest, record_id: int, verb: str, do: Callable[..., Any]) -> HttpResponse:
    """Do something to a record under its version; a stale one is answered with what is there now."""
    subject = _allowed(request, verb)
    _record(record_id)
    try:
        do(record_id=record_id, version=_version(request, record_id), by=person(subject))
    except StaleRecord as stale:
        response = problem(stale)
        current = shown.whole(_record(record_id), parties=sees_parties(subject))
        body = {**json.loads(response.content), "current": current}
        response = JsonResponse(body, status=412, content_type="application/problem+json")
        response["ETag"] = current["etag"]
        return response
    return _answer(_record(record_id), subject)


@router.get("/records", summary="Records, the newest first")
def list_records(request: HttpRequest, state: str = "", q: str = "", page: int = 1) -> Any:
    """Return records by state and number."""
    may(request, Verb.VIEW)
    rows = Record.objects.select_related("created_by")
    if state:
        rows = rows.open() if state == "open" else rows.filter(state=state)
    if q:
        rows = rows.filter(number__contains=q)
    found = Paginator(rows, PAGE).get_page(page)
    return {"numberMatched": found.paginator.count, "records": [shown.summary(record) for record in found]}


@router.post("/records", summary="Open a record", response={201: dict})
def create_record(request: HttpRequest, entry: NewRecord) -> HttpResponse:
    """Open a record of the given kind; today is its date where none is given."""
    subject = _allowed(request, Verb.EDIT)
    values = entry.dict(exclude_unset=True)
    on = values.pop("dated_on", None) or timezone.localdate()
    record = records.open_record(by=person(subject), on=on, **values)
    return _answer(record, subject, status=201)


@router.get("/records/{int:record_id}", summary="A record with its draft, checks and consequences")
def read_record(request: HttpRequest, record_id: int) -> HttpResponse:
    """Return the whole record; its ETag goes into If-Match of every change."""
    return _answer(_record(record_id), may(request, Verb.VIEW))


@router.patch("/records/{int:record_id}", summary="Change what a record says of itself")
def change_record(request: HttpRequest, record_id: int, entry: RecordChange) -> HttpResponse:
    """Change the fields that are given."""
    values = entry.dict(exclude_unset=True)
    return _change(request, record_id, Verb.EDIT, lambda **k: records.describe_record(values=values, **k))


@router.post("/records/{int:record_id}/preview", summary="What an operation would do")
def preview_operation(request: HttpRequest, record_id: int, entry: Operation) -> Any:
    """Return parcels, areas, frontages, numbers and findings; nothing is kept."""
    _allowed(request, Verb.EDIT)
    record = _record(record_id)
    proposal = propose(record, entry.kind, entry.arguments)
    return shown.preview(proposal, findings_after(record, proposal))


@router.post("/records/{int:record_id}/operations", summary="Keep an operation in the draft")
def keep_operation(request: HttpRequest, record_id: int, entry: Operation) -> HttpResponse:
    """Carry the operation out in the draft."""
    return _change(
        request,
        record_id,
        Verb.EDIT,
        lambda **k: drafting.keep_operation(kind=entry.kind, arguments=entry.arguments, **k),
    )


@router.post("/records/{int:record_id}/undo", summary="Undo the last operation")
def undo(request: HttpRequest, record_id: int) -> HttpResponse:
    """Take back the last operation in effect."""
    return _change(request, record_id, Verb.EDIT, lambda by, **k: drafting.undo(**k))


@router.post("/records/{int:record_id}/redo", summary="Redo an operation")
def redo(request: HttpRequest, record_id: int) -> HttpResponse:
    """Put back what was undone last."""
    return _change(request, record_id, Verb.EDIT, lambda by, **k: drafting.redo(**k))


@router.post("/records/{int:record_id}/reasons", summary="Give a reason for a finding")
def give_reason(request: HttpRequest, record_id: int, entry: FindingReason) -> HttpResponse:
    """Write down why a finding is right as it is."""
    return _change(request, record_id, Verb.EDIT, lambda **k: records.give_reason(**entry.dict(), **k))


@router.post("/records/{int:record_id}/choices", summary="Choose how a row follows")
def choose(request: HttpRequest, record_id: int, entry: Choice) -> HttpResponse:
    """Choose one of a consequence's options; whatever has options must be chosen before submission."""
    chosen = {(entry.part, entry.code): entry.value}
    return _change(request, record_id, Verb.EDIT, lambda by, **k: records.choose(choices=chosen, **k))


@router.post("/records/{int:record_id}/sources", summary="Attach a document")
def add_source(
    request: HttpRequest,
    record_id: int,
    kind: Form[str],
    number: Form[str],
    title: Form[str] = "",
    scan: File[UploadedFile] = None,  # type: ignore[assignment]
) -> HttpResponse:
    """Attach a document with its number and, where there is one, its scan."""
    return _change(
        request,
        record_id,
        Verb.EDIT,
        lambda **k: records.add_source(kind=kind, number=number, title=title, scan=scan, **k),
    )


@router.get("/records/{int:record_id}/sources/{int:source_id}", summary="A document's scan")
def read_scan(request: HttpRequest, record_id: int, source_id: int) -> FileResponse:
    """Return the scan as a download."""
    may(request, Verb.VIEW)
    source = Source.objects.filter(pk=source_id, records=record_id).exclude(scan="").first()
    if source is None:
        raise NotFound(_("There is no such document."))
    return FileResponse(
        source.scan.open("rb"), as_attachment=True, filename=str(source.scan.name).rsplit("/", 1)[-1]
    )


@router.post("/records/{int:record_id}/submit", summary="Send to approval")
def submit(request: HttpRequest, record_id: int) -> HttpResponse:
    """Send the record to approval; 422 names the checks in the way."""
    return _change(request, record_id, Verb.EDIT, records.submit_record)


@router.post("/records/{int:record_id}/return", summary="Return with a reason")
def give_back(request: HttpRequest, record_id: int, entry: Reason) -> HttpResponse:
    """Give the record back to those who drew it."""
    return _change(
        request, record_id, Verb.APPROVE, lambda **k: records.return_record(reason=entry.reason, **k)
    )


@router.post("/records/{int:record_id}/approve", summary="Put in force")
def put_in_force(request: HttpRequest, record_id: int) -> HttpResponse:
    """Approve the record: land and everything attached to it change in one transaction."""
    return _change(request, record_id, Verb.APPROVE, approve.approve_record)


@router.post("/records/{int:record_id}/withdraw", summary="Withdraw")
def withdraw(request: HttpRequest, record_id: int, entry: Reason) -> HttpResponse:
    """End the record without any change of land."""
    return _change(
        request, record_id, Verb.EDIT, lambda **k: records.withdraw_record(reason=entry.reason, **k)
    )


@router.post(
    "/records/{int:record_id}/reverse", summary="Open a record that reverses this one", response={201: dict}
)
def reverse_it(request: HttpRequest, record_id: int, entry: Reason) -> HttpResponse:
    """Open a record that puts back what this one replaced; 409 names later records in the way."""
    subject = _allowed(request, Verb.EDIT)
    record = reverse.reverse_record(
        record_id=record_id, by=person(subject), on=timezone.localdate(), note=entry.reason
    )
    return _answer(record, subject, status=201)


@router.post("/records/{int:record_id}/presence", summary="Say that you are here")
def be_present(request: HttpRequest, record_id: int) -> Any:
    """Return who else has the record open, and its version now."""
    subject = _allowed(request, Verb.VIEW)
    record = _record(record_id)
    others = records.be_present(record=record, user=person(subject))
    return {
        "others": [user.display_name for user in others],
        "etag": shown.etag(record),
        "state": record.state,
    }


@router.post("/parcels/preview", summary="What an operation would do, outside any record")
def preview_freely(request: HttpRequest, entry: Operation) -> Any:
    """Return the same as a record's preview."""
    _allowed(request, Verb.EDIT)
    proposal = propose(None, entry.kind, entry.arguments)
    return shown.preview(proposal, findings_after(None, proposal))


@router.get("/parcels/around", summary="Parcels with their exact coordinates")
def read_around(request: HttpRequest, bbox: str = "", record: int | None = None) -> Any:
    """Return what lies in a rectangle of the national grid, as one record sees it, with others' drafts."""
    may(request, Verb.VIEW)
    try:
        west, south, east, north = (float(side) for side in bbox.split(","))
    except ValueError:
        raise Unprocessable(
            _("The request does not fit."), fields={"bbox": _("Give west, south, east and north.")}
        ) from None
    if not 0 < east - west <= 5000 or not 0 < north - south <= 5000:
        raise Unprocessable(
            _("The request does not fit."), fields={"bbox": _("Ask for at most 5 km by 5 km.")}
        )
    one = _record(record) if record else None
    bounds = (west, south, east, north)
    return {
        "in_force": shown.outlines(in_force_within(bounds, leave_out=one)),
        "proposed": shown.outlines(proposed_by(one) if one else []),
        "others": shown.outlines(proposed_by_others(bounds, one)),
        "held": held_within(bounds, but=one),
        "scenery": scenery(bounds),
    }


@router.get("/parcels/find", summary="Parcels in force by their number")
def find_parcels(request: HttpRequest, q: str = "") -> Any:
    """Return up to twelve parcels whose number begins with the text ("basin number" or the number alone)."""
    may(request, Verb.VIEW)
    return {"parcels": find_by_number(q)}


@router.post("/parcels/traverse", summary="Compute a traverse")
def traverse(request: HttpRequest, entry: TraverseEntry) -> Any:
    """Return corners, outline, closing error and precision, adjusted by the compass rule when asked."""
    _allowed(request, Verb.EDIT)
    legs = [Leg(leg.bearing, leg.distance, leg.radius) for leg in entry.legs]
    done = compute_traverse(entry.start, legs, end=entry.end, adjust=entry.adjust)
    return {
        "measured": done.measured,
        "adjusted": done.adjusted,
        "outline": done.outline,
        "closure": {
            "east_m": round(done.closure.east_m, 4),
            "north_m": round(done.closure.north_m, 4),
            "error_m": round(done.closure.error_m, 4),
            "length_m": round(done.closure.length_m, 4),
            "one_in": done.closure.ratio and round(done.closure.ratio),
        },
    }


@router.post("/parcels/survey", summary="Read a surveyor's file")
def read_survey(
    request: HttpRequest,
    file: File[UploadedFile],
    unit: Form[str] = "m",
    crs: Form[str] = "",
) -> Any:
    """Return the lines and outlines of a DXF drawing, or the points of a CSV list, in the national grid."""
    _allowed(request, Verb.EDIT)
    return {
        "shapes": [shown.survey_shape(one) for one in survey.read_survey(file, unit=unit, crs=crs or None)]
    }


@router.get("/parcels/{int:parcel_id}/lineage", summary="Where a parcel comes from and what became of it")
def read_lineage(request: HttpRequest, parcel_id: int) -> Any:
    """Return the whole family: parcels and the steps between them, each with its record."""
    may(request, Verb.VIEW)
    return lineage_json(parcel_id)
