"""The portal's API under `/api/v1/`: one document, one error form, each app's own router."""

import re
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from psycopg2.errors import NumericValueOutOfRange

from core.errors import DomainError, Unprocessable
from core.middleware import problem

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class TextParser(Parser):
    """Reads JSON whose texts a database can hold: none with a NUL in it."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return what the body says; what is raised becomes a refusal of the body."""
        if _NUL.search(request.body):
            raise ValueError("NUL in a text")
        return super().parse_body(request)


api = NinjaAPI(
    title="GIS Portal",
    version="1",
    urls_namespace="api",
    openapi_url="/openapi.json",
    docs_url="/docs",
    parser=TextParser(),
)


@api.exception_handler(DomainError)
def refuse(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer a refusal as a problem document."""
    return problem(error)


@api.exception_handler(ValidationError)
def refuse_input(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer input that does not fit its schema, naming each field."""
    fields = {".".join(str(part) for part in fault["loc"][1:]): fault["msg"] for fault in error.errors}
    return problem(Unprocessable(_("The request does not fit."), fields=fields))


@api.exception_handler(HttpError)
def refuse_body(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer a body that cannot be read."""
    found = DomainError(_("The request cannot be read."))
    found.status = error.status_code
    return problem(found)


@api.exception_handler(DataError)
def refuse_value(request: HttpRequest, error: DataError) -> HttpResponse:
    """Answer a number that no column can hold; any other value that a database refuses is a fault of ours."""
    if not isinstance(error.__cause__, NumericValueOutOfRange):
        raise error
    return problem(Unprocessable(_("A number in the request is too large.")))


# Each app offers its part as `router` in `<app>/api.py`; an engine never has to know who does.
for app in apps.get_app_configs():
    if find_spec(f"{app.name}.api") and not app.name.startswith(("django.", "allauth")):
        router = getattr(import_module(f"{app.name}.api"), "router", None)
        if router is not None:
            api.add_router("/v1", router)
