"""The import wizard at /staff/import/: one page a step, each a form that works without a script."""

from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.policy import subject_of
from core.errors import Conflict, DomainError, NotFound
from layers.importing import actions, joining, partshowing, planning, rasters, several, showing, targets
from layers.importing.access import find_run, importer_only, visible_runs
from layers.importing.forms import FieldsForm, PlaceForm, RasterForm, ReadingForm, UploadForm
from layers.importing.listing import listing
from layers.importing.models import ImportRun, ImportState
from layers.importing.partforms import PartForms
from layers.importing.reader import formats

ACCEPTED = ",".join(formats.ACCEPTED)
STEPS = ("place", "fields", "check", "raster", "parts")


def _run(request: HttpRequest, run: UUID) -> ImportRun:
    return actions.settle(find_run(subject_of(request), run))


@csrf_exempt  # the inner view checks it, after the size
@require_http_methods(["GET", "POST"])
@importer_only
def index(request: HttpRequest) -> HttpResponse:
    """Refuse what is declared too large before its body is read, as looking for the token would."""
    actions.check_size(int(request.META.get("CONTENT_LENGTH") or 0))
    return _index(request)


@csrf_protect
def _index(request: HttpRequest) -> HttpResponse:
    """Show past imports and take a new file."""
    form = UploadForm()
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            return redirect("import-run", run=actions.receive(form.cleaned_data["file"], by=request.user).pk)
    shown = listing(visible_runs(subject_of(request)), request.GET)
    context = {
        "form": form,
        "listing": shown,
        **_taken(),
    }
    return render(request, "importing/index.html", context, status=400 if form.errors else 200)


def _taken() -> dict[str, Any]:
    return {"limit_mb": actions.max_upload_bytes() >> 20, "accepted": ACCEPTED}


@require_GET
@importer_only
def detail(request: HttpRequest, run: UUID) -> HttpResponse:
    """Show where an import stands, or the step asked for."""
    found = _run(request, run)
    if found.state == ImportState.UPLOADING:
        return _page(request, "uploading", found, **_taken())
    if found.is_busy:
        return _page(request, "busy", found, parts=partshowing.parts(found))
    step = request.GET.get("step", "")
    if found.is_several:
        return _several(request, found, step)
    if found.state in (ImportState.REFUSED, ImportState.REMOVED, ImportState.LOADED):
        return _page(request, "result", found)
    if found.is_raster and step in ("fields", "check"):
        step = "raster"
    if step not in STEPS:
        step = "check" if found.state == ImportState.REHEARSED else "place"
    if step != "place" and not found.is_planned:
        step = "place"
    return _page(request, step, found, **showing.context(step, found, subject_of(request)))


def _several(request: HttpRequest, run: ImportRun, step: str) -> HttpResponse:
    if step not in ("place", "parts"):
        step = {ImportState.REHEARSED: "check", ImportState.LOADED: "result"}.get(
            ImportState(run.state), "parts"
        )
    page = f"several_{step}" if step in ("check", "result") else step
    if step == "place":
        return _page(request, step, run, **showing.context(step, run, subject_of(request)))
    return _page(request, step, run, page=page, **partshowing.context(run))


def _page(
    request: HttpRequest, step: str, run: ImportRun, *, status: int = 200, page: str = "", **context: Any
) -> HttpResponse:
    known = {"run": run, "step": step, "steps": showing.steps(step, run), "report": showing.report(run)}
    return render(request, f"importing/{page or step}.html", {**known, **context}, status=status)


def _to(run: ImportRun, step: str = "") -> HttpResponse:
    address = redirect("import-run", run=run.pk)
    if step:
        address["Location"] += f"?step={step}"
    return address


@require_POST
@importer_only
def layer(request: HttpRequest, run: UUID) -> HttpResponse:
    """Choose which layer of the file is meant, or which several of them."""
    found = _run(request, run)
    keys = request.POST.getlist("layer")
    if "all" in request.POST:
        keys = [one["key"] for one in found.inspection["layers"] if one["has_geometry"] and not one["empty"]]
    if not keys:
        flash.error(request, _("Tick the layers that are wanted."))
        return _to(found, "place")
    if len(keys) == 1 and not found.parts.filter(state=ImportState.LOADED).exists():
        return _to(actions.choose_layer(found, keys[0]), "place")
    return _to(several.divide(found, keys), "parts")


@require_POST
@importer_only
def parts(request: HttpRequest, run: UUID) -> HttpResponse:
    """Take how each of several layers is to be loaded; then begin the dry run."""
    found = _run(request, run)
    forms = PartForms.of(request, several.open_parts(found))
    plans = forms.plans(subject_of(request))
    if plans is None:
        return _page(request, "parts", found, status=400, **partshowing.context(found, forms))
    several.plan_parts(found, plans)
    actions.check_ready(found, ImportState.REHEARSING)
    return _to(actions.start(found, ImportState.REHEARSING, by=request.user))


