"""The public map and the page that shows every component."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

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
    return render(request, "portal/viewer.html")


def design(request: HttpRequest) -> HttpResponse:
    """Show every component of the interface, as docs/design.md describes them."""
    return render(request, "portal/design.html", {"colours": COLOURS})
