"""Who acts in a web or API request, and the request's name in the log."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.authentication import channel_of
from core import acting

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class ActingMiddleware:
    """Act as the request's user; every answer to a change carries the request's name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Name the user only for requests that may change something: reading the session costs."""
        name = uuid.uuid4().hex
        request.request_name = name  # type: ignore[attr-defined]
        user = request.user.pk if request.method not in SAFE_METHODS else None
        with acting.acting(user, channel_of(request), request=name):
            response = self.get_response(request)
        response.headers.setdefault("X-Request-Id", name)
        return response
