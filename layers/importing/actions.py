"""Verbs on an import: receive a file, plan, rehearse, load, retry, cancel, delete."""

import hashlib
import shutil
from collections.abc import Callable, Collection
from pathlib import Path, PurePath
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_tasks.base import Task

from core.errors import Conflict, TooLarge
from jobs.actions import cancel, enqueue
from jobs.models import State
from layers import registry
from layers.importing import planning, rasters, remembering
from layers.importing.errors import ImportRefused
from layers.importing.models import BUSY, ImportRun, ImportState
from layers.importing.planning import Plan
from layers.models import Dataset, Raster

MAX_UPLOAD_BYTES = 1 << 30
OPEN = (ImportState.INSPECTED, ImportState.REHEARSED)
_FALL_BACK = {
    ImportState.INSPECTING: ImportState.REFUSED,
    ImportState.REHEARSING: ImportState.INSPECTED,
    ImportState.LOADING: ImportState.INSPECTED,
    ImportState.REMOVING: ImportState.LOADED,
}


def max_upload_bytes() -> int:
    """Return the largest file taken by the browser and the API."""
    return int(getattr(settings, "IMPORT_MAX_BYTES", MAX_UPLOAD_BYTES))


def check_size(size: int) -> None:
    """Refuse a file that is larger than is taken, by its declared or real size."""
    limit = max_upload_bytes()
    if size > limit:
        refused = ImportRefused("file_too_large", limit_mb=limit >> 20)
        raise TooLarge(refused.title)


def receive(upload: File[bytes], *, by: Any) -> ImportRun:
    """Keep an uploaded file under a name of our own and have it inspected."""
    check_size(upload.size or 0)
    run = ImportRun(owner=by, file_name=named(upload.name or ""), size_bytes=upload.size or 0)
    run.folder.mkdir(parents=True)
    digest = hashlib.sha256()
    with run.path.open("wb") as out:
        for chunk in upload.chunks():
            digest.update(chunk)
            out.write(chunk)
    run.sha256 = digest.hexdigest()
    run.save(force_insert=True)
    return start(run, ImportState.INSPECTING, by=by)


def named(name: str) -> str:
    """Return the last part of a file's name, whole enough to keep its ending."""
    return PurePath(name.replace("\\", "/")).name[-200:]


def start(run: ImportRun, state: ImportState, *, by: Any) -> ImportRun:
    """Put the job on the queue that brings the import to the next state."""
    from layers.importing import tasks

    jobs: dict[ImportState, tuple[Task, Any]] = {
        ImportState.INSPECTING: (tasks.inspect, _("Inspect “%(file)s”")),
        ImportState.REHEARSING: (tasks.rehearse, _("Dry run of “%(file)s”")),
        ImportState.LOADING: (tasks.load, _("Load “%(file)s”")),
        ImportState.REMOVING: (tasks.remove, _("Delete the layer of “%(file)s”")),
    }
    task, title = jobs[state]
    if state == ImportState.REMOVING and not run.makes_layer:
        raise Conflict(_("This import went into a layer that was there before; it is not deleted with it."))
    with transaction.atomic():
        run = idle(run)
        run.state = state
        run.job = enqueue(task, str(run.pk), owner=by, title=str(title) % {"file": run.file_name})
        run.save()
    return run


def idle(run: ImportRun) -> ImportRun:
    """Return the import locked, or refuse while a job works on it."""
    locked = ImportRun.objects.select_for_update().get(pk=run.pk)
    if locked.is_busy and locked.job_id is not None:
        raise Conflict(_("This import is being worked on. Wait for it, or cancel it."))
    if locked.state == ImportState.UPLOADING:
        raise Conflict(_("The file is not wholly here. Upload the rest first."))
    return locked


@transaction.atomic
def plan(run: ImportRun, change: Callable[[Plan], Plan]) -> ImportRun:
    """Change how the file is to be loaded; a dry run made before no longer counts."""
    run = idle(run)
    if run.state not in (ImportState.INSPECTED, ImportState.REHEARSED, ImportState.REMOVED):
        raise Conflict(_("This import can no longer be changed."))
    run.plan = change(run.planned).as_dict()
    run.slug = run.plan["slug"]
    run.state, run.report, run.refusal = ImportState.INSPECTED, {}, {}
    run.save()
    return run


@transaction.atomic
def choose_layer(run: ImportRun, key: str) -> ImportRun:
    """Begin the plan with one layer of the file."""
    run = idle(run)
    layer = planning.find_layer(run.inspection, key)
    drop_parts(run)
    if run.plan.get("layer") != layer["key"]:
        proposed = remembering.recall(run, layer, planning.propose(layer, slug=free_slug(layer, run)))
        run.plan, run.slug = proposed.as_dict(), proposed.slug
        run.state, run.report, run.refusal = ImportState.INSPECTED, {}, {}
        run.save()
    return run


