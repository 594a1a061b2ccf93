"""Who is acting, and through which door: known to everything that a request, job or command calls."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

# web: a person's browser; api: a program with a token; import: a file being loaded;
# job: other background work; command: manage.py.
CHANNELS = ("web", "api", "import", "job", "command")


@dataclass(frozen=True)
class Acting:
    """One actor (a user's id, or None) on one channel, under one request and legal record."""

    actor: int | None = None
    channel: str = "command"
    request: str = ""
    record: str = ""


_NOBODY = Acting()
_now: ContextVar[Acting] = ContextVar("acting", default=_NOBODY)


def current() -> Acting:
    """Return who is acting."""
    return _now.get()


@contextmanager
def acting(
    user: Any = None, channel: str | None = None, *, request: str | None = None, record: str | None = None
) -> Iterator[Acting]:
    """Act as a user (object or id) on a channel inside the block; what is not given stays as it was.

    Every row changed in the block is logged with it by the database's audit triggers.
    """
    before = _now.get()
    after = Acting(
        before.actor if user is None else getattr(user, "pk", user),
        before.channel if channel is None else channel,
        before.request if request is None else request,
        before.record if record is None else record,
    )
    if after.channel not in CHANNELS:
        raise ValueError(f"unknown channel {after.channel!r}")
    token = _now.set(after)
    try:
        yield after
    finally:
        _now.reset(token)
