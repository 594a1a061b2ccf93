"""Addresses; each app keeps its own."""

from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.urls import include, path

from gisportal.api import api

ours = [app.name for app in apps.get_app_configs() if app.path.startswith(f"{settings.BASE_DIR}/{app.name}")]

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("api/", api.urls),
    *(path("", include(f"{app}.urls")) for app in ours if find_spec(f"{app}.urls")),
]
