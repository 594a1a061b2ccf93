"""The short way of the public's tiles, before Django makes a request of them (ADR 0023)."""

import re
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from django.conf import settings

from core.errors import DomainError
from layers import moments
from layers.tiles.grid import Tile
from layers.tiles.serving import anybody, serve
from layers.tiles.views import CONTENT_TYPE

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Observer = Callable[[str, str, int, float], None]
ROUTE = "tiles/<slug:collection>/<int:z>/<int:x>/<int:y>.mvt"
_PATH = re.compile(r"/tiles/([-\w]{1,63})/(\d{1,2})/(\d{1,7})/(\d{1,7})\.mvt", re.ASCII)


class TileFront:
    """Answer tiles for requests that bring neither session nor token; hand all others on.

    The permission is asked as on the long way, by the same code. Whatever is not a plain success
    (refusals, redirects to TLS, people who are signed in) takes the long way.
    """

    def __init__(self, application: Application, observe: Observer | None = None) -> None:
        self.application = application
        self.observe = observe

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one WSGI request."""
        found = _PATH.fullmatch(environ.get("PATH_INFO", ""))
        if found is None or not _is_plain(environ):
            return self.application(environ, start_response)
        began = perf_counter()
        try:
            answer = serve(anybody, found[1], Tile.at(int(found[2]), int(found[3]), int(found[4])))
        except DomainError:
            return self.application(environ, start_response)
        headers = [*answer.headers, ("X-Content-Type-Options", "nosniff")]
        status, body = "200 OK", answer.body
        if answer.is_held(environ.get("HTTP_IF_NONE_MATCH", "")):
            status, body = "304 Not Modified", b""
        elif not body:
            status = "204 No Content"
        else:
            headers += [("Content-Type", CONTENT_TYPE), ("Content-Length", str(len(body)))]
        if self.observe:
            self.observe(environ["REQUEST_METHOD"], ROUTE, int(status[:3]), perf_counter() - began)
        start_response(status, headers)
        return [body] if body and environ["REQUEST_METHOD"] == "GET" else []


def _is_plain(environ: Environ) -> bool:
    return (
        environ["REQUEST_METHOD"] in ("GET", "HEAD")
        and "HTTP_AUTHORIZATION" not in environ
        and moments.PARAMETER not in environ.get("QUERY_STRING", "")
        and settings.SESSION_COOKIE_NAME not in environ.get("HTTP_COOKIE", "")
        and (not settings.SECURE_SSL_REDIRECT or _is_secure(environ))
    )


def _is_secure(environ: Environ) -> bool:
    header, value = settings.SECURE_PROXY_SSL_HEADER or ("", "")
    return environ.get("wsgi.url_scheme") == "https" or bool(header and environ.get(header) == value)
