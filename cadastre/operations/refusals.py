"""What an operation says no to, and where on the map."""

from typing import Any

from django.utils.translation import gettext as _

from core.errors import Unprocessable


class GeometryRefused(Unprocessable):
    """The shapes do not allow what was asked; `code` names the reason, `place` is an (x, y) or None.

    Without another detail, the place is told in words.
    """

    def __init__(
        self, code: str, title: Any, *, detail: Any = "", place: tuple[float, float] | None = None
    ) -> None:
        detail = detail or (told(place) if place else "")
        super().__init__(title, detail=detail, fields={"geometry": detail or title})
        self.code = code
        self.place = place


def told(place: tuple[float, float]) -> str:
    """Return where a place is, in the grid's own figures."""
    return _("Place: east %(east).2f, north %(north).2f.") % {"east": place[0], "north": place[1]}
