"""How Django finds this app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Long work in the background, with progress, cancel and attempts."""

    name = "jobs"
