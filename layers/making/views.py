"""Pages on which layers are made and their fields added, retired and brought back."""

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import for_staff
from accounts.policy import Verb, require, subject_of
from core.errors import Conflict
from jobs.access import job_of
from jobs.actions import enqueue
from jobs.models import Job
from layers import registry
from layers.importing.access import importer_only, require_importer
from layers.making import tables, tasks
from layers.making.drafts import columns
from layers.making.forms import FieldForm, FieldForms, LayerForm
from layers.models import Dataset, DatasetField
from layers.styling.checks import fields_in

START = {
    "view_roles": ["engineer", "approver", "surveyor", "network", "clerk", "auditor"],
    "edit_roles": ["engineer", "surveyor"],
}


@importer_only
def layer_new(request: HttpRequest) -> HttpResponse:
    """Describe a new layer; making it is a job's work."""
    if request.method != "POST":
        return _new(request, LayerForm(initial=START), FieldForms(prefix="field"))
    doing = request.POST.get("do", "make")
    if doing != "make":
        posted = _with_rows_changed(request.POST, doing)
        form = LayerForm(initial={**posted.dict(), **{name: posted.getlist(name) for name in START}})
        return _new(request, form, FieldForms(prefix="field", initial=_rows(posted)))
    form, fields = LayerForm(request.POST), FieldForms(request.POST, prefix="field")
    if not (form.is_valid() and fields.is_valid()):
        return _new(request, form, fields, status=422)
    draft = form.draft(fields)
    title = _("Make the layer “%(title)s”") % {"title": draft.ar or draft.en or draft.fr}
    job = enqueue(tasks.make_layer, draft.as_dict(), request.user.pk, owner=request.user, title=title)
    return redirect("layer_making", job_id=job.pk)


def _new(request: HttpRequest, form: LayerForm, fields: Any, status: int = 200) -> HttpResponse:
    return render(
        request, "layers/new.html", {"form": form, "fields": fields, "rows": list(fields)}, status=status
    )


def _rows(posted: QueryDict) -> list[dict[str, Any]]:
    """Return what was typed into each row of fields, whether it is right or not yet."""
    count = min(int(posted.get("field-TOTAL_FORMS") or 0), 100)
    return [
        {name: posted.get(f"field-{at}-{name}", "") for name in FieldForm.base_fields} for at in range(count)
    ]


def _with_rows_changed(posted: QueryDict, doing: str) -> QueryDict:
    """Return the form with one more row, or without one, as the pressed button says."""
    rows = _rows(posted)
    action, _dash, number = doing.partition("-")
    if action == "remove" and number.isdigit() and len(rows) > 1:
        rows = [row for at, row in enumerate(rows) if at != int(number)]
    elif action == "add":
        rows.append({})
    changed = posted.copy()
    for name in [name for name in changed if name.startswith("field-")]:
        del changed[name]
    changed["field-TOTAL_FORMS"] = str(len(rows))
    for at, row in enumerate(rows):
        for name, value in row.items():
            changed[f"field-{at}-{name}"] = value
    return changed


@never_cache
@importer_only
def layer_making(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Follow the job that makes a layer or a field, and lead on when it is done."""
    job: Job = job_of(subject_of(request), job_id)
    arguments = job.result or {}
    slug = str(arguments.get("slug", "")) if isinstance(arguments, dict) else ""
    layer = registry.everything().get(slug)
    return render(request, "layers/making.html", {"job": job, "layer": layer})


def _managed(request: HttpRequest, collection: str, *, lock: bool = False) -> Dataset:
    rows = Dataset.objects.select_for_update() if lock else Dataset.objects.all()
    dataset = rows.filter(slug=collection).first()
    if dataset is None:
        raise registry.unknown()
    subject = subject_of(request)
    require(subject, Verb.MANAGE, registry.from_dataset(dataset))
    require_importer(subject)
    return dataset


@for_staff
def layer_fields(request: HttpRequest, collection: str) -> HttpResponse:
    """Show a made or imported layer's fields, and add one."""
    dataset = _managed(request, collection)
    form = FieldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = columns([form.wanted], tables.columns_of(dataset.relation))[0]
        draft = form.draft(name)
        if draft.required and not draft.default and tables.has_rows(dataset.relation):
            form.add_error(
                "default",
                _("The layer has features already: say what they get in a field that must be filled."),
            )
        else:
            title = _("Add the field “%(field)s”") % {"field": draft.field().title}
            arguments = {**vars(draft), "choices": [list(one) for one in draft.choices]}
            job = enqueue(tasks.add_field, dataset.slug, arguments, owner=request.user, title=title)
            return redirect("layer_making", job_id=job.pk)
    status = 422 if form.errors else 200
    shown = {
        "dataset": dataset,
        "fields": dataset.fields.all(),
        "form": form,
        "layer": registry.from_dataset(dataset),
    }
    return render(request, "layers/fields.html", shown, status=status)


@for_staff
@require_POST
@transaction.atomic
def field_retire(request: HttpRequest, collection: str, field: str) -> HttpResponse:
    """Retire a field, or bring it back: what it holds is kept either way."""
    dataset = _managed(request, collection, lock=True)
    row = DatasetField.objects.filter(dataset=dataset, name=field).first()
    if row is None:
        raise registry.unknown()
    if row.retired_at is None and field in fields_in(registry.everything()[dataset.slug].style):
        raise Conflict(
            _("The layer is drawn or labelled by this field."),
            detail=_("Choose another style first, then retire the field."),
        )
    row.retired_at = timezone.now() if row.retired_at is None else None
    row.save(update_fields=["retired_at"])
    messages.success(request, _("Saved. It holds from the next request on."))
    return redirect("layer_fields", collection=collection)
