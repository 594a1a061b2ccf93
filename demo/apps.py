"""How Django finds this app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The invented municipality for demonstrations, tests and benchmarks."""

    name = "demo"
