"""The page of a layer's attribute table."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import for_staff
from accounts.policy import Verb, decide, subject_of
from layers import catalogue, extents, registry
from layers.access import view
from layers.writing.declaring import takes_rows, writers
from municipality.basemap import allow_basemap


@for_staff
@require_GET
def layer_table(request: HttpRequest, collection: str) -> HttpResponse:
    """Show the table; its rows come by the API."""
    subject = subject_of(request)
    seen = view(subject, registry.find(collection))
    one = seen.collection
    may_edit = takes_rows(one) and bool(decide(subject, Verb.EDIT, one))
    writer = writers().get(one.id)
    described = catalogue.describe(subject, seen, extents.extent(seen) if one.has_geometry else None)
    own = [
        field.name
        for field in seen.fields
        if may_edit
        and (writer is None or field.name in writer.fields)
        and decide(subject, Verb.EDIT, one, field=field.name)
    ]
    table_of = {
        **described,
        "may": {**described["may"], "edit": may_edit},
        "page": one.page if writer else "",
        "editable": own,
        "required": [field.name for field in seen.fields if field.required],
    }
    context = {
        "layer": one, "table": table_of, "may_edit": may_edit, "may_enter": may_edit and not (writer and writer.new),
        "may_manage": one.writable and bool(decide(subject, Verb.MANAGE, one)), "workbench": one.workbench,
    }  # fmt: skip
    return allow_basemap(render(request, "layers/table.html", context))
