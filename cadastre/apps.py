"""How Django finds this app."""

from django.apps import AppConfig


class CadastreConfig(AppConfig):
    """Parcels, basins, streets and their history."""

    name = "cadastre"
