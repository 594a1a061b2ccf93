"""The table's part of the API: rows, sums, bulk changes, saved views."""

import json
from typing import Any
from urllib.parse import parse_qsl

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Body, Router, Schema

from accounts.policy import Verb, decide, subject_of
from core.errors import Conflict, Forbidden, NotFound, PreconditionRequired
from jobs.actions import enqueue
from layers import joins, registry
from layers.access import View, view
from layers.models import TableView
from layers.sheets import bulk, indexing, rows
from layers.values import refused
from layers.writing.api import acting_subject, key_of

router = Router(tags=["tables"])
MOST_VIEWS = 50


class BulkChange(Schema):
    """Values for every row that `query` (a table's own query string) means; `version` from the preview."""

    query: str = ""
    values: dict[str, Any]
    version: int | None = None


class KeptView(Schema):
    """A way to look at a table."""

    title: str
    columns: list[str] = []
    query: str = ""
    is_shared: bool = False


def _seen(request: HttpRequest, collection: str) -> View:
    return view(subject_of(request), registry.find(collection))


def _joined(request: HttpRequest, collection: str) -> View:
    return joins.joined(subject_of(request), _seen(request, collection), request.GET.dict())


@router.get("/collections/{collection}/rows", summary="Rows of a table, by keyset")
def read_rows(request: HttpRequest, collection: str) -> HttpResponse:
    """Return rows as [key, version, has a place, values…]: `columns`, `sortby`, `limit`, `after`, `at`, `join`, and any filter of items."""
    seen = _joined(request, collection)
    if subject_of(request).is_staff:
        for layer, key in joins.looked_into(subject_of(request), request.GET.dict()):
            indexing.wish_key(layer, key)
    found = rows.read(seen, request.GET.dict())
    if subject_of(request).is_staff:
        indexing.wish(seen.collection, found.order)
    content = {
        "columns": [one.name for one in found.columns],
        "rows": found.rows,
        "matched": found.matched,
        "after": found.after or None,
    }
    response = HttpResponse(
        json.dumps(content, ensure_ascii=False, default=_plain),
        content_type="application/json; charset=utf-8",
    )
    response["Cache-Control"] = "private, no-cache"
    return response


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@router.get("/collections/{collection}/count", summary="How many rows a table's filter means")
def read_count(request: HttpRequest, collection: str) -> dict[str, int]:
    """Return the number of rows that the filter means."""
    return {"matched": rows.how_many(_joined(request, collection), request.GET.dict())}


@router.get("/collections/{collection}/sums", summary="Sum, mean, least and greatest of a table's numbers")
def read_sums(request: HttpRequest, collection: str) -> dict[str, Any]:
    """Return them for each column of numbers, over the rows that the filter means."""
    return {"sums": rows.sums(_joined(request, collection), request.GET.dict())}


@router.post("/collections/{collection}/bulk/preview", summary="What a change to many rows would do")
def preview_bulk(request: HttpRequest, collection: str, body: BulkChange) -> dict[str, Any]:
    """Return how many rows it meets and some of them before and after; nothing is kept."""
    return bulk.preview(acting_subject(request), collection, body.query, body.values)


@router.post("/collections/{collection}/bulk", summary="Change many rows", response={202: dict})
def carry_out_bulk(request: HttpRequest, collection: str, body: BulkChange) -> Any:
    """Have a job change every row that the query means, or none."""
    by = acting_subject(request)
    if body.version is None:
        raise PreconditionRequired(_("Look at the preview first; it says which version you change."))
    bulk.check(by, collection, body.query, body.values, body.version)
    title = _("Change rows of “%(layer)s”") % {"layer": registry.find(collection).title}
    job = enqueue(
        bulk.change_rows, by.user_id, collection, body.query, body.values, owner=by.user_id, title=title
    )
    return 202, {"job": str(job.pk)}


@router.get("/collections/{collection}/views", summary="Saved ways to look at a table")
def read_views(request: HttpRequest, collection: str) -> dict[str, Any]:
    """Return your own and the shared ones; for staff."""
    _seen(request, collection)
    if not subject_of(request).is_staff:
        raise registry.unknown()
    user = subject_of(request).user_id
    found = TableView.objects.filter(collection=collection).filter(Q(owner_id=user) | Q(is_shared=True))
    return {"views": [_view(one, user) for one in found]}


def _view(one: TableView, user: int | None) -> dict[str, Any]:
    kept = {name: getattr(one, name) for name in ("id", "title", "columns", "query", "is_shared")}
    return {**kept, "is_own": one.owner_id == user}


@router.post("/collections/{collection}/views", summary="Keep a way to look at a table", response={201: dict})
def keep_view(request: HttpRequest, collection: str, body: KeptView = Body(...)) -> Any:  # noqa: B008
    """Keep columns, order and filter under a name; the same name again replaces your own."""
    by = acting_subject(request)
    seen = _seen(request, collection)
    rows.chosen(joins.joined(by, seen, dict(parse_qsl(body.query))), ",".join(body.columns))
    title = body.title.strip()[:80]
    if not title or len(body.query) > 2000 or "\x00" in title + body.query:
        raise refused("title", _("Give the view a name."))
    if body.is_shared and not decide(by, Verb.EDIT, seen.collection):
        raise Forbidden(_("Only who may change the layer shares a view of it."))
    own = TableView.objects.filter(collection=collection, owner_id=by.user_id)
    if own.exclude(title=title).count() >= MOST_VIEWS:
        raise Conflict(_("You keep 50 views of this table already. Delete one first."))
    try:
        with transaction.atomic():
            one, _made = own.update_or_create(
                collection=collection, owner_id=by.user_id, title=title,
                defaults={"columns": body.columns[:200], "query": body.query, "is_shared": body.is_shared},
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict(_("The same view was kept at the same moment.")) from error
    return 201, _view(one, by.user_id)


@router.delete("/collections/{collection}/views/{number}", summary="Forget a view", response={204: None})
def forget_view(request: HttpRequest, collection: str, number: str) -> Any:
    """Forget one of your own views."""
    by = acting_subject(request)
    gone, _what = TableView.objects.filter(
        collection=collection, owner_id=by.user_id, pk=key_of(number)
    ).delete()
    if not gone:
        raise NotFound(_("There is no such view."))
    return 204, None
