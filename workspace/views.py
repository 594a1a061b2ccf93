"""The staff workspace."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import for_staff
from accounts.policy import subject_of
from accounts.roles import Role
from municipality.basemap import allow_basemap
from workspace.navigation import entries_for


@for_staff
def home(request: HttpRequest) -> HttpResponse:
    """Show the staff map with its tables, and what this person's roles can do now."""
    subject = subject_of(request)
    labels = dict(Role.choices)
    page = render(
        request,
        "workspace/home.html",
        {
            "entries": [entry for entry in entries_for(subject.roles) if entry.url != request.path],
            "roles": [labels[role] for role in sorted(subject.roles)],
        },
    )
    return allow_basemap(page)
