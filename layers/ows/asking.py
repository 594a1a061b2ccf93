"""Requests as key-value pairs of any case, and refusals as these clients know them."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, NotFound
from layers.ogc.systems import LONLAT, System, offered

Parameters = Mapping[str, str]
Answering = Callable[[HttpRequest, Parameters], HttpResponse]


class Refused(DomainError):
    """A request that is refused with a code and the parameter that is at fault (OWS Common, 8)."""

    def __init__(self, code: str, locator: str, why: Any, *, status: int = 400) -> None:
        super().__init__(why)
        self.code, self.locator, self.status = code, locator, status


def parameters(request: HttpRequest) -> dict[str, str]:
    """Return the parameters by their names in small letters."""
    return {name.lower(): str(value) for name, value in request.GET.items()}


def answering(template: str, kind: str) -> Callable[[Answering], Callable[[HttpRequest], HttpResponse]]:
    """Answer GET alone; put a refusal of any part of the portal into the service's own document."""

    def decorate(view: Answering) -> Callable[[HttpRequest], HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponse:
            try:
                if request.method not in ("GET", "HEAD"):
                    raise Refused(
                        "OperationNotSupported", "", _("Ask by GET; nothing is written here."), status=405
                    )
                response = view(request, parameters(request))
            except DomainError as error:
                response = _report(request, error, template, kind)
            response["Cache-Control"] = "private, no-cache"
            response["Vary"] = "Cookie, Authorization, Accept-Language"
            return response

        return guarded

    return decorate


def _report(request: HttpRequest, error: DomainError, template: str, kind: str) -> HttpResponse:
    words = [str(error.title), str(error.detail), *(str(why) for why in error.fields.values())]
    context = {
        "code": getattr(
            error, "code", "NotFound" if isinstance(error, NotFound) else "InvalidParameterValue"
        ),
        "locator": getattr(error, "locator", ", ".join(error.fields)),
        "words": " ".join(word for word in words if word),
    }
    return render(request, template, context, content_type=kind, status=error.status)


def need(asked: Parameters, name: str) -> str:
    """Return a parameter that must be there."""
    value = asked.get(name, "").strip()
    if not value:
        raise Refused("MissingParameterValue", name, _("This parameter is missing."))
    return value


def whole(asked: Parameters, name: str, usual: int, least: int, most: int) -> int:
    """Return a whole number within limits."""
    written = asked.get(name, "").strip()
    if not written:
        return usual
    try:
        value = int(written)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise Refused(
            "InvalidParameterValue",
            name,
            _("A whole number from %(least)s to %(most)s is wanted.") % {"least": least, "most": most},
        )
    return value


def numbers(name: str, written: str, count: int) -> list[float]:
    """Return so many finite numbers, separated by commas."""
    try:
        found = [float(part) for part in written.split(",")]
    except ValueError:
        found = []
    if len(found) != count or not all(abs(one) < 1e12 for one in found):
        raise Refused("InvalidParameterValue", name, _("A box is written as four numbers with commas."))
    return found


def system(name: str, written: str, *, plain_is_lonlat: bool) -> System:
    """Return the reference system of a URN, URI or [EPSG:28191].

    `EPSG:4326` alone means longitude first in WFS, as its clients have it, and latitude first in WMS
    1.3 (6.7.3.3); the URN always latitude first.
    """
    said = written.strip()
    code = said.replace("/", ":").rsplit(":", 1)[-1].upper()
    if code in ("CRS84", "84") and "EPSG" not in said.upper():
        return LONLAT
    if said.upper() == "EPSG:4326" and plain_is_lonlat:
        return LONLAT
    for one in offered():
        if one is not LONLAT and "EPSG" in said.upper() and code == str(one.srid):
            return one
    raise Refused("InvalidParameterValue", name, _("This reference system is not offered here."))
