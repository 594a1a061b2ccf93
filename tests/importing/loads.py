"""Loading in tests: a file to a layer in one call, as the command does it."""

from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.policy import Subject
from layers.importing import planning
from layers.importing.loading import SYSTEM, Load
from layers.importing.reader.limits import Limits
from layers.importing.reader.process import Reader
from layers.importing.reporting import Report


def inspect(path: Path, **how: Any) -> dict[str, Any]:
    """Return what is found in a file."""
    with Reader(path, **how) as reader:
        return reader.inspect(grid=settings.GRID_SRID)


def load(
    path: Path,
    slug: str = "test-layer",
    *,
    layer: str | None = None,
    rehearse: bool = False,
    limits: Limits | None = None,
    refused_to: Path | None = None,
    subject: Subject = SYSTEM,
    reader: type[Reader] = Reader,
    **changes: Any,
) -> Report:
    """Load a file, or rehearse it, with a plan changed as given."""
    with reader(path, limits=limits) as opened:
        found = planning.find_layer(opened.inspect(grid=settings.GRID_SRID), layer)
        plan = planning.propose(found, slug=slug).with_(**changes)
        doing = Load(opened, found, plan, refused_to=refused_to, subject=subject)
        return doing.rehearse() if rehearse else doing.run(by=None)
