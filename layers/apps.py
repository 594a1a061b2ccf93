"""How Django finds this app."""

from django.apps import AppConfig


class LayersConfig(AppConfig):
    """The catalogue: tiles, features, search, import and export of any collection."""

    name = "layers"
