"""What the queues refuse."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import PreconditionFailed


class StaleCase(PreconditionFailed):
    """Somebody else has worked on the case; `current` is what it is now."""

    def __init__(self, current: Any) -> None:
        super().__init__(
            _("Somebody else has worked on this case meanwhile."),
            detail=_("Look at what it is now, then decide again."),
        )
        self.current = current
