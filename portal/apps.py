"""How Django finds this app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The public map and the citizen area."""

    name = "portal"
