"""Refusals of an import, as the rest of the portal knows refusals."""

from typing import Any

from core.errors import Unprocessable
from layers.importing import messages
from layers.importing.reader.refusals import Refusal


class ImportRefused(Unprocessable):
    """The file, or how it was asked to be loaded, is refused; nothing was made of it."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(messages.refusal(code, params))
        self.code, self.params = code, params

    @classmethod
    def of(cls, refusal: Refusal) -> "ImportRefused":
        """Put a refusal of the reading process into words."""
        return cls(refusal.code, **refusal.params)
