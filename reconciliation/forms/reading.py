"""An XLSForm file read into what the phone asks; pyxform has the last word on whether it is one.

What is left to other ODK tools (Collect, Enketo) is the XForm that pyxform makes of the same file.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.workbooks import require_xlsx
from reconciliation.forms.faults import BrokenForm, Fault
from reconciliation.forms.questions import Json, Reading, choices_of

MOST_ROWS = 500
_ROW = re.compile(r"\[row : (\d+)\]\s*")
_SHEET = re.compile(r"On the '(\w+)' sheet, the '(\w+)' value")


@dataclass(frozen=True)
class Form:
    """A form as it was read: its title, its questions as JSON, and the XForm for other tools."""

    title: str
    questions: list[Json]
    xform: str


def read(body: bytes) -> Form:
    """Read an XLSX file with an XLSForm; raises `BrokenForm` with every fault by sheet, row and column."""
    require_xlsx(body)
    from pyxform.errors import PyXFormError
    from pyxform.xls2json_backends import get_xlsform
    from pyxform.xls2xform import convert

    try:
        book = get_xlsform(body, file_type=".xlsx")
    except (PyXFormError, ValueError, IndexError, SyntaxError, AttributeError) as error:
        raise BrokenForm([Fault("", 0, "", _("This is no XLSX file."))]) from error
    questions = _questions(book)
    try:
        made = convert(body, file_type=".xlsx", form_name="visit")
    except PyXFormError as refusal:
        raise BrokenForm([_by_pyxform(str(refusal))]) from refusal
    settings = (book.settings or [{}])[0]
    title = str(settings.get("form_title") or settings.get("title") or "")[:200]
    return Form(title, questions, made.xform)


def _questions(book: Any) -> list[Json]:
    survey, choices = list(book.survey or []), list(book.choices or [])
    if not survey:
        raise BrokenForm([Fault("survey", 0, "", _("The sheet “survey” is missing or empty."))])
    if len(survey) > MOST_ROWS:
        raise BrokenForm([Fault("survey", MOST_ROWS, "", _("A form has at most 500 rows."))])
    faults: list[Fault] = []
    reading = Reading(choices_of(choices, faults))
    missing = {"type", "name"} - {name for header in book.survey_header for name in header}
    if missing:
        faults += [Fault("survey", 1, name, _("This column is missing.")) for name in sorted(missing)]
        raise BrokenForm(faults)
    for number, row in enumerate(survey, start=2):
        reading.take(number, row)
    reading.end()
    if faults := reading.faults + faults:
        raise BrokenForm(faults)
    return reading.questions


def _by_pyxform(said: str) -> Fault:
    row, place = _ROW.search(said), _SHEET.search(said)
    return Fault(
        place[1] if place else "survey", int(row[1]) if row else 0, place[2] if place else "",
        _("pyxform does not take it: %(said)s") % {"said": _ROW.sub("", said)[:500]},
    )  # fmt: skip
