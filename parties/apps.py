"""How Django finds this app."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """Persons and organisations, and the citizen's single record as links."""

    name = "parties"
