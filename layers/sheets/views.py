"""The page of a layer's attribute table."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import for_staff
from accounts.policy import Subject, Verb, decide, subject_of
from layers import catalogue, extents, joins, registry
from layers.access import View, view
from layers.joins import JoinedField
from layers.sheets.joining import without
from layers.writing.declaring import takes_rows, writers
from municipality.basemap import allow_basemap


@for_staff
@require_GET
def layer_table(request: HttpRequest, collection: str) -> HttpResponse:
    """Show the table; its rows come by the API."""
    subject = subject_of(request)
    asked = request.GET.dict()
    seen = joins.joined(subject, view(subject, registry.find(collection)), asked)
    one = seen.collection
    may_edit = takes_rows(one) and bool(decide(subject, Verb.EDIT, one))
    writer = writers().get(one.id)
    described = catalogue.describe(subject, seen, extents.extent(seen) if one.has_geometry else None)
    own = [
        field.name
        for field in one.fields
        if may_edit
        and (writer is None or field.name in writer.fields)
        and seen.field(field.name)
        and decide(subject, Verb.EDIT, one, field=field.name)
    ]
    table_of = {
        **described,
        "may": {**described["may"], "edit": may_edit},
        "page": one.page if writer else "",
        "editable": own,
        "joined": [field.name for field in seen.fields if isinstance(field, JoinedField)],
        "required": [field.name for field in seen.fields if field.required],
    }
    context = {
        "layer": one, "table": table_of, "may_edit": may_edit, "may_enter": may_edit and not (writer and writer.new),
        "joins": _joins(subject, seen, asked),
        "may_manage": one.writable and bool(decide(subject, Verb.MANAGE, one)), "workbench": one.workbench,
    }  # fmt: skip
    return allow_basemap(render(request, "layers/table.html", context))


def _joins(subject: Subject, seen: View, asked: dict[str, str]) -> list[tuple[Any, str]]:
    """Return the titles of the joined layers, each with the address of the table without it."""
    layers = [
        joins.other(subject, one.layer).collection for one in joins.read(asked.get(joins.PARAMETER, ""))
    ]
    return [(one.title, without(seen, asked, one.id)) for one in layers]
