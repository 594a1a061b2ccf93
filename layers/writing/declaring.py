"""How rows of a register with rules of its own are written: an app says so in `<app>/writing.py`.

Such a module lists `WRITERS`: a `Writer` by the id of a collection. The attribute table, OGC API
Features and what comes back from the field then write through it. Layers that are `writable` need none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from layers.collections import Collection

# A geometry of None is "no place"; this is "as it was".
AS_IT_WAS: Any = object()


@dataclass(frozen=True)
class Written:
    """A feature's key and its version after a change."""

    key: int
    version: int


@dataclass(frozen=True, kw_only=True)
class Writer:
    """The rules of one register, for one row.

    `write` is called with `by`, `key` (None for a new row), `version`, `properties`, `geometry`
    (GeoJSON, or `AS_IT_WAS`) and `srid`; `retire` with `by`, `key` and `version`. Both refuse with a
    `DomainError`. `fields` are those that `write` takes; a new row may need others too (`new`).
    """

    write: Callable[..., Written]
    retire: Callable[..., None]
    fields: frozenset[str]
    new: frozenset[str] = frozenset()


@cache
def writers() -> Mapping[str, Writer]:
    """Return the declared writers by the id of their collection."""
    found: dict[str, Writer] = {}
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, "writing"):
            found |= getattr(import_module(f"{config.name}.writing"), "WRITERS", {})
    return found


def takes_rows(collection: Collection) -> bool:
    """Say whether rows of a collection can be written one by one at all."""
    return collection.writable or collection.id in writers()
