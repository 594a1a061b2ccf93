"""What there is to have rights on, told by the engine that keeps it (accounts stand below it)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from accounts.policy import Protected


class Field(Protocol):
    """A field of a target, with its name and title."""

    @property
    def name(self) -> str:
        """Return the name that rules use."""

    @property
    def title(self) -> Any:
        """Return the name for people."""


class Target(Protected, Protocol):
    """Something guarded that has a title and fields."""

    @property
    def title(self) -> Any:
        """Return the name for people."""

    @property
    def fields(self) -> tuple[Any, ...]:
        """Return the fields, each with `name` and `title`."""


Provider = Callable[[], Iterable[Target]]
_providers: list[Provider] = []


def provide(provider: Provider) -> None:
    """Name a function that lists targets; called once by an engine as it starts."""
    if provider not in _providers:
        _providers.append(provider)


def targets() -> Mapping[str, Target]:
    """Return every target by its id, in the order of the titles."""
    found = [target for provider in _providers for target in provider()]
    return {target.id: target for target in sorted(found, key=lambda target: str(target.title))}
