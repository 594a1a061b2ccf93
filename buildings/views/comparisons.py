"""Comparisons of footprints with the register: begun, listed, and what each of them found and how well."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import for_staff
from accounts.policy import subject_of
from buildings.access import may_change, require_change, staff_view
from buildings.models import FindingKind, FootprintRun
from buildings.tasks import COMPARE, compare_footprints
from core.errors import NotFound
from jobs.actions import enqueue
from layers import registry
from layers.access import view
from layers.collections import Collection

SHOWN = 5
QUEUES = {"new": "building-not-registered", "gone": "building-not-found"}
SAME = _("As registered")


def polygon_layers(request: HttpRequest) -> list[tuple[str, Any]]:
    """Return the imported layers of areas that the subject may see: what can be compared with the register."""
    declared = registry.declared()
    subject, found = subject_of(request), []
    for one in registry.catalogue().collections.values():
        if one.id in declared or "Polygon" not in one.geometry_type:
            continue
        try:
            view(subject, one)
        except NotFound:
            continue
        found.append((one.id, one.title))
    return found


def runs(request: HttpRequest) -> list[tuple[FootprintRun, Any]]:
    """Return the latest comparisons, of layers that the subject may see, with the layers' titles."""
    titles = dict(polygon_layers(request))
    latest = FootprintRun.objects.filter(is_latest=True, layer__in=titles).order_by("-at")[:SHOWN]
    return [(run, titles[run.layer]) for run in latest]


@require_GET
@for_staff
def comparison(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show what a comparison found, by class, and how many of them rightly where the truth is known."""
    staff_view(request)
    run = FootprintRun.objects.select_related("by").filter(pk=run_id).first()
    if run is None:
        raise NotFound(_("There is no such comparison."))
    layer = _layer(request, run)
    context = {
        "run": run, "layer": layer, "share": round(run.tolerance_share * 100), "classes": _classes(run), "may_change": may_change(subject_of(request)),
        "latest": None if run.is_latest else FootprintRun.objects.filter(layer=run.layer, is_latest=True).first(),
    }  # fmt: skip
    return render(request, "buildings/comparison.html", context)


def _layer(request: HttpRequest, run: FootprintRun) -> Collection:
    try:
        layer = registry.find(run.layer)
    except (NotFound, Http404) as gone:
        raise NotFound(_("There is no such comparison.")) from gone
    return view(subject_of(request), layer).collection


def _classes(run: FootprintRun) -> list[dict[str, Any]]:
    """Return each class with its number, its queue, and precision and recall where the truth is known."""
    rows = []
    for kind, title in [*FindingKind.choices, ("same", SAME)]:
        known = run.measured.get(kind, {"true": 0, "found": 0, "right": 0})
        rows.append({
            "title": title, "count": run.counts.get(kind, 0), "known": known if run.measured else None,
            "queue": "" if kind == "same" else QUEUES.get(kind, "building-differs"),
            "precision": known["right"] / known["found"] if known["found"] else None,
            "recall": known["right"] / known["true"] if known["true"] else None,
        })  # fmt: skip
    return rows


@require_POST
@for_staff
def compare(request: HttpRequest) -> HttpResponse:
    """Compare an imported layer with the register, in the background."""
    subject = require_change(request)
    layer = registry.find(request.POST.get("layer", ""))
    view(subject, layer)
    job = enqueue(
        compare_footprints, layer.id, timezone.localdate().isoformat(), request.user.pk,
        title=COMPARE % {"layer": layer.title},
    )  # fmt: skip
    return redirect("job", job_id=job.pk)
