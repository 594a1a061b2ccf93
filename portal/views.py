"""The public map and the page that shows every component."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate

from accounts.policy import subject_of
from municipality.basemap import allow_basemap
from parties.finding import party_of
from portal import own

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
    """Show a person what the portal keeps for them: what they owe and have paid, and their account."""
    subject = subject_of(request)
    context = {"is_staff_member": subject.is_staff, **own.record(party_of(subject.user_id), on=localdate())}
    return render(request, "portal/my.html", context)


def design(request: HttpRequest) -> HttpResponse:
    """Show every component of the interface, as docs/design.md describes them."""
    return render(request, "portal/design.html", {"colours": COLOURS})
