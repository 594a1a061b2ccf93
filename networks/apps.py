"""How Django finds this app."""

from django.apps import AppConfig


class NetworksConfig(AppConfig):
    """Water, sewer and lighting networks."""

    name = "networks"
