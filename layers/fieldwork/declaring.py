"""How rows of a register with rules of its own come back: an app says so in `<app>/fieldwork.py`.

Such a module lists `WRITERS`: a function by the id of a collection, called with `by`, `key` (None
for a new row), `version`, `properties`, `geometry` (GeoJSON, or `AS_IT_WAS`) and `srid`; it returns
`Written` or refuses with a `DomainError`. Layers that are `writable` need none.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from layers.actions.features import Written

Writer = Callable[..., Written]


@cache
def writers() -> Mapping[str, Writer]:
    """Return the declared writers by the id of their collection."""
    found: dict[str, Writer] = {}
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, "fieldwork"):
            found |= getattr(import_module(f"{config.name}.fieldwork"), "WRITERS", {})
    return found
