"""Several layers of one file at once: each is a part, an import of its own that shares the file."""

import os
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from core.errors import Conflict
from jobs import progress
from layers.importing import planning, remembering
from layers.importing.actions import OPEN, drop_parts, free_slug, idle
from layers.importing.models import ImportRun, ImportState
from layers.importing.planning import Plan
from layers.importing.running import carry_out, guarded, make_quick

COUNTED = ("read", "loaded", "repaired", "refused")


@transaction.atomic
def divide(run: ImportRun, keys: Sequence[str]) -> ImportRun:
    """Make a part of each of the layers; parts of others that were not loaded go."""
    run = idle(run)
    _refuse_ended(run)
    layers = [planning.find_layer(run.inspection, key) for key in keys]
    drop_parts(run, keep=[layer["key"] for layer in layers])
    there = {part.plan["layer"] for part in run.parts.all()}
    for layer in layers:
        if layer["key"] not in there:
            _add(run, layer)
    _begin_anew(run)
    return run


def _refuse_ended(run: ImportRun) -> None:
    if run.state not in (ImportState.INSPECTED, ImportState.REHEARSED, ImportState.LOADED):
        raise Conflict(gettext("This import can no longer be changed."))


def _begin_anew(run: ImportRun) -> None:
    run.__dict__.pop("is_several", None)
    run.plan, run.slug, run.report, run.refusal = {}, "", {}, {}
    run.state = ImportState.INSPECTED
    run.save()


def _add(run: ImportRun, layer: Any) -> None:
    part = ImportRun(
        owner=run.owner, file_name=run.file_name, size_bytes=run.size_bytes, sha256=run.sha256,
        whole=run, state=ImportState.INSPECTED,
        inspection={"layers": [layer], "reading": run.inspection.get("reading", {})},
    )  # fmt: skip
    proposed = planning.propose(layer, slug=free_slug(layer, part, besides=_slugs(run)))
    if "axes_swapped" in layer["crs"]["mistakes"]:
        proposed = proposed.with_(swap_axes=True)
    plan = remembering.recall(part, layer, proposed)
    part.plan, part.slug = plan.as_dict(), plan.slug
    part.folder.mkdir(parents=True)
    os.link(run.path, part.path)
    part.save(force_insert=True)


def _slugs(run: ImportRun) -> set[str]:
    return set(run.parts.values_list("slug", flat=True))


def open_parts(run: ImportRun) -> list[ImportRun]:
    """Return the parts that are still to be loaded, in the order of the file."""
    return [part for part in parts(run) if part.state in OPEN]


def parts(run: ImportRun) -> list[ImportRun]:
    """Return the parts in the order of the file."""
    order = [layer["key"] for layer in run.inspection["layers"]]
    return sorted(run.parts.select_related("job"), key=lambda part: order.index(part.plan["layer"]))


@transaction.atomic
def plan_parts(run: ImportRun, plans: dict[ImportRun, Plan]) -> None:
    """Take how each part is to be loaded; a dry run made before no longer counts."""
    run = idle(run)
    _refuse_ended(run)
    for part, plan in plans.items():
        planning.check(plan, part.layer)
        part.plan, part.slug = plan.as_dict(), plan.slug
        part.state, part.report, part.refusal = ImportState.INSPECTED, {}, {}
        part.save()
    _begin_anew(run)


def carry_out_parts(run: ImportRun, *, rehearse: bool) -> dict[str, Any]:
    """Rehearse or load each part in a transaction of its own; one that is refused stops no other.

    Begun again after the worker died, it goes on with the parts that are not done.
    """
    under_way = ImportState.REHEARSING if rehearse else ImportState.LOADING
    wanted = {under_way, ImportState.REHEARSED} | ({ImportState.INSPECTED} if rehearse else set())
    todo = [part for part in parts(run) if part.state in wanted]
    for number, part in enumerate(todo, 1):
        ImportRun.objects.filter(pk=part.pk).update(state=under_way, job=run.job)
        doing = gettext("Layer %(number)s of %(count)s: %(title)s")
        said = doing % {"number": number, "count": len(todo), "title": part.title}
        _carry_out(part, rehearse=rehearse, doing=said)
    return _sum_up(run, rehearse=rehearse)


def _carry_out(part: ImportRun, *, rehearse: bool, doing: str) -> None:
    progress.report(0, None, doing)
    done = guarded(
        part, lambda: carry_out(part, rehearse=rehearse, doing=doing), back_to=ImportState.INSPECTED
    )
    if not rehearse and "refused" not in done:
        make_quick(part.slug)


def _sum_up(run: ImportRun, *, rehearse: bool) -> dict[str, Any]:
    done = list(run.parts.filter(state=ImportState.REHEARSED if rehearse else ImportState.LOADED))
    found = {name: sum(part.report[name] for part in done) for name in COUNTED}
    run.report = {**found, "layers": len(done)}
    run.state = (ImportState.REHEARSED if rehearse else ImportState.LOADED) if done else ImportState.INSPECTED
    run.save()
    return {**found, gettext("layers"): len(done)}
