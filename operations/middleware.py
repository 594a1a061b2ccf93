"""Counting requests and their time by route."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from operations.metrics import REQUESTS, SECONDS

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestMetricsMiddleware:
    """Counts every request under the route that answered it, never under the raw address."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        route = match.route if match else "unknown"
        REQUESTS.labels(request.method, route, response.status_code).inc()
        SECONDS.labels(route).observe(time.perf_counter() - began)
        return response
