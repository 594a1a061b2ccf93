"""Every queue there is: what the apps' `queues.py` modules declare."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType

from django.apps import apps
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext_lazy as _

from core.errors import NotFound
from reconciliation.declaring import Estimate, Queue


def _modules() -> Iterator[ModuleType]:
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, "queues"):
            yield import_module(f"{config.name}.queues")


@cache
def queues() -> Mapping[str, Queue]:
    """Return every declared queue by its key, in the order in which they are shown."""
    found: dict[str, Queue] = {}
    for one in (queue for module in _modules() for queue in getattr(module, "QUEUES", ())):
        if one.key in found:
            raise ValueError(f"two queues are called {one.key!r}")
        found[one.key] = one
    return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0])))


@cache
def estimates() -> Mapping[str, tuple[Estimate, ...]]:
    """Return the declared estimates by the queue that they are about."""
    found: dict[str, tuple[Estimate, ...]] = {}
    for one in (each for module in _modules() for each in getattr(module, "ESTIMATES", ())):
        found[one.queue] = (*found.get(one.queue, ()), one)
    return found


def find(key: str) -> Queue:
    """Return one queue, whoever may see it; `NotFound` where there is none."""
    found = queues().get(key)
    if found is None:
        raise unknown()
    return found


def unknown() -> NotFound:
    """Return the one refusal for a queue that is not there and for one that may not be seen."""
    return NotFound(_("There is no such queue."))
