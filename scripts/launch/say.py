"""What the launcher tells the person in front of it: progress with seconds, refusals in one sentence."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

STARTED = time.monotonic()


class Refusal(Exception):
    """Something that the launcher cannot do, said in one sentence with the way to mend it."""


def line(text: str) -> None:
    """Print one progress line, headed by the seconds since the start."""
    print(f"[{time.monotonic() - STARTED:6.1f} s] {text}", flush=True)


def plain(text: str) -> None:
    """Print text as it is, at once."""
    print(text, flush=True)


def refuse(text: object) -> None:
    """Print the last sentence of a launch that stops here."""
    sys.stdout.flush()
    print(f"Stopped: {text}", file=sys.stderr, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a step, and how long it took when that was more than a moment."""
    line(text)
    began = time.monotonic()
    yield
    seconds = time.monotonic() - began
    if seconds >= 1:
        line(f"  done in {seconds:.1f} s")
