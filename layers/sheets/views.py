"""The page of a layer's attribute table, and the table as a file."""

import csv
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import for_staff
from accounts.policy import Verb, decide, require, subject_of
from core.sheets import harmless
from layers import catalogue, extents, registry
from layers.access import view
from layers.features import asked as asking
from layers.features.reading import ordering
from layers.sheets import rows
from layers.sqltext import column, identifier, readable, table
from municipality.basemap import allow_basemap

BATCH = 2_000


@for_staff
@require_GET
def layer_table(request: HttpRequest, collection: str) -> HttpResponse:
    """Show the table; its rows come by the API."""
    subject = subject_of(request)
    seen = view(subject, registry.find(collection))
    one = seen.collection
    may_edit = one.writable and bool(decide(subject, Verb.EDIT, one))
    described = catalogue.describe(subject, seen, extents.extent(seen) if one.has_geometry else None)
    own = [
        field.name for field in seen.fields if may_edit and decide(subject, Verb.EDIT, one, field=field.name)
    ]
    table_of = {
        **described,
        "may": {**described["may"], "edit": may_edit},
        "editable": own,
        "required": [field.name for field in seen.fields if field.required],
    }
    context = {
        "layer": one, "table": table_of, "may_edit": may_edit,
        "may_manage": one.writable and bool(decide(subject, Verb.MANAGE, one)), "workbench": one.workbench,
    }  # fmt: skip
    return allow_basemap(render(request, "layers/table.html", context))


@for_staff
@require_GET
def table_csv(request: HttpRequest, collection: str) -> StreamingHttpResponse:
    """Return the rows that the filter means, in their order and columns, as CSV for spreadsheets."""
    subject = subject_of(request)
    one = registry.find(collection)
    require(subject, Verb.EXPORT, one)
    seen = view(subject, one)
    parameters = request.GET.dict()
    columns = rows.chosen(seen, parameters.pop("columns", ""))
    asked = asking.read(
        seen, {name: value for name, value in parameters.items() if name not in ("after", "limit", "at")}
    )
    response = StreamingHttpResponse(_lines(seen, columns, asked), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{one.id}.csv"'
    return response


class _Echo:
    """A file that hands each written line back, for the csv writer."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


def _lines(seen: Any, columns: Any, asked: Any) -> Iterator[str]:
    writer = csv.writer(_Echo())
    one = seen.collection
    key = f"t.{identifier(one.key)}"
    order = column(asked.order) if asked.order else "NULL::text"
    values = [readable(seen, field) for field in columns]
    # The mark by which spreadsheets know UTF-8.
    yield "\ufeff" + str(writer.writerow(["id", *(str(field.title or field.name) for field in columns)]))
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join([key, *values])} FROM {table(one)} t WHERE {asked.where.text} "
            f"ORDER BY {ordering(asked, order, key)}",
            list(asked.where.values),
        )
        while found := cursor.fetchmany(BATCH):
            yield "".join(str(writer.writerow([harmless(cell) for cell in row])) for row in found)
