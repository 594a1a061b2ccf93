"""What an operation says no to, and where on the map."""

from typing import Any

from core.errors import Unprocessable


class GeometryRefused(Unprocessable):
    """The shapes do not allow what was asked; `code` names the reason, `place` is an (x, y) or None."""

    def __init__(
        self, code: str, title: Any, *, detail: Any = "", place: tuple[float, float] | None = None
    ) -> None:
        super().__init__(title, detail=detail, fields={"geometry": detail or title})
        self.code = code
        self.place = place
