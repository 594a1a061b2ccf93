"""How Django finds this app."""

from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    """Queues of differences, declared by the apps above and worked by rounds and visits."""

    name = "reconciliation"
