"""The public map and the page that shows every component."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.policy import subject_of
from municipality.basemap import allow_basemap

COLOURS = [
    "ground",
    "sunk",
    "surface",
    "ink",
    "ink-2",
    "ink-3",
    "line",
    "line-2",
    "accent",
    "accent-tint",
    "draft",
    "draft-tint",
    "block",
    "block-tint",
    "warn",
    "warn-tint",
    "ok",
    "ok-tint",
    "info",
    "info-tint",
]


def viewer(request: HttpRequest) -> HttpResponse:
    """Show the map that is open to everybody."""
    page = render(request, "portal/viewer.html", {"is_staff_member": subject_of(request).is_staff})
    return allow_basemap(page)


@login_required
def my_page(request: HttpRequest) -> HttpResponse:
    """Show a person what the portal keeps for them: their account, their language, their way to the map."""
    return render(request, "portal/my.html", {"is_staff_member": subject_of(request).is_staff})


def design(request: HttpRequest) -> HttpResponse:
    """Show every component of the interface, as docs/design.md describes them."""
    return render(request, "portal/design.html", {"colours": COLOURS})
