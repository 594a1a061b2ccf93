"""How Django finds this app."""

from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LayersConfig(AppConfig):
    """The catalogue: tiles, features, search, import and export of any collection."""

    name = "layers"

    def ready(self) -> None:
        """Prepare the tables of declared collections as soon as migrations have made them."""
        post_migrate.connect(_prepare_declared, sender=self)
        from accounts import targets

        targets.provide(_collections)


def _collections() -> Iterable[Any]:
    from layers import registry

    return registry.catalogue().collections.values()


def _prepare_declared(using: str, **_kwargs: Any) -> None:
    from layers import registry
    from layers.searching import ensure_indexes
    from layers.versions import exists, watch

    if using != "default" or not exists("layers_touch"):
        return
    for one in registry.declared().values():
        if exists(one.relation):
            watch(one.relation, one.tile_geometry if one.has_geometry else "")
            ensure_indexes(one)
    registry.forget()
