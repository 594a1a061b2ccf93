"""How Django finds this app."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LayersConfig(AppConfig):
    """The catalogue: tiles, features, search, import and export of any collection."""

    name = "layers"

    def ready(self) -> None:
        """Watch the tables of declared collections as soon as migrations have made them."""
        post_migrate.connect(_watch_declared, sender=self)


def _watch_declared(using: str, **_kwargs: Any) -> None:
    from layers import registry
    from layers.versions import watch_all

    if using == "default":
        watch_all(registry.relations())
