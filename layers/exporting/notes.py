"""What a format could not hold, told with the file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

NOTES: Mapping[str, Any] = {
    "shapefile_names": _("A shapefile cuts names of fields after ten characters: %(fields)s."),
    "shapefile_texts": _("A shapefile cuts texts after %(limit)s bytes; Arabic takes two for a letter."),
    "shapefile_times": _("A shapefile keeps times as text."),
    "xlsx_shapes": _(
        "%(count)s shapes are too long for a cell and were left out; take another format for them."
    ),
    "dxf_attributes": _("A drawing holds no attributes: only shapes, and the label as text."),
    "placeless": _("%(count)s features have no place and are not in the drawing."),
}


@dataclass
class Written:
    """How many features were written, and what is to be known about the file."""

    count: int
    notes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def sentences(self) -> list[str]:
        """Return the notes in the active language."""
        return [str(NOTES[one["code"]]) % one["params"] for one in self.notes]


def note(code: str, **params: Any) -> dict[str, Any]:
    """Return a note."""
    return {"code": code, "params": params}
