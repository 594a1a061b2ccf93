"""Tables as files that a spreadsheet opens in the language of the page: CSV and XLSX."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from core.errors import NotFound

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    risky = isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\x00")
    return f"'{cell}" if risky else cell


@dataclass(frozen=True)
class Column:
    """A column: its title, and how wide it is in characters."""

    title: Any
    width: int = 16


def answer(kind: str, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """Answer a request with a table as a file; `kind` is csv or xlsx, anything else does not exist."""
    if kind not in ("csv", "xlsx"):
        raise NotFound(_("Tables are exported as CSV or XLSX."))
    body = _csv(columns, rows) if kind == "csv" else workbook(name, columns, rows)
    response = HttpResponse(body, content_type="text/csv; charset=utf-8" if kind == "csv" else XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _csv(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([str(column.title) for column in columns])
    for row in rows:
        writer.writerow(["" if cell is None else harmless(cell) for cell in row])
    # With the mark, Excel reads Arabic as UTF-8.
    return out.getvalue().encode("utf-8-sig")


def workbook(name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a table as XLSX: amounts as numbers, days as days, texts never formulas, written from the right in Arabic."""
    import xlsxwriter

    out = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, settings) as book:
        sheet = book.add_worksheet(name[:31])
        if translation.get_language_bidi():
            sheet.right_to_left()
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        formats = {
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            Decimal: book.add_format({"num_format": "#,##0.000"}),
        }
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, str(column.title), head)
        sheet.freeze_panes(1, 1)
        last = 0
        for last, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                _write(sheet, last, place, cell, formats)
        sheet.autofilter(0, 0, last, len(columns) - 1)
    return out.getvalue()


def _write(sheet: Any, row: int, place: int, cell: Any, formats: dict[type, Any]) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, date):
        sheet.write_datetime(row, place, cell, formats[date])
    elif isinstance(cell, Decimal):
        sheet.write_number(row, place, float(cell), formats[Decimal])
    elif isinstance(cell, int):
        sheet.write_number(row, place, cell)
    else:
        sheet.write_string(row, place, str(cell))
