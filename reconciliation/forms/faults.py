"""What is wrong in a form, by sheet, row and column."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Unprocessable


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong; row 1 holds the columns' names, row 0 is the sheet as a whole."""

    sheet: str
    row: int
    column: str
    text: Any


class BrokenForm(Unprocessable):
    """A form that is not taken; `faults` says why, cell by cell."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(
            _("The form is not taken: it has faults."),
            fields={f"{one.sheet} {one.row} {one.column}".strip(): one.text for one in faults},
        )
        self.faults = list(faults)
