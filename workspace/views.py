"""The staff workspace."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.policy import subject_of
from accounts.roles import Role
from core.errors import Forbidden
from workspace.navigation import entries_for

from accounts.access import for_staff


@for_staff
def home(request: HttpRequest) -> HttpResponse:
    """Show the staff map with its tables, and what this person's roles can do now."""
    subject = subject_of(request)
    if not subject.is_staff:
        raise Forbidden(_("The workspace is for the municipality's staff."))
    labels = dict(Role.choices)
    return render(
        request,
        "workspace/home.html",
        {
            "entries": [entry for entry in entries_for(subject.roles) if entry.url != request.path],
            "roles": [labels[role] for role in sorted(subject.roles)],
        },
    )
