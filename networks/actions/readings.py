"""Readings of meters from a file: every row is checked, then all are kept or none."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import incoming
from core.errors import Unprocessable
from core.numbers import decimal_in
from core.text import isolated
from networks.models import MeterReading, WaterMeter

COLUMNS = {
    "meter": ("meter", "العداد", "compteur"),
    "reading": ("reading", "القراءة", "relevé"),
    "day": ("day", "اليوم", "jour"),
}
AT_MOST = 5000
LARGEST = Decimal(9_999_999)
DECIMALS = 3
# What is wrong by row and column; row 0 stands for the file.
Faults = dict[tuple[int, str], Any]


@dataclass(frozen=True)
class Row:
    """One reading of the file, with its number there."""

    number: int
    meter: str
    value: Decimal
    on: date


@dataclass(frozen=True)
class Difference:
    """What a row would change: against the reading before it, and the one kept for the same day."""

    row: Row
    meter: WaterMeter
    before: Decimal | None
    kept: Decimal | None

    @property
    def is_known(self) -> bool:
        """Say whether this very reading is kept already."""
        return self.kept == self.row.value

    @property
    def used(self) -> Decimal | None:
        """Return what was used since the reading before."""
        return None if self.before is None else self.row.value - self.before


def read(name: str, content: bytes, *, meters: QuerySet[WaterMeter], today: date) -> list[Difference]:
    """Return what a file would change; refuses it with what is wrong by row and column."""
    faults: Faults = {}
    rows = []
    taken = incoming.numbered_rows(name, content, COLUMNS, at_most=AT_MOST)
    for number, values in taken:
        row, wrong = _row(number, values, today)
        faults |= {(number, column): reason for column, reason in wrong.items()}
        if row is not None:
            rows.append(row)
    if len(taken) > AT_MOST:
        faults[0, "file"] = _("At most %(number)s readings in one file.") % {"number": AT_MOST}
    if not taken:
        faults[0, "file"] = _("It has no reading.")
    return _compared(rows, meters, faults)


@transaction.atomic
def keep(rows: Sequence[Row], *, meters: QuerySet[WaterMeter], source: str, by: Any) -> int:
    """Add the readings that are not kept yet, all in one transaction; return how many.

    The meters are locked first, so that two files are checked one after the other.
    """
    locked = meters.filter(serial_number__in={row.meter for row in rows}).order_by("pk")
    list(locked.select_for_update(of=("self",)))
    new = [one for one in _compared(rows, meters, {}) if not one.is_known]
    MeterReading.objects.bulk_create(
        [
            MeterReading(
                meter=one.meter, read_on=one.row.on, value_m3=one.row.value, source=source[:120], by=by
            )
            for one in new
        ]
    )
    return len(new)


def _row(number: int, values: dict[str, Any], today: date) -> tuple[Row | None, dict[str, Any]]:
    wrong: dict[str, Any] = {}
    value, on = decimal_in(values["reading"]), incoming.day_in(values["day"])
    if value is None or value < 0:
        wrong["reading"] = _("Write a reading from 0 on in digits.")
    elif value > LARGEST or -int(value.normalize().as_tuple().exponent) > DECIMALS:
        wrong["reading"] = _("At most seven digits and three decimals.")
    if on is None:
        wrong["day"] = _("Write the day as YYYY-MM-DD.")
    elif on > today:
        wrong["day"] = _("This day is still to come.")
    meter = incoming.text_in(values["meter"])
    if not meter:
        wrong["meter"] = _("Write the number of the meter.")
    if wrong or value is None or on is None:
        return None, wrong
    return Row(number, meter, value, on), {}


def _compared(rows: Iterable[Row], meters: QuerySet[WaterMeter], faults: Faults) -> list[Difference]:
    """Hold rows against the meters and what is kept of them, or refuse them all."""
    faults = dict(faults)
    named = _named(rows, meters, faults)
    kept = _kept({meter.pk for _row, meter in named})
    series = {pk: dict(days) for pk, days in kept.items()}
    for row, meter in named:
        series.setdefault(meter.pk, {})[row.on] = row.value
    found = []
    for row, meter in named:
        before, wrong = _placed(row, series[meter.pk])
        if wrong:
            faults[row.number, "reading"] = wrong
        found.append(Difference(row, meter, before, kept.get(meter.pk, {}).get(row.on)))
    if faults:
        said = {
            incoming.place(number, COLUMNS[column]) if number else column: reason
            for (number, column), reason in sorted(faults.items())
        }
        raise Unprocessable(_("The file was not taken in; nothing was kept."), fields=said)
    return found


def _named(rows: Iterable[Row], meters: QuerySet[WaterMeter], faults: Faults) -> list[tuple[Row, WaterMeter]]:
    rows = list(rows)
    by_number: dict[str, list[WaterMeter]] = defaultdict(list)
    for meter in meters.filter(serial_number__in={row.meter for row in rows}).select_related("connection"):
        by_number[meter.serial_number].append(meter)
    found, seen = [], set()
    for row in rows:
        same = by_number.get(row.meter, [])
        if len(same) != 1:
            faults[row.number, "meter"] = (
                _("Several meters have this number.") if same else _("No meter has this number.")
            )
        elif same[0].installed_on is not None and row.on < same[0].installed_on:
            faults[row.number, "day"] = _("The meter was installed on %(day)s.") % {
                "day": isolated(same[0].installed_on)
            }
        elif (row.meter, row.on) in seen:
            faults[row.number, "day"] = _("The file reads this meter twice on this day.")
        else:
            seen.add((row.meter, row.on))
            found.append((row, same[0]))
    return found


def _kept(meters: set[int]) -> dict[int, dict[date, Decimal]]:
    found: dict[int, dict[date, Decimal]] = defaultdict(dict)
    for reading in MeterReading.objects.standing().filter(meter__in=meters):
        found[reading.meter_id][reading.read_on] = reading.value_m3
    return found


def _placed(row: Row, days: dict[date, Decimal]) -> tuple[Decimal | None, str]:
    """Return the reading before a row's day, and what is wrong: a meter never counts backwards."""
    order = sorted(days)
    at = bisect_left(order, row.on)
    before = order[at - 1] if at else None
    after = order[at + 1] if at + 1 < len(order) else None
    if before is not None and row.value < days[before]:
        said = {"value": isolated(days[before]), "day": isolated(before)}
        return None, _("Below the reading of %(day)s, which is %(value)s.") % said
    if after is not None and row.value > days[after]:
        said = {"value": isolated(days[after]), "day": isolated(after)}
        return None, _("Above the reading of %(day)s, which is %(value)s.") % said
    return (None if before is None else days[before]), ""
