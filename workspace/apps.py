"""How Django finds this app."""

from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    """The staff's map, registers and queues."""

    name = "workspace"
