"""Exports at /export/{collection}/: choose format and grid, get the file at once or by a job."""

import uuid
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.policy import Subject, subject_of
from core.errors import Forbidden, NotFound, TooLarge
from jobs.actions import enqueue
from jobs.models import Job
from layers import moments
from layers.exporting import tasks, wanted
from layers.exporting.writers import FORMATS


@never_cache
@require_GET
def choose(request: HttpRequest, collection: str) -> HttpResponse:
    """Show the formats and grids for the rows asked for."""
    subject, given = subject_of(request), _kept(request.GET)
    asked = wanted.read(subject, collection, given)
    its_own = {name: given[name] for name in (moments.PARAMETER,) if given.get(name)}
    whole = wanted.read(subject, collection, its_own)
    context = {
        "collection": asked.view.collection,
        "total": asked.total,
        "all": whole.total,
        "fields": asked.view.fields if len(asked.view.fields) < len(whole.view.fields) else (),
        "whole": f"?{urlencode(its_own)}",
        "is_large": asked.total > wanted.AT_ONCE,
        "formats": FORMATS.values(),
        "systems": wanted.systems(),
        "kept": given,
    }
    return render(request, "exporting/choose.html", context)


@never_cache
@require_GET
def file(request: HttpRequest, collection: str) -> HttpResponseBase:
    """Answer the file at once; what is large is refused and wants a job."""
    asked = wanted.read(subject_of(request), collection, request.GET.dict())
    if asked.total > wanted.AT_ONCE:
        raise TooLarge(
            _("These are %(count)s features, too many to be written while you wait.")
            % {"count": asked.total},
            detail=_("Ask for the file as a job (POST), or for fewer features."),
        )
    with TemporaryDirectory(prefix="gisportal-export-") as folder:
        out = Path(folder) / asked.file_name
        written = asked.write(out)
        response = FileResponse(
            out.open("rb"), as_attachment=True, filename=asked.file_name, content_type=asked.format.media_type
        )
    response["X-Feature-Count"] = str(written.count)
    return response


@require_POST
def begin(request: HttpRequest, collection: str) -> HttpResponse:
    """Have the file written by a job, and follow it."""
    return redirect("job", job_id=order(request, collection, request.POST.dict()).pk)


def order(request: HttpRequest, collection: str, parameters: Mapping[str, str]) -> Job:
    """Put an export on the queue; only for whoever is signed in, so that the file has an owner."""
    subject = subject_of(request)
    if subject.user_id is None:
        raise Forbidden(_("Sign in to have so large a file made."))
    asked = wanted.read(subject, collection, parameters)
    return enqueue(
        tasks.write,
        str(uuid.uuid4()),
        asker_of(subject),
        collection,
        wanted.as_arguments(parameters),
        owner=subject.user_id,
        title=str(_("Export “%(layer)s”")) % {"layer": asked.file_name},
    )


@never_cache
@require_GET
def made(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """Give the file of an export to whom it was made for, if they may still have it."""
    subject = subject_of(request)
    job = (
        Job.objects.filter(owner_id=subject.user_id, kind__endswith="exporting.tasks.write")
        .filter(arguments__args__0=str(key))
        .first()
        if subject.user_id
        else None
    )
    found = next((one for one in (tasks.folder() / str(key)).glob("[!.]*")), None)
    if job is None or found is None:
        raise NotFound(_("There is no such file."))
    _key, asker, collection, parameters = job.arguments["args"]
    wanted.read(tasks.subject_again(**asker), collection, parameters)
    return FileResponse(found.open("rb"), as_attachment=True, filename=found.name)


def asker_of(subject: Subject) -> dict[str, Any]:
    """Return who asks, as a job keeps it."""
    verbs = None if subject.verbs is None else sorted(subject.verbs)
    return {"user_id": subject.user_id, "acting_as": subject.acting_as, "verbs": verbs}


def _kept(given: Mapping[str, str]) -> dict[str, str]:
    """Return what says which rows, fields and order are meant."""
    return {name: given[name] for name in given if name not in ("f", "crs", "limit", "after", "at", "lang")}
