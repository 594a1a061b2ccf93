"""Numbers for new parcels, by the municipality's grammar."""

import itertools
import re
from collections.abc import Iterator, Sequence

from django.db import connection

from cadastre.models.settings import Numbering

_WHOLE = re.compile(r"\d+")


def taken_numbers(basin_id: int, quarter: str) -> set[str]:
    """Return every number that the basin has or had, in force, retired or proposed by an open record."""
    sql = """
        SELECT number FROM cadastre_parcel WHERE basin_id = %s AND quarter = %s
        UNION SELECT d.number FROM cadastre_draftparcel d JOIN cadastre_record r ON r.id = d.record_id
        WHERE d.basin_id = %s AND d.quarter = %s AND r.state IN ('draft', 'submitted', 'returned')
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [basin_id, quarter, basin_id, quarter])
        return {number for (number,) in cursor.fetchall()}


def numbers_for(parent: str, count: int, *, grammar: str, taken: set[str]) -> list[str]:
    """Return `count` free numbers for the children of a parcel, never one that was used before.

    >>> numbers_for("546", 2, grammar="slash", taken={"546"})
    ['546/1', '546/2']
    >>> numbers_for("546/1", 2, grammar="slash", taken={"546", "546/1", "546/2"})
    ['546/3', '546/4']
    >>> numbers_for("546/1", 2, grammar="nested", taken={"546", "546/1"})
    ['546/1/1', '546/1/2']
    >>> numbers_for("546", 2, grammar="next", taken={"546", "12", "547/3"})
    ['548', '549']
    """
    free = (number for number in _candidates(parent, grammar, taken) if number not in taken)
    return list(itertools.islice(free, count))


def next_numbers(count: int, taken: set[str]) -> list[str]:
    """Return the next whole numbers after the highest one in the basin."""
    return numbers_for("", count, grammar=Numbering.NEXT_IN_BASIN, taken=taken)


def _candidates(parent: str, grammar: str, taken: set[str]) -> Iterator[str]:
    if grammar == Numbering.NEXT_IN_BASIN or not parent:
        first = max((int(found.group()) for text in taken if (found := _WHOLE.match(text))), default=0) + 1
        return (str(number) for number in itertools.count(first))
    stem = parent if grammar == Numbering.PARENT_NESTED else parent.partition("/")[0]
    return (f"{stem}/{number}" for number in itertools.count(1))


def lowest(numbers: Sequence[str]) -> str:
    """Return the number that counts as first: by its leading whole number, then as text."""
    return min(
        numbers, key=lambda text: (int(found.group()) if (found := _WHOLE.match(text)) else 10**9, text)
    )
