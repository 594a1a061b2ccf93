"""Many changes at once, as a table: what would change is shown first, then all of it is done, or nothing.

A table is text with tabs, its first line the names of fields: as Excel copies it, and as an XLSX file
is read. The first column is the building number. Bulk edits are tables too, made from a choice.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.policy import Districts
from buildings.actions.editing import keep, put
from buildings.actions.register import BUILDING_FIELDS
from buildings.errors import StaleRow
from buildings.models import Building
from core.errors import TooLarge, Unprocessable
from core.workbooks import require_xlsx
from layers.declare import field_of

KEY = "code"
FIELDS = tuple(name for name in BUILDING_FIELDS if name not in (KEY, "street"))
MOST_ROWS = 5_000


@dataclass(frozen=True)
class Change:
    """One cell that would change."""

    building: Building
    name: str
    title: Any
    before: str
    after: str


@dataclass(frozen=True)
class Fault:
    """What is wrong in one row, by its number in the table (1: the names), and in which column."""

    row: int
    name: str
    text: Any


@dataclass
class Difference:
    """What a table would change, and what is wrong in it."""

    rows: int = 0
    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    touched: list[Building] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Return what stands for exactly these changes of exactly these versions."""
        told = [(one.building.pk, one.building.version, one.name, one.after) for one in self.changes]
        return hashlib.sha256(repr(told).encode()).hexdigest()


def table_of(rows: Iterable[tuple[str, Mapping[str, str]]], names: Sequence[str]) -> str:
    """Return a table from building numbers and values."""
    lines = ["\t".join((KEY, *names))]
    lines += ["\t".join((code, *(values[name] for name in names))) for code, values in rows]
    return "\n".join(lines)


def difference(table: str, districts: Districts = None, *, lock: bool = False) -> Difference:
    """Compare a table with the register; nothing is changed."""
    found = Difference()
    names, lines = _read(table)
    found.rows = len(lines)
    codes = [cells[0] for cells in lines]
    rows = Building.objects.in_force().filter(code__in=codes).defer("geom_tile")
    if districts is not None:
        rows = rows.filter(district__in=districts)
    if lock:
        rows = rows.select_for_update()
    known = {building.code: building for building in rows}
    seen: set[str] = set()
    for number, cells in enumerate(lines, start=2):
        building = known.get(cells[0])
        if building is None:
            found.faults.append(Fault(number, KEY, _("There is no building of this number.")))
        elif cells[0] in seen:
            found.faults.append(Fault(number, KEY, _("This building stands in the table twice.")))
        else:
            seen.add(cells[0])
            _compare(found, number, building, dict(zip(names, cells[1:], strict=False)))
    return found


def _compare(found: Difference, number: int, building: Building, values: Mapping[str, str]) -> None:
    before = {name: getattr(building, name) for name in values}
    try:
        put(building, {name: _coded(name, text) for name, text in values.items()}, may=FIELDS)
        building.clean_fields(exclude=["geom", "geom_tile", "footprint_m2"])
    except Unprocessable as refusal:
        found.faults += [Fault(number, name, text) for name, text in refusal.fields.items()]
        return
    except Exception as error:
        faults = getattr(error, "message_dict", None)
        if faults is None:
            raise
        found.faults += [Fault(number, name, " ".join(texts)) for name, texts in faults.items()]
        return
    cells = [
        Change(building, name, _title(name), _shown(name, old), _shown(name, getattr(building, name)))
        for name, old in before.items()
        if getattr(building, name) != old
    ]
    if cells:
        found.changes += cells
        found.touched.append(building)


def _coded(name: str, text: str) -> str:
    """Return a choice's code also where its title was written, in the active language."""
    choices = field_of(Building, name).choices
    return next((str(code) for code, title in choices.items() if str(title) == text), text)


def _title(name: str) -> Any:
    return Building._meta.get_field(name).verbose_name  # type: ignore[union-attr]


def _shown(name: str, value: Any) -> str:
    choices = field_of(Building, name).choices
    return "" if value is None else str(choices.get(value, value))


def _read(table: str) -> tuple[list[str], list[list[str]]]:
    lines = [line.split("\t") for line in table.replace("\r\n", "\n").split("\n") if line.strip()]
    if len(lines) - 1 > MOST_ROWS:
        raise TooLarge(_("A table may have at most 5,000 rows."))
    titles = {str(_title(name)).lower(): name for name in (KEY, *FIELDS)}
    names = [titles.get(cell.strip().lower(), cell.strip()) for cell in (lines[0] if lines else [])]
    if not names or names[0] != KEY:
        raise _wrong(_("The first column is the building number, under the name “code”."))
    unknown = [name for name in names[1:] if name not in FIELDS]
    if unknown:
        raise _wrong(_("There is no column called “%(name)s”.") % {"name": unknown[0][:40]})
    if len(set(names)) < len(names):
        raise _wrong(_("A column stands in the table twice."))
    return names[1:], [[cell.strip() for cell in line] for line in lines[1:]]


def _wrong(text: Any) -> Unprocessable:
    return Unprocessable(_("The table does not fit."), detail=text, fields={"table": text})


@transaction.atomic
def apply(table: str, *, digest: str, districts: Districts = None) -> Difference:
    """Do what was shown: exactly those changes, all in one transaction; else refuse and change nothing."""
    found = difference(table, districts, lock=True)
    if found.faults:
        raise _wrong(_("Row %(row)d: %(text)s") % {"row": found.faults[0].row, "text": found.faults[0].text})
    if found.digest != digest:
        raise StaleRow(found)
    for building in found.touched:
        building.version += 1
        keep(building)
    return found


def read_xlsx(body: bytes) -> str:
    """Return the first sheet of an XLSX file as a table; refuses formulas, and files that only look like one."""
    import openpyxl

    require_xlsx(body)
    try:
        sheet = openpyxl.load_workbook(io.BytesIO(body), read_only=True).worksheets[0]
        lines = [_cells(row) for row in sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=40)]
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, IndexError, SyntaxError) as error:
        raise _wrong(_("This is no XLSX file.")) from error
    return "\n".join("\t".join(line).rstrip("\t") for line in lines)


def _cells(row: Sequence[Any]) -> list[str]:
    cells = []
    for cell in row:
        if getattr(cell, "data_type", "") == "f":
            place = {"row": cell.row, "column": cell.column_letter}
            raise _wrong(_("Row %(row)d, column %(column)s holds a formula; send its value.") % place)
        value = cell.value
        whole = isinstance(value, float) and value.is_integer()
        cells.append(
            "" if value is None else str(int(value) if whole else value).replace("\t", " ").replace("\n", " ")
        )
    return cells
