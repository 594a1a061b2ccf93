"""The jobs of an import; each can be begun again from its start after the worker died."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext
from django_tasks import task

from accounts.authentication import subject_of_user
from core.acting import acting
from core.errors import DomainError
from jobs import progress
from layers.actions.datasets import forget_dataset, prepare_dataset
from layers.importing import rasters
from layers.importing.actions import choose_layer
from layers.importing.errors import ImportRefused
from layers.importing.models import ImportRun, ImportState
from layers.importing.reader.process import Reader
from layers.importing.reader.refusals import Refusal
from layers.importing.tables import Table
from layers.models import Dataset


def _guarded(run: ImportRun, work: Callable[[], dict[str, Any]], *, back_to: ImportState) -> dict[str, Any]:
    """Do the work; a refusal is kept with the import, in words of any language."""
    try:
        with acting(channel="import", request=f"import {run.pk}"):
            return work()
    except Refusal as refusal:
        error = ImportRefused.of(refusal)
    except ImportRefused as refused:
        error = refused
    except DomainError as other:
        # A right that was taken away since, a layer that is gone.
        error = ImportRefused("not_allowed", why=str(other.title))
    ImportRun.objects.filter(pk=run.pk).update(
        state=back_to, refusal={"code": error.code, "params": error.params}
    )
    return {"refused": str(error.title)}


@task()
def inspect(run_id: str) -> dict[str, Any]:
    """Find out what the file holds; with a single layer, plan it."""
    run = ImportRun.objects.get(pk=run_id)

    def work() -> dict[str, Any]:
        progress.report(0, None, gettext("Reading the file"))
        with Reader(run.path, name=run.file_name) as reader:
            reading = run.inspection.get("reading", {})
            found = reader.inspect(grid=settings.GRID_SRID, reading=reading)
        found["reading"] = reading
        run.inspection, run.state, run.refusal = found, ImportState.INSPECTED, {}
        run.save()
        usable = [layer for layer in found["layers"] if layer["has_geometry"]]
        run.plan = {}
        run.save()
        if len(usable) == 1:
            choose_layer(run, usable[0]["key"])
        return {"layers": [layer["name"] for layer in found["layers"]]}

    return _guarded(run, work, back_to=ImportState.REFUSED)


def _load(run: ImportRun, *, rehearse: bool) -> dict[str, Any]:
    from layers.importing.loading import Load

    total = run.layer["count"] if run.layer["count"] > 0 else None

    def told(read: int) -> None:
        progress.report(read, total, gettext("Reading features"))

    run.refused_path.unlink(missing_ok=True)
    with Reader(run.path, name=run.file_name) as reader:
        load = Load(
            reader,
            run.layer,
            run.planned,
            on_progress=told,
            refused_to=run.refused_path,
            subject=subject_of_user(cast(Any, run.owner), channel="import"),
            compared="" if rehearse else run.report.get("difference", {}).get("state", ""),
        )
        if rehearse:
            report = load.rehearse()
            run.state = ImportState.REHEARSED
        else:
            report = _keep(run, load)
    run.report, run.refusal = report.as_dict(), {}
    run.save()
    return {"slug": run.slug, "read": report.read, "loaded": report.loaded, "refused": report.refused}


def _keep(run: ImportRun, load: Any) -> Any:
    about = {"file_name": run.file_name, "file_sha256": run.sha256}
    with transaction.atomic():
        report = load.run(by=run.owner, about=about)
        run.state, run.report = ImportState.LOADED, report.as_dict()
        run.save()
    return report


@task()
def rehearse(run_id: str) -> dict[str, Any]:
    """Do everything that loading would do, and keep nothing but the report."""
    run = ImportRun.objects.get(pk=run_id)
    return _guarded(run, lambda: _load(run, rehearse=True), back_to=ImportState.INSPECTED)


@task()
def load(run_id: str) -> dict[str, Any]:
    """Load the layer and prepare it; begun again after its end, it finds itself done."""
    run = ImportRun.objects.get(pk=run_id)
    if run.is_raster:
        return _guarded(run, lambda: rasters.load(run), back_to=ImportState.INSPECTED)
    if run.state != ImportState.LOADED:
        done = _guarded(run, lambda: _load(run, rehearse=False), back_to=ImportState.INSPECTED)
        if "refused" in done:
            return done
    progress.report(run.report["loaded"], run.report["loaded"], gettext("Preparing search and overview"))
    _prepare(run.slug)
    return {name: run.report[name] for name in ("read", "loaded", "refused")} | {"slug": run.slug}


@task()
def prepare(slug: str) -> dict[str, Any]:
    """Make a layer that came by command quick to search and to draw."""
    _prepare(slug)
    return {"slug": slug}


def _prepare(slug: str) -> None:
    dataset = Dataset.objects.filter(slug=slug).first()
    if dataset is not None:
        with transaction.atomic():
            Table(dataset.relation.partition(".")[2], ()).prepare()
        prepare_dataset(slug=slug)


@task()
@transaction.atomic
def remove(run_id: str) -> dict[str, Any]:
    """Delete the imported layer: its table and its place in the catalogue. The file is kept."""
    run = ImportRun.objects.select_for_update().get(pk=run_id)
    if run.is_raster:
        return rasters.remove(run)
    dataset = Dataset.objects.filter(slug=run.slug).first()
    if dataset is not None:
        Table(dataset.relation.partition(".")[2], ()).drop()
        forget_dataset(slug=run.slug)
    run.state = ImportState.REMOVED
    run.save()
    return {"slug": run.slug}
