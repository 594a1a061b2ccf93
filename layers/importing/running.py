"""One import carried out: rehearsed or loaded, and a refusal kept with it."""

from collections.abc import Callable
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext

from accounts.authentication import subject_of_user
from core.acting import acting
from core.errors import DomainError
from jobs import progress
from layers.actions.datasets import prepare_dataset
from layers.importing.errors import ImportRefused
from layers.importing.models import ImportRun, ImportState
from layers.importing.reader.process import Reader
from layers.importing.reader.refusals import Refusal
from layers.importing.tables import Table
from layers.models import Dataset


def guarded(run: ImportRun, work: Callable[[], dict[str, Any]], *, back_to: ImportState) -> dict[str, Any]:
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


def carry_out(run: ImportRun, *, rehearse: bool, doing: str = "") -> dict[str, Any]:
    """Rehearse or load what is planned; `doing` is what the progress says."""
    from layers.importing.loading import Load

    total = run.layer["count"] if run.layer["count"] > 0 else None

    def told(read: int) -> None:
        progress.report(read, total, doing or gettext("Reading features"))

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


def make_quick(slug: str) -> None:
    """Make a loaded layer quick to search and to draw, also from afar."""
    dataset = Dataset.objects.filter(slug=slug).first()
    if dataset is not None:
        with transaction.atomic():
            Table(dataset.relation.partition(".")[2], ()).prepare()
        prepare_dataset(slug=slug)
