"""Imports for programs: upload, inspect, plan, rehearse, load, under /api/v1/imports."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import File, Router, Schema
from ninja.files import UploadedFile

from accounts.policy import subject_of
from core.errors import Unprocessable
from layers.importing import actions, joining, messages, planning, rasters, several, targets
from layers.importing.access import find_run, require_importer, visible_runs
from layers.importing.listing import listing
from layers.importing.models import ImportRun, ImportState

router = Router(tags=["imports"])


class Progress(Schema):
    """How far the job is."""

    done: int = 0
    total: int | None = None
    message: str = ""


class ImportOut(Schema):
    """One import."""

    id: UUID
    file: str
    size: int
    state: str
    busy: bool
    slug: str
    refused_because: str
    progress: Progress


class PartOut(Schema):
    """One of several layers that are imported together: an import of its own."""

    id: UUID
    layer: str
    slug: str
    state: str
    state_title: str
    read: int | None
    loaded: int | None
    refused_because: str


class LayersIn(Schema):
    """The layers of the file that are wanted, by key or name."""

    layers: list[str]


class ImportDetail(ImportOut):
    """One import with what was found, how it is to be loaded, and the report."""

    inspection: dict[str, Any]
    plan: dict[str, Any]
    report: dict[str, Any]
    parts: list[PartOut]


class Imports(Schema):
    """A page of imports."""

    imports: list[ImportOut]
    total: int
    pages: int


class FieldIn(Schema):
    """What is to be changed about one field, named as in the file."""

    name: str
    keep: bool = True
    column: str | None = None
    ar: str | None = None
    en: str | None = None
    fr: str | None = None


class ReadingIn(Schema):
    """How a table is to be read: its encoding, and the columns with the place of its rows."""

    encoding: str = ""
    x: str = ""
    y: str = ""
    wkt: str = ""
    join: str = ""


class PlanIn(Schema):
    """What is to be changed about how the file is loaded; what is left out stays as proposed."""

    layer: str | None = None
    slug: str | None = None
    title: dict[str, str] | None = None
    srid: int | None = None
    swap_axes: bool | None = None
    encoding: str | None = None
    public: bool | None = None
    only: list[str] | None = None
    mode: str | None = None
    key: str | None = None
    placed_by: dict[str, str] | None = None
    control: list[tuple[float, float, float, float]] | None = None
    raster: dict[str, str | int | bool] | None = None
    fields: list[FieldIn] | None = None


def _importer(request: HttpRequest) -> Any:
    subject = subject_of(request)
    require_importer(subject)
    return subject


def _user(subject: Any) -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get(pk=subject.user_id)


def _out(run: ImportRun) -> dict[str, Any]:
    job = run.job
    progress = Progress()
    if job is not None:
        progress = Progress(done=job.progress_done, total=job.progress_total, message=job.progress_message)
    return {
        "id": run.pk,
        "file": run.file_name,
        "size": run.size_bytes,
        "state": run.state,
        "busy": run.is_busy,
        "slug": run.slug,
        "refused_because": run.refusal_text,
        "progress": progress,
    }


def _detail(run: ImportRun) -> dict[str, Any]:
    notes = [messages.say(messages.NOTES, one["code"], one["params"]) for one in run.report.get("notes", [])]
    report = {**run.report, "notes": notes} if run.report else {}
    parts = [_part(one) for one in (several.parts(run) if run.is_several else [])]
    return {**_out(run), "inspection": run.inspection, "plan": run.plan, "report": report, "parts": parts}


def _part(part: ImportRun) -> dict[str, Any]:
    counts = {name: part.report.get(name) for name in ("read", "loaded")}
    named = {"id": part.pk, "layer": part.layer["name"], "slug": part.slug, "state": part.state}
    title = part.get_state_display()
    return {**named, **counts, "state_title": title, "refused_because": part.refusal_text}


@router.get("/imports", response=Imports, summary="Your imports")
def read_imports(request: HttpRequest) -> Any:
    """Return the imports that you may see; `q` searches, `sort` is file, state, when or size, `page` counts."""
    shown = listing(visible_runs(_importer(request)), request.GET)
    pages = shown.page.paginator
    return {"imports": [_out(run) for run in shown.page], "total": pages.count, "pages": pages.num_pages}


@router.post("/imports", response={202: ImportDetail}, summary="Upload a file")
def create_import(request: HttpRequest, file: File[UploadedFile]) -> Any:
    """Take a file and have it inspected as a job."""
    subject = _importer(request)
    return 202, _detail(actions.receive(file, by=_user(subject)))


@router.get("/imports/{uuid:run}", response=ImportDetail, summary="One import")
def read_import(request: HttpRequest, run: UUID) -> Any:
    """Return where an import stands."""
    return _detail(actions.settle(find_run(_importer(request), run)))


@router.patch("/imports/{uuid:run}/plan", response=ImportDetail, summary="Change how it is loaded")
def change_plan(request: HttpRequest, run: UUID, change: PlanIn) -> Any:
    """Change layer, key, titles, reference system, encoding, audience or fields."""
    found = actions.settle(find_run(_importer(request), run))
    given = change.dict(exclude_none=True)
    if "layer" in given or not found.is_planned:
        found = actions.choose_layer(found, given.pop("layer", ""))
    fields = given.pop("fields", None)
    for name in ("only", "control"):
        if name in given:
            given[name] = tuple(given[name])
    changed = found.planned.with_(**given)
    if fields is not None:
        changed = planning.with_fields(changed, fields)
    if found.is_raster:
        changed = changed.with_(raster=rasters.known({**found.planned.raster, **changed.raster}))
        rasters.check(changed, found.layer)
    else:
        planning.check(changed, found.layer)
        targets.find(changed, subject_of(request))
        if changed.placed_by:
            joining.find(changed, subject_of(request))
    return _detail(actions.plan(found, lambda _before: changed))


@router.put("/imports/{uuid:run}/layers", response=ImportDetail, summary="Take several layers")
def take_layers(request: HttpRequest, run: UUID, wanted: LayersIn) -> Any:
    """Make a part of each of the layers; each has a plan of its own, rehearsed and loaded together."""
    if not wanted.layers:
        raise Unprocessable(_("Tick the layers that are wanted."))
    found = actions.settle(find_run(_importer(request), run))
    return _detail(several.divide(found, wanted.layers))


@router.post("/imports/{uuid:run}/reading", response={202: ImportDetail}, summary="Read a table otherwise")
def read_table(request: HttpRequest, run: UUID, reading: ReadingIn) -> Any:
    """Inspect a CSV or Excel file anew with another encoding or other columns for the place."""
    subject = _importer(request)
    found = actions.settle(find_run(subject, run))
    return 202, _detail(actions.read_table(found, reading.dict(), by=_user(subject)))


def _begin(request: HttpRequest, run: UUID, state: ImportState) -> Any:
    subject = _importer(request)
    found = actions.settle(find_run(subject, run))
    actions.check_ready(found, state)
    return 202, _detail(actions.start(found, state, by=_user(subject)))


@router.post("/imports/{uuid:run}/rehearse", response={202: ImportDetail}, summary="Dry run")
def rehearse(request: HttpRequest, run: UUID) -> Any:
    """Try everything and keep nothing."""
    return _begin(request, run, ImportState.REHEARSING)


@router.post("/imports/{uuid:run}/load", response={202: ImportDetail}, summary="Load")
def load(request: HttpRequest, run: UUID) -> Any:
    """Load the layer, once its dry run is done."""
    return _begin(request, run, ImportState.LOADING)


@router.post("/imports/{uuid:run}/cancel", response=ImportDetail, summary="Cancel")
def cancel(request: HttpRequest, run: UUID) -> Any:
    """Cancel what is under way."""
    return _detail(actions.stop(find_run(_importer(request), run)))


@router.delete("/imports/{uuid:run}", response={202: ImportDetail, 204: None}, summary="Delete")
def remove(request: HttpRequest, run: UUID) -> Any:
    """Delete the layer that the import made; or, if it made none, the import with its file."""
    subject = _importer(request)
    found = actions.settle(find_run(subject, run))
    if found.state == ImportState.LOADED and found.makes_layer:
        return 202, _detail(actions.start(found, ImportState.REMOVING, by=_user(subject)))
    actions.forget(found)
    return 204, None
