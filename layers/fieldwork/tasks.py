"""Packages for the field, written by a job and kept for a week for whoever asked."""

from typing import Any

from django.utils.translation import gettext_noop
from django_tasks import task

from layers.exporting.tasks import folder, forget_old, subject_again
from layers.fieldwork.packing import NAME, pack


@task()
def take_along(key: str, asker: dict[str, Any]) -> dict[str, Any]:
    """Write the package under its key; begun again, it is written anew."""
    forget_old()
    place = folder() / key
    place.mkdir(parents=True, exist_ok=True)
    partial = place / ".partial.gpkg"
    partial.unlink(missing_ok=True)
    _number, counts = pack(subject_again(**asker), partial)
    partial.replace(place / NAME)
    return {
        gettext_noop("layers"): len(counts),
        gettext_noop("features"): sum(counts.values()),
        gettext_noop("file"): f"/staff/field/{key}/",
    }