def read_table(run: ImportRun, reading: dict[str, str], *, by: Any) -> ImportRun:
    """Inspect the file anew with another encoding, or other columns for the place of its rows."""
    run = _idle_now(run)
    if not any(layer["is_table"] for layer in run.inspection.get("layers", [])):
        raise Conflict(_("Only a table is read by its columns."))
    columns = {name for layer in run.inspection["layers"] for name in layer["reading"].get("columns", ())}
    for key in ("x", "y", "wkt", "join"):
        if reading.get(key) and reading[key] not in columns and not reading.get("encoding"):
            raise ImportRefused("column_unknown", column=reading[key])
    run.inspection = {**run.inspection, "reading": {key: value for key, value in reading.items() if value}}
    run.plan, run.report, run.refusal = {}, {}, {}
    run.save()
    return start(run, ImportState.INSPECTING, by=by)


def _idle_now(run: ImportRun) -> ImportRun:
    with transaction.atomic():
        run = idle(run)
    if run.state not in (ImportState.INSPECTED, ImportState.REHEARSED):
        raise Conflict(_("This import can no longer be changed."))
    return run


def is_taken(slug: str, *, raster: bool = False) -> bool:
    """Say whether a layer has this key already: one that was made, or one of the portal's own."""
    if raster:
        return Raster.objects.filter(slug=slug).exists()
    return slug in registry.everything() or Dataset.objects.filter(slug=slug).exists()


def free_slug(layer: Any, run: ImportRun, *, besides: Collection[str] = ()) -> str:
    """Propose a key that no layer has yet, nor is given `besides`, from the layer's or else the file's name."""
    base = planning.propose(layer).slug
    if base == "layer":
        base = planning.propose({**layer, "name": Path(run.file_name).stem}).slug
    slug, again = base, 2
    while slug in besides or is_taken(slug, raster=run.is_raster):
        slug, again = f"{base}-{again}", again + 1
    return slug


def check_ready(run: ImportRun, state: ImportState) -> None:
    """Refuse a step that comes too early: a dry run without a plan, loading without a dry run."""
    if run.is_several:
        _check_parts_ready(run, state)
        return
    if run.is_raster:
        rasters.check_ready(run, state)
        return
    if state == ImportState.LOADING and run.state != ImportState.REHEARSED:
        raise Conflict(_("Only an import whose dry run is done can be loaded."))
    if state == ImportState.REHEARSING:
        if run.state not in (ImportState.INSPECTED, ImportState.REHEARSED) or not run.is_planned:
            raise Conflict(_("Choose a layer first."))
        planning.check(run.planned, run.layer)


def _check_parts_ready(run: ImportRun, state: ImportState) -> None:
    ready = [ImportState.REHEARSED] if state == ImportState.LOADING else OPEN
    if not run.parts.filter(state__in=ready).exists():
        raise Conflict(_("Only an import whose dry run is done can be loaded."))


def settle(run: ImportRun) -> ImportRun:
    """Bring an import back to where it was when its job ended without saying so: cancelled or failed."""
    for part in run.parts.filter(state__in=BUSY).select_related("job"):
        settle(part)
    job = run.job
    if run.is_busy and job is not None and job.state in (State.CANCELLED, State.FAILED):
        run.state = _FALL_BACK[ImportState(run.state)]
        if run.state == ImportState.REFUSED and not run.refusal:
            run.refusal = {"code": "stopped", "params": {}}
        run.save()
    return run


def stop(run: ImportRun) -> ImportRun:
    """Cancel the job that works on the import."""
    if run.is_busy and run.job is not None:
        run.job = cancel(run.job)
    return settle(run)


def retry(run: ImportRun, *, by: Any) -> ImportRun:
    """Inspect the kept file once more, after a refusal or a deletion."""
    if not run.path.exists():
        raise Conflict(_("The file is no longer kept. Upload it again."))
    run.refusal, run.report, run.plan = {}, {}, {}
    run.save()
    return start(run, ImportState.INSPECTING, by=by)


def drop_parts(run: ImportRun, *, keep: Collection[str] = ()) -> None:
    """Delete the parts that were not loaded, but for those of the layers to keep."""
    for part in run.parts.exclude(state=ImportState.LOADED):
        if part.plan["layer"] not in keep:
            shutil.rmtree(part.folder, ignore_errors=True)
            part.delete()
    run.__dict__.pop("is_several", None)


def forget(run: ImportRun) -> None:
    """Delete an import that made no layer, with its file; parts that were loaded stay by themselves."""
    if run.is_busy or (run.state == ImportState.LOADED and run.makes_layer):
        raise Conflict(_("Delete the layer first."))
    drop_parts(run)
    shutil.rmtree(run.folder, ignore_errors=True)
    run.delete()
