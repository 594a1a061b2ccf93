"""Attachments through the API: listed, added, taken away; each file answered only to staff who may see its feature."""

import hashlib
from typing import Any

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from ninja import File, Router, UploadedFile

from accounts.policy import Verb, require, subject_of
from core.errors import Conflict, NotFound, TooLarge
from layers import registry
from layers.access import view
from layers.attachments import files
from layers.features import reading
from layers.models import Attachment
from layers.writing.api import acting_subject, key_of

router = Router(tags=["attachments"])
MOST_OF_ONE = 100


def _feature(request: HttpRequest, collection: str, fid: str) -> int:
    """Return the key of a feature that the subject may see; what is attached is for staff."""
    key = key_of(fid)
    if not subject_of(request).is_staff:
        raise NotFound(_("There is no such feature."))
    if reading.single(view(subject_of(request), registry.find(collection)), key) is None:
        raise NotFound(_("There is no such feature."))
    return key


def _shown(one: Attachment) -> dict[str, Any]:
    address = reverse("attachment", args=[one.collection, one.feature, one.pk])
    return {"id": one.pk, "kind": one.kind, "name": one.name, "size": one.size_bytes, "url": address}


@router.get("/collections/{collection}/items/{fid}/attachments", summary="Photos and documents of a feature")
def list_attachments(request: HttpRequest, collection: str, fid: str) -> dict[str, Any]:
    """Return name, kind, size and address of each."""
    key = _feature(request, collection, fid)
    return {
        "attachments": [_shown(one) for one in Attachment.objects.filter(collection=collection, feature=key)]
    }


@router.post(
    "/collections/{collection}/items/{fid}/attachments",
    summary="Add a photo or document",
    response={201: dict},
)
def add_attachment(request: HttpRequest, collection: str, fid: str, file: UploadedFile = File(...)) -> Any:  # noqa: B008
    """Keep a picture (drawn anew, without its metadata) or a document of a known kind; at most 20 MB."""
    by = acting_subject(request)
    key = _feature(request, collection, fid)
    require(by, Verb.EDIT, registry.find(collection))
    if (file.size or 0) > files.MOST_BYTES:
        raise TooLarge(_("A file has at most 20 MB."))
    kept = files.read(file.read())
    with transaction.atomic():
        if Attachment.objects.filter(collection=collection, feature=key).count() >= MOST_OF_ONE:
            raise Conflict(_("A feature has at most 100 files."))
        one = Attachment.objects.create(
            collection=collection, feature=key, kind=kept.kind, media_type=kept.media_type,
            name=files.safe_name(file.name or "", kept.media_type), size_bytes=len(kept.content),
            sha256=hashlib.sha256(kept.content).hexdigest(), added_by_id=by.user_id,
        )  # fmt: skip
        one.path.parent.mkdir(parents=True, exist_ok=True)
        one.path.write_bytes(kept.content)
        if kept.small:
            one.path.with_suffix(".small").write_bytes(kept.small)
    return 201, _shown(one)


@router.delete(
    "/collections/{collection}/items/{fid}/attachments/{number}",
    summary="Take a file away",
    response={204: None},
)
def remove_attachment(request: HttpRequest, collection: str, fid: str, number: str) -> Any:
    """Take a file away from a feature; the event log says that it was there."""
    by = acting_subject(request)
    key = _feature(request, collection, fid)
    require(by, Verb.EDIT, registry.find(collection))
    one = Attachment.objects.filter(collection=collection, feature=key, pk=key_of(number)).first()
    if one is None:
        raise NotFound(_("There is no such file."))
    path = one.path
    one.delete()
    for gone in (path, path.with_suffix(".small")):
        transaction.on_commit(lambda file=gone: file.unlink(missing_ok=True))  # type: ignore[misc]
    return 204, None


@require_GET
def attachment(request: HttpRequest, collection: str, fid: int, number: int) -> HttpResponse | FileResponse:
    """Answer with a file; `size=small` gives a picture's small form."""
    key = _feature(request, collection, str(fid))
    one = Attachment.objects.filter(collection=collection, feature=key, pk=number).first()
    if one is None:
        raise NotFound(_("There is no such file."))
    is_image = one.kind == Attachment.Kind.IMAGE
    path = one.path.with_suffix(".small") if is_image and request.GET.get("size") == "small" else one.path
    if not path.exists():
        raise NotFound(_("There is no such file."))
    response = FileResponse(
        path.open("rb"), as_attachment=not is_image, filename=one.name, content_type=one.media_type
    )
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    return response
