"""The page of fieldwork: take the municipality along, bring it back, settle what others changed too."""

import uuid
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import for_staff
from accounts.models import User
from accounts.policy import subject_of
from core.errors import DomainError, NotFound, Unprocessable
from jobs.actions import enqueue
from jobs.models import Job
from layers import registry
from layers.exporting import tasks as exports
from layers.exporting.views import asker_of
from layers.fieldwork import tasks
from layers.fieldwork.packing import NAME, layers_of
from layers.fieldwork.returning import counts, settle, take_back
from layers.models import FieldOutcome, FieldReturn, FieldRow

_SHOWN, _RETURNS = 500, 20


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def home(request: HttpRequest) -> HttpResponse:
    """Show what can be taken along and what came back; take a package that comes back."""
    if request.method == "GET":
        return _home(request)
    try:
        returned = _received(request)
    except DomainError as refusal:
        return _home(request, refusal)
    return redirect("field-return", returned_id=returned.pk)


def _home(request: HttpRequest, refusal: DomainError | None = None) -> HttpResponse:
    context = {
        "layers": [seen.collection for seen in layers_of(subject_of(request))],
        "returns": FieldReturn.objects.filter(by=request.user.pk)[:_RETURNS], "refusal": refusal,
    }  # fmt: skip
    return render(request, "layers/field.html", context, status=refusal.status if refusal else 200)


def _received(request: HttpRequest) -> FieldReturn:
    file = request.FILES.get("file")
    if file is None:
        raise Unprocessable(_("Choose the GeoPackage that came back."))
    with NamedTemporaryFile(suffix=".gpkg") as kept:
        for piece in file.chunks():
            kept.write(piece)
        kept.flush()
        by = User.objects.get(pk=request.user.pk or 0)
        return take_back(path=Path(kept.name), by=by, subject=subject_of(request))


@require_POST
@for_staff
def take(request: HttpRequest) -> HttpResponse:
    """Have the package written by a job, and follow it."""
    key = str(uuid.uuid4())
    job = enqueue(
        tasks.take_along, key, asker_of(subject_of(request)), title=_("Take the municipality along")
    )
    return redirect("job", job_id=job.pk)


@never_cache
@require_GET
@for_staff
def taken(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """Give the package to whom it was made for."""
    mine = Job.objects.filter(
        owner_id=request.user.pk, arguments__args__0=str(key), kind__endswith="take_along"
    )
    path = exports.folder() / str(key) / NAME
    if not mine.exists() or not path.exists():
        raise NotFound(_("There is no such file."))
    return FileResponse(path.open("rb"), as_attachment=True, filename=NAME)


@never_cache
@require_GET
@for_staff
def returned(request: HttpRequest, returned_id: int) -> HttpResponse:
    """Show what became of each row of a package, conflicts first."""
    it = get_object_or_404(FieldReturn, pk=returned_id, by=request.user.pk)
    order = {FieldOutcome.CONFLICT: 0, FieldOutcome.REFUSED: 1}
    rows = sorted(it.rows.all(), key=lambda row: (order.get(FieldOutcome(row.outcome), 2), row.pk))
    found = counts(it)
    context = {
        "returned": it, "rows": [_told(row) for row in rows[:_SHOWN]], "more": max(len(rows) - _SHOWN, 0),
        "counts": [(title, found[value]) for value, title in FieldOutcome.choices if found[value]],
    }  # fmt: skip
    return render(request, "layers/field_return.html", context)


def _told(row: FieldRow) -> dict[str, Any]:
    """Return a row with the titles of its layer and fields."""
    known = registry.catalogue().collections.get(row.collection)
    titles = {one.name: one.title for one in known.fields} if known else {}
    fields = [(titles.get(name) or name, both) for name, both in row.differences.items()]
    return {"row": row, "layer": known.title if known else row.collection, "fields": fields}


@require_POST
@for_staff
def settle_row(request: HttpRequest, returned_id: int, row_id: int) -> HttpResponse:
    """Keep mine or theirs."""
    version = request.POST.get("version", "")
    settle(
        row_id=row_id, mine=request.POST.get("keep") == "mine", version=int(version) if version.isdigit() else None,
        by=User.objects.get(pk=request.user.pk or 0), subject=subject_of(request),
    )  # fmt: skip
    return redirect("field-return", returned_id=returned_id)