@require_POST
@importer_only
def reading(request: HttpRequest, run: UUID) -> HttpResponse:
    """Read a table anew, with another encoding or other columns for the place of its rows."""
    found = _run(request, run)
    form = ReadingForm(request.POST)
    if form.is_valid():
        return _to(actions.read_table(found, form.cleaned_data, by=request.user))
    flash.error(request, str(next(iter(form.errors.values()))[0]))
    return _to(found, "place")


@require_POST
@importer_only
def place(request: HttpRequest, run: UUID) -> HttpResponse:
    """Take the coordinate reference system."""
    found = _run(request, run)
    if not found.is_planned:
        raise Conflict(_("Choose a layer first."))
    form = PlaceForm(request.POST)
    if form.is_valid():
        changed = form.change(found.planned)
        try:
            planning.check_place(changed, found.layer)
            if changed.placed_by:
                joining.find(changed, subject_of(request))
        except DomainError as error:
            form.add_error("srid", str(error.title))
        else:
            return _to(actions.plan(found, form.change), "raster" if found.is_raster else "fields")
    return _page(
        request,
        "place",
        found,
        status=400,
        **{**showing.context("place", found, subject_of(request)), "form": form},
    )


@require_POST
@importer_only
def fields(request: HttpRequest, run: UUID) -> HttpResponse:
    """Take title, key, audience, encoding and columns; then begin the dry run."""
    found = _run(request, run)
    if not found.is_planned:
        raise Conflict(_("Choose a layer first."))
    form = FieldsForm(request.POST, found.planned)
    if form.is_valid():
        try:
            planning.check(form.change(found.planned), found.layer)
            targets.find(form.change(found.planned), subject_of(request))
        except DomainError as error:
            form.add_error(None, str(error.title))
        else:
            planned = actions.plan(found, form.change)
            return _to(actions.start(planned, ImportState.REHEARSING, by=request.user))
    shown = showing.context("fields", found, subject_of(request), form)
    return _page(request, "fields", found, status=400, **{**shown, "form": form})


@require_POST
@importer_only
def raster(request: HttpRequest, run: UUID) -> HttpResponse:
    """Take what the raster shows, of which day and for whom; then begin to load it."""
    found = _run(request, run)
    if not found.is_planned or not found.is_raster:
        raise Conflict(_("Choose a layer first."))
    form = RasterForm(request.POST, found.planned, found.layer["raster"]["bands"])
    if form.is_valid():
        try:
            rasters.check(form.change(found.planned), found.layer)
        except DomainError as error:
            form.add_error(None, str(error.title))
        else:
            planned = actions.plan(found, form.change)
            return _to(actions.start(planned, ImportState.LOADING, by=request.user))
    return _page(
        request,
        "raster",
        found,
        status=400,
        **{**showing.context("raster", found, subject_of(request)), "form": form},
    )


@require_POST
@importer_only
def load(request: HttpRequest, run: UUID) -> HttpResponse:
    """Begin loading what the dry run has shown."""
    found = _run(request, run)
    actions.check_ready(found, ImportState.LOADING)
    return _to(actions.start(found, ImportState.LOADING, by=request.user))


@require_POST
@importer_only
def rehearse(request: HttpRequest, run: UUID) -> HttpResponse:
    """Repeat the dry run."""
    found = _run(request, run)
    actions.check_ready(found, ImportState.REHEARSING)
    return _to(actions.start(found, ImportState.REHEARSING, by=request.user))


@require_POST
@importer_only
def stop(request: HttpRequest, run: UUID) -> HttpResponse:
    """Cancel what is under way."""
    return _to(actions.stop(_run(request, run)))


@require_POST
@importer_only
def retry(request: HttpRequest, run: UUID) -> HttpResponse:
    """Inspect the kept file once more."""
    found = _run(request, run)
    if found.state not in (ImportState.REFUSED, ImportState.REMOVED):
        raise Conflict(_("This import needs no second attempt."))
    return _to(actions.retry(found, by=request.user))


@require_POST
@importer_only
def remove(request: HttpRequest, run: UUID) -> HttpResponse:
    """Delete the layer that the import made; or, if it made none, the import."""
    found = _run(request, run)
    if found.state == ImportState.LOADED and found.makes_layer:
        return _to(actions.start(found, ImportState.REMOVING, by=request.user))
    actions.forget(found)
    flash.success(request, _("The import was deleted."))
    return redirect("imports")


@require_GET
@importer_only
def refused(request: HttpRequest, run: UUID) -> Any:
    """Download the refused rows with their reasons."""
    found = _run(request, run)
    if not found.refused_path.exists():
        raise NotFound(_("No row of this import was refused."))
    return FileResponse(
        found.refused_path.open("rb"),
        as_attachment=True,
        filename=f"{found.slug}-refused.csv",
        content_type="text/csv; charset=utf-8",
    )
