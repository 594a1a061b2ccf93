"""How Django finds this app."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """Zoning."""

    name = "planning"
