"""How Django finds this app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Money, text, errors, PostGIS functions: what two apps need. No models."""

    name = "core"
