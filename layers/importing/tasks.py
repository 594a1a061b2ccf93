"""The jobs of an import; each can be begun again from its start after the worker died."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext
from django_tasks import task

from jobs import progress
from layers.actions.datasets import forget_dataset
from layers.importing import rasters, several
from layers.importing.actions import choose_layer
from layers.importing.models import ImportRun, ImportState
from layers.importing.reader.process import Reader
from layers.importing.running import carry_out, guarded, make_quick
from layers.importing.tables import Table
from layers.models import Dataset


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

    return guarded(run, work, back_to=ImportState.REFUSED)


@task()
def rehearse(run_id: str) -> dict[str, Any]:
    """Do everything that loading would do, and keep nothing but the report."""
    run = ImportRun.objects.get(pk=run_id)
    if run.is_several:
        return several.carry_out_parts(run, rehearse=True)
    return guarded(run, lambda: carry_out(run, rehearse=True), back_to=ImportState.INSPECTED)


@task()
def load(run_id: str) -> dict[str, Any]:
    """Load the layer and prepare it; begun again after its end, it finds itself done."""
    run = ImportRun.objects.get(pk=run_id)
    if run.is_raster:
        return guarded(run, lambda: rasters.load(run), back_to=ImportState.INSPECTED)
    if run.is_several:
        return several.carry_out_parts(run, rehearse=False)
    if run.state != ImportState.LOADED:
        done = guarded(run, lambda: carry_out(run, rehearse=False), back_to=ImportState.INSPECTED)
        if "refused" in done:
            return done
    progress.report(run.report["loaded"], run.report["loaded"], gettext("Preparing search and overview"))
    make_quick(run.slug)
    return {name: run.report[name] for name in ("read", "loaded", "refused")} | {"slug": run.slug}


@task()
def prepare(slug: str) -> dict[str, Any]:
    """Make a layer that came by command quick to search and to draw."""
    make_quick(slug)
    return {"slug": slug}


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
