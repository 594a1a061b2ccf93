"""The web server's entry point."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisportal.settings")
os.environ.setdefault("GISPORTAL_ROLE", "web")

from django.core.wsgi import get_wsgi_application

# Settings and apps are ready only after this.
_django = get_wsgi_application()

from layers.tiles.front import TileFront  # noqa: E402
from operations.metrics import REQUESTS, SECONDS  # noqa: E402


def _observe(method: str, route: str, status: int, seconds: float) -> None:
    REQUESTS.labels(method, route, status).inc()
    SECONDS.labels(route).observe(seconds)


application = TileFront(_django, _observe)
