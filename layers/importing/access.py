"""Who may import, and which imports a person sees."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.policy import Role, Subject, Verb, subject_of
from core.errors import Forbidden, NotFound
from layers.importing.models import ImportRun

IMPORTERS = frozenset({Role.ADMIN.value, Role.ENGINEER.value, Role.SURVEYOR.value, Role.NETWORK.value})


def require_importer(subject: Subject) -> None:
    """Raise `Forbidden` for whoever may not import; a token needs the right to change things."""
    narrowed = subject.verbs is not None and Verb.EDIT not in subject.verbs
    if not (subject.roles & IMPORTERS) or narrowed:
        raise Forbidden(
            _("You may not import layers."),
            detail=_("Engineers, surveyors, network operators and administrators may."),
        )


def visible_runs(subject: Subject) -> QuerySet[ImportRun]:
    """Return the imports that somebody sees: their own, an administrator all."""
    runs = ImportRun.objects.select_related("job", "owner")
    return runs if subject.is_admin else runs.filter(owner_id=subject.user_id)


def find_run(subject: Subject, run_id: UUID) -> ImportRun:
    """Return one import; `NotFound` for another person's."""
    found = visible_runs(subject).filter(pk=run_id).first()
    if found is None:
        raise NotFound(_("There is no such import."))
    return found


def importer_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let only importers in; others are sent to sign in, or refused."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require_importer(subject_of(request))
        return view(request, *args, **kwargs)

    return guarded
