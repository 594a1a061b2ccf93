"""Exports for programs, under /api/v1/collections/{collection}/export."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router, Schema

from layers.exporting import views

router = Router(tags=["exports"])


class Ordered(Schema):
    """A file that is being made: the job to follow, and where the file will be."""

    job: UUID
    file: str


@router.get("/collections/{collection}/export", summary="A layer as a file")
def read_export(request: HttpRequest, collection: str) -> HttpResponseBase:
    """Return a file: `f` is its format, `crs` an EPSG code, and any filter of the items narrows it."""
    return views.file(request, collection)


@router.post("/collections/{collection}/export", response={202: Ordered}, summary="Have a large file made")
def order_export(request: HttpRequest, collection: str) -> Any:
    """Have the file written by a job; parameters as for the file itself, in the address."""
    job = views.order(request, collection, request.GET.dict())
    return 202, {"job": job.pk, "file": f"/exports/{job.arguments['args'][0]}/"}
