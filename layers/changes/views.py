"""The history of layers and features as pages of the staff workspace."""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import policy
from accounts.access import for_staff
from accounts.listing import csv_response
from accounts.policy import Verb, subject_of
from core.errors import DomainError, Forbidden, TooLarge
from layers import moments, registry, values
from layers.access import View, view
from layers.changes import reading, restoring
from layers.changes.asking import area
from layers.collections import FieldType
from layers.exporting import wanted
from layers.exporting.writers import FORMATS, export
from layers.features.reading import count
from layers.ogc.documents import visible
from layers.values import refused

MOST_AT_ONCE = 50_000
MONTH = timedelta(days=30)
CSV_PAGES = 200


@for_staff
def history_home(request: HttpRequest) -> HttpResponse:
    """List the layers whose history one may read."""
    words = request.GET.get("q", "").strip().lower()
    views = [one for one in visible(subject_of(request)) if words in str(one.collection.title).lower()]
    return render(request, "history/home.html", {"views": views, "q": request.GET.get("q", "")})


@for_staff
def layer_history(request: HttpRequest, collection: str) -> HttpResponseBase:
    """Show what changed in a layer, newest first: since when, inside which area; put that back on request."""
    seen = _seen(request, collection)
    given = request.POST if request.method == "POST" else request.GET
    asked = {name: given.get(name, "") for name in ("since", "until", "bbox", "polygon")}
    known: dict[str, Any] = {
        "since": moments.read("since", asked["since"], at_end=False),
        "until": moments.read("until", asked["until"]),
        "shape": area(seen, asked["bbox"], asked["polygon"]),
    }
    if request.method == "POST":
        return _put_back(request, seen, known, asked)
    if request.GET.get("format") == "csv":
        return _as_csv(seen, known)
    found = reading.of_layer(seen, **known, before=_before(request))
    return render(
        request,
        "history/layer.html",
        _context(request, seen, found)
        | {
            "asked": asked,
            "endings": list(FORMATS),
            "month_ago": (timezone.localdate() - MONTH).isoformat(),
            "may_restore_area": bool(known["since"] and known["shape"]) and _may_restore(request, seen),
        },
    )


def _may_restore(request: HttpRequest, seen: View) -> bool:
    one = seen.collection
    return one.writable and bool(policy.decide(subject_of(request), Verb.EDIT, one))


def _put_back(request: HttpRequest, seen: View, known: dict[str, Any], asked: dict[str, str]) -> HttpResponse:
    """Bring everything that changed inside the area back to the day from which one looks."""
    if known["since"] is None or known["shape"] is None:
        raise refused("since" if known["since"] is None else "polygon", _("This is missing."))
    query = urlencode({name: value for name, value in asked.items() if value})
    back = redirect(f"{reverse('layer_history', args=[seen.collection.id])}?{query}")
    try:
        outcomes = restoring.restore_area(
            collection=seen.collection, by=subject_of(request), shape=known["shape"], at=known["since"]
        )
    except Forbidden:
        raise
    except DomainError as refusal:
        messages.error(request, " ".join([str(refusal.title), *map(str, refusal.fields.values())]))
        return back
    failed = [one for one in outcomes if one.refusal]
    words = ngettext(
        "One feature was put back.", "%(count)d features were put back.", len(outcomes) - len(failed)
    )
    messages.success(request, words % {"count": len(outcomes) - len(failed)})
    for one in failed[:5]:
        messages.error(request, f"{one.index}: {one.refusal.title if one.refusal else ''}")
    return back


@for_staff
def feature_history(request: HttpRequest, collection: str, key: int) -> HttpResponse:
    """Show what happened to one feature, and put it back on request."""
    seen = _seen(request, collection)
    if request.method == "POST":
        change = int(values.read("change", FieldType.INTEGER, request.POST.get("change", "")))
        restoring.restore_feature(collection=seen.collection, by=subject_of(request), key=key, change=change)
        messages.success(
            request, _("Restored. The restoration is a change of its own and can be undone too.")
        )
        return redirect("feature_history", collection=collection, key=key)
    found = reading.of_feature(seen, key, before=_before(request))
    more = {"key": key, "may_restore": _may_restore(request, seen)}
    return render(request, "history/feature.html", _context(request, seen, found) | more)


@for_staff
def layer_state(request: HttpRequest, collection: str) -> HttpResponseBase:
    """Hand out the whole layer as it was on a day, as a file."""
    seen = _seen(request, collection)
    if not policy.decide(subject_of(request), Verb.EXPORT, seen.collection):
        raise Forbidden(_("You may not export this layer."))
    then = wanted.leaving(subject_of(request), seen.as_of(moments.as_of(request.GET.dict())))
    ending = request.GET.get("f", "gpkg")
    if ending not in FORMATS:
        raise refused("f", _("Choose one of the formats offered."))
    if count(then) > MOST_AT_ONCE:
        raise TooLarge(_("This layer is too large for the browser: use manage.py export_layer --as-of."))
    day = request.GET.get(moments.PARAMETER, "")[:10]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"{collection}.{ending}"
        export(then, out)
        file = out.open("rb")
    return FileResponse(
        file, as_attachment=True, filename=f"{collection}-{day}.{ending}" if day else out.name
    )


def _seen(request: HttpRequest, collection: str) -> View:
    return view(subject_of(request), registry.find(collection))


def _before(request: HttpRequest) -> int | None:
    written = request.GET.get("before", "")
    return int(values.read("before", FieldType.INTEGER, written)) if written else None


def _context(request: HttpRequest, seen: View, found: reading.Page) -> dict[str, Any]:
    query = {name: value for name, value in request.GET.dict().items() if value and name != "before"}
    return {
        "seen": seen,
        "changes": found.changes,
        "older": f"?{urlencode({**query, 'before': found.next})}" if found.next else "",
        "newest": f"?{urlencode(query)}" if "before" in request.GET else "",
        "export": f"?{urlencode({**query, 'format': 'csv'})}",
    }


def _as_csv(seen: View, known: dict[str, Any]) -> HttpResponseBase:
    def changes() -> Any:
        before = None
        for _turn in range(CSV_PAGES):
            found = reading.of_layer(seen, **known, before=before)
            yield from found.changes
            before = found.next
            if before is None:
                return

    columns = {
        _("When"): lambda one: one.at.isoformat(),
        _("Who"): lambda one: one.actor,
        _("Channel"): lambda one: one.channel_title,
        _("What"): lambda one: one.action_title,
        _("Feature"): lambda one: one.key,
        _("Difference"): lambda one: "; ".join(f"{d.title}: {d.before} → {d.after}" for d in one.differences),
    }
    return csv_response(f"{seen.collection.id}-history", columns, changes())
