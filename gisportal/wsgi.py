"""The web server's entry point."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisportal.settings")
os.environ.setdefault("GISPORTAL_ROLE", "web")

from django.core.wsgi import get_wsgi_application

# Settings and apps are ready only after this.
_django = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402

from layers.tiles.front import TileFront  # noqa: E402
from operations.metrics import REQUESTS, SECONDS  # noqa: E402


def _observe(method: str, route: str, status: int, seconds: float) -> None:
    REQUESTS.labels(method, route, status).inc()
    SECONDS.labels(route).observe(seconds)


def _settle() -> None:
    """Load every page's code now, and keep it out of later searches for garbage: each held a page up by 0.1 s."""
    list(get_resolver().url_patterns)
    gc.collect()
    gc.freeze()


_settle()
application = TileFront(_django, _observe)
