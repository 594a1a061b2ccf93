"""Every promise that the installed apps declare of their data."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

from core.integrity import Promise


def all_promises() -> list[Promise]:
    """Return the promises of all apps, by name."""
    modules = [
        f"{app.name}.integrity" for app in apps.get_app_configs() if find_spec(f"{app.name}.integrity")
    ]
    found = [promise for module in modules for promise in getattr(import_module(module), "PROMISES", ())]
    return sorted(found, key=lambda promise: promise.name)
