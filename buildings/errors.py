"""What the building register refuses."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import PreconditionFailed


class StaleRow(PreconditionFailed):
    """The row changed since it was read; `current` is what it is now."""

    def __init__(self, current: Any) -> None:
        super().__init__(
            _("Somebody else has changed this meanwhile."),
            detail=_("Nothing was saved. Look at what it is now, then change it again."),
        )
        self.current = current
