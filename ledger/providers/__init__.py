"""Payment providers: what each must be able to do, and the one that comes with the portal."""

from ledger.providers.base import Provider
from ledger.providers.local import LocalTestProvider

PROVIDERS: dict[str, Provider] = {"test": LocalTestProvider()}


def provider(name: str) -> Provider:
    """Return a provider by its name."""
    return PROVIDERS[name]
