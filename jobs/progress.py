"""How a job says how far it is, and learns that it must stop.

Progress is written on a connection of its own, so that it is seen while the job's transaction is
still open. Outside a worker the same calls go to whoever listens (a command's progress line).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

Listener = Callable[[int, int | None, str], None]


class Reporter(Protocol):
    """Takes progress and raises `jobs.Cancelled` or `jobs.HandedBack` when the job must stop."""

    def report(self, done: int, total: int | None, message: str) -> None:
        """Take one report."""


class _Listening:
    def __init__(self, listener: Listener) -> None:
        self.listener = listener

    def report(self, done: int, total: int | None, message: str) -> None:
        self.listener(done, total, message)


class _Throttled:
    """Passes on the first report, each new message, and otherwise one in a fifth of a second."""

    INTERVAL_S = 0.2

    def __init__(self, target: Reporter) -> None:
        self.target = target
        self.passed_at = 0.0
        self.message = ""

    def report(self, done: int, total: int | None, message: str) -> None:
        now = time.monotonic()
        if message == self.message and now - self.passed_at < self.INTERVAL_S and done != total:
            return
        self.passed_at, self.message = now, message
        self.target.report(done, total, message)


_reporter: ContextVar[Reporter | None] = ContextVar("reporter", default=None)


def report(done: int, total: int | None = None, message: object = "") -> None:
    """Say that `done` of `total` is done, and what is going on in the owner's language.

    Cheap to call often. Raises `jobs.Cancelled` when the job was cancelled and `jobs.HandedBack`
    when its worker is going away; let both pass through open transactions.
    """
    reporter = _reporter.get()
    if reporter is not None:
        reporter.report(done, total, str(message))


@contextmanager
def reporting_to(reporter: Reporter) -> Iterator[None]:
    """Send the block's progress to a reporter."""
    token = _reporter.set(_Throttled(reporter))
    try:
        yield
    finally:
        _reporter.reset(token)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Send the block's progress to a function of (done, total, message): for commands."""
    with reporting_to(_Listening(listener)):
        yield
