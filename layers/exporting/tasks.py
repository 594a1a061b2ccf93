"""Large exports: a file made by a job, kept for a week, given only to whom it was made for."""

import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.translation import gettext
from django_tasks import task

from accounts.authentication import subject_of_user
from accounts.policy import Subject
from accounts.subjects import viewing_as
from layers.exporting import wanted

KEPT_S = 7 * 24 * 3600


def folder() -> Path:
    """Return where the files of exports are kept."""
    return Path(settings.MEDIA_ROOT) / "exports"


def subject_again(user_id: int, acting_as: str | None, verbs: list[str] | None) -> Subject:
    """Return who asked, with the rights of now, limited as then."""
    subject = subject_of_user(get_user_model().objects.get(pk=user_id))
    if acting_as:
        return viewing_as(subject, acting_as)
    return subject if verbs is None else replace(subject, verbs=frozenset(verbs))


@task()
def write(key: str, asker: dict[str, Any], collection: str, parameters: dict[str, str]) -> dict[str, Any]:
    """Write the file of an export under its key; begun again, it writes it anew."""
    forget_old()
    asked = wanted.read(subject_again(**asker), collection, parameters)
    place = folder() / key
    place.mkdir(parents=True, exist_ok=True)
    written = asked.write(place / asked.file_name)
    result = {gettext("features"): written.count, "file": f"/exports/{key}/"}
    return result | ({gettext("notes"): " ".join(written.sentences)} if written.notes else {})


def forget_old() -> None:
    """Take away the files of exports that nobody may fetch any more."""
    for one in folder().glob("*"):
        if time.time() - one.stat().st_mtime > KEPT_S:
            shutil.rmtree(one, ignore_errors=True)
