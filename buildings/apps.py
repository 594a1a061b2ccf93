"""How Django finds this app."""

from django.apps import AppConfig


class BuildingsConfig(AppConfig):
    """The building register."""

    name = "buildings"
