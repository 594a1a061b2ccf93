"""Uploads in pieces for browsers and programs: tus 1.0 with creation, checksum, expiration, termination.

https://tus.io/protocols/resumable-upload
"""

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from ninja.utils import check_csrf

from accounts.authentication import bearer_token
from accounts.policy import subject_of
from core.errors import DomainError, Forbidden, NotFound, Unprocessable
from core.middleware import problem
from layers.importing import actions, uploading
from layers.importing.access import find_run, require_importer
from layers.importing.models import ImportRun, ImportState
from layers.importing.uploading import HASHES, Piece

VERSION = "1.0.0"
PIECE = "application/offset+octet-stream"
Answering = Callable[..., HttpResponse]


class OtherVersion(DomainError):
    """The client speaks another version of tus."""

    status = 412


class NotAPiece(DomainError):
    """The body is not of the type that pieces have."""

    status = 415


def _answer(status: int, **headers: Any) -> HttpResponse:
    answer = HttpResponse(status=status)
    answer["Tus-Resumable"] = VERSION
    for name, value in headers.items():
        answer[name.replace("_", "-")] = str(value)
    return answer


def _speaking(view: Answering) -> Answering:
    """Say what is understood here to OPTIONS, refuse other versions, strangers and forged requests."""

    @csrf_exempt  # checked here, for sessions alone: a token cannot be forged by another site
    @wraps(view)
    def guarded(request: HttpRequest, **names: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            return _answer(204, Tus_Version=VERSION, Tus_Extension="creation,checksum,expiration,termination",
                           Tus_Max_Size=actions.max_upload_bytes(), Tus_Checksum_Algorithm=",".join(HASHES))  # fmt: skip
        try:
            _check(request)
            return view(request, **names)
        except DomainError as error:
            answer = problem(error)
            answer["Tus-Resumable"] = answer["Tus-Version"] = VERSION
            return answer

    return guarded


def _check(request: HttpRequest) -> None:
    require_importer(subject_of(request))
    if bearer_token(request) is None and check_csrf(request):
        raise Forbidden(_("The page was open for too long. Load it again."))
    if request.headers.get("Tus-Resumable") != VERSION:
        raise OtherVersion(_("Uploads in pieces speak tus %(version)s here.") % {"version": VERSION})


@_speaking
def begin(request: HttpRequest) -> HttpResponse:
    """Make an upload of the declared size (POST)."""
    if request.method != "POST":
        return _answer(405, Allow="OPTIONS, POST")
    name = _metadata(request).get("filename", "")
    if not name:
        raise Unprocessable(_("Name the file: Upload-Metadata needs a filename."))
    run = uploading.begin(name=name, size=_number(request, "Upload-Length"), by=_user(request))
    address = request.build_absolute_uri(reverse("import-upload", args=[run.pk]))
    return _answer(201, Location=address, Upload_Expires=http_date(uploading.expires_at(run).timestamp()))


@_speaking
def upload(request: HttpRequest, run: UUID) -> HttpResponse:
    """Tell how much is here (HEAD), take the next piece (PATCH), or put the upload away (DELETE)."""
    found = find_run(subject_of(request), run)
    if request.method == "HEAD":
        return _standing(uploading.finish(found, by=_user(request)), status=200)
    if request.method == "DELETE":
        if found.state != ImportState.UPLOADING:
            raise NotFound(_("There is no such upload."))
        actions.forget(found)
        return _answer(204)
    if request.method != "PATCH":
        return _answer(405, Allow="OPTIONS, HEAD, PATCH, DELETE")
    if request.content_type != PIECE:
        raise NotAPiece(_("A piece of a file is sent as %(type)s.") % {"type": PIECE})
    return _standing(uploading.add(found, _piece(request), by=_user(request)), status=204)


def _standing(run: ImportRun, *, status: int) -> HttpResponse:
    if run.state == ImportState.UPLOADING:
        answer = _answer(status, Upload_Offset=run.arrived_bytes, Upload_Length=run.size_bytes)
        answer["Upload-Expires"] = http_date(uploading.expires_at(run).timestamp())
    else:
        answer = _answer(status, Upload_Offset=run.size_bytes, Upload_Length=run.size_bytes)
        answer["Content-Location"] = reverse("import-run", args=[run.pk])
    answer["Cache-Control"] = "no-store"
    return answer


def _user(request: HttpRequest) -> Any:
    return get_user_model().objects.get(pk=cast(int, subject_of(request).user_id))


def _number(request: HttpRequest, header: str) -> int:
    said = request.headers.get(header, "")
    if not said.isascii() or not said.isdigit() or len(said) > 18:
        raise DomainError(_("The header %(name)s needs a number of bytes.") % {"name": header})
    return int(said)


def _piece(request: HttpRequest) -> Piece:
    offset, length = _number(request, "Upload-Offset"), _number(request, "Content-Length")
    name, _space, digest = request.headers.get("Upload-Checksum", "").partition(" ")
    if name and name not in HASHES:
        raise DomainError(_("Checksums are understood as: %(known)s.") % {"known": ", ".join(HASHES)})
    return Piece(offset, length, request, name, _decoded(digest))


def _metadata(request: HttpRequest) -> dict[str, str]:
    pairs = (one.strip().partition(" ") for one in request.headers.get("Upload-Metadata", "").split(","))
    return {key: _decoded(value).decode("utf-8", "replace") for key, _space, value in pairs if key}


def _decoded(written: str) -> bytes:
    try:
        return base64.b64decode(written, validate=True)
    except binascii.Error:
        raise DomainError(_("A header is not the Base64 that it must be.")) from None
