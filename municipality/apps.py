"""How Django finds this app."""

from django.apps import AppConfig


class MunicipalityConfig(AppConfig):
    """Which municipality this instance serves: names, grid, calendar, settings, districts."""

    name = "municipality"
