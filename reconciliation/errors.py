"""What the queues refuse."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, PreconditionFailed


class StaleCase(PreconditionFailed):
    """Somebody else has worked on the case; `current` is what it is now."""

    def __init__(self, current: Any) -> None:
        super().__init__(
            _("Somebody else has worked on this case meanwhile."),
            detail=_("Look at what it is now, then decide again."),
        )
        self.current = current


class Overtaken(Conflict):
    """Somebody decided on the case while the visitor was out; `differences` holds both answers, by field."""

    def __init__(self, version: int, differences: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__(
            _("Somebody else has closed this case meanwhile."),
            detail=_("Look at both answers and choose."),
        )
        self.version = version
        self.differences = differences
