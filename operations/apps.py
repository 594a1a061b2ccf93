"""How Django finds this app."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Backup, restore, the promises checked, health and measurements."""

    name = "operations"
