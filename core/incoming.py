"""Tables that people bring, as CSV or XLSX: read into rows by the names of their columns."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.errors import Unprocessable
from core.workbooks import require_xlsx

# Each column under the names by which files may call it: in English, Arabic and French, then others.
Columns = Mapping[str, tuple[str, ...]]
Numbered = tuple[int, dict[str, Any]]


def numbered_rows(name: str, content: bytes, columns: Columns, *, at_most: int) -> list[Numbered]:
    """Return the rows that hold anything, each with its number in the file and its cells by column."""
    table = _table(name, content, at_most)
    places = _places([str(cell or "").strip() for cell in table[0]] if table else [], columns)
    found = []
    for number, cells in enumerate(table[1:], 2):
        values = {column: cells[place] if place < len(cells) else None for column, place in places.items()}
        if any(value not in (None, "") for value in values.values()):
            found.append((number, values))
    return found


def called(names: tuple[str, ...]) -> str:
    """Return a column's name in the reader's language."""
    languages = ("en", "ar", "fr")
    language = (get_language() or "en")[:2]
    return names[languages.index(language) if language in languages else 0]


def place(number: int, names: tuple[str, ...]) -> str:
    """Name a cell of the file to whom brought it."""
    return _("row %(number)s, %(column)s") % {"number": number, "column": called(names)}


def text_in(value: Any) -> str:
    """Read a cell as text; a spreadsheet makes numbers of what looks like one."""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else "" if value is None else value).strip()


def day_in(value: Any) -> date | None:
    """Read a cell as a day; None if it is none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return parse_date(str(value or "").strip())
    except ValueError:
        return None


def _table(name: str, content: bytes, at_most: int) -> list[Sequence[Any]]:
    try:
        if name.lower().endswith(".xlsx"):
            # Loaded here: few requests read a workbook.
            from openpyxl import load_workbook

            require_xlsx(content)
            sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
            return [
                row for row, _n in zip(sheet.iter_rows(values_only=True), range(at_most + 2), strict=False)
            ]
        text = content.decode("utf-8-sig")
        delimiter = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
        return list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except Exception as fault:  # openpyxl raises many kinds for a damaged file
        raise Unprocessable(
            _("The file cannot be read"), fields={"file": _("Choose a CSV (UTF-8) or XLSX file.")}
        ) from fault


def _places(header: list[str], columns: Columns) -> dict[str, int]:
    names = [cell.casefold() for cell in header]
    places = {
        column: names.index(known.casefold())
        for column, others in columns.items()
        for known in others
        if known.casefold() in names
    }
    missing = [called(others) for column, others in columns.items() if column not in places]
    if missing:
        raise Unprocessable(
            _("The file has other columns"),
            fields={
                "file": _("Missing: %(missing)s. Found: %(found)s.")
                % {"missing": ", ".join(missing), "found": ", ".join(header) or "—"}
            },
        )
    return places
