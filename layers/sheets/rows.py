"""One stretch of a table: chosen columns in an order, by keyset, with how many rows there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from core.errors import NotFound
from layers import joins
from layers.access import View
from layers.collections import Field, FieldType
from layers.features import asked as asking
from layers.features.asked import Asked
from layers.features.reading import bounded, from_there, ordering
from layers.sqltext import column, identifier, table
from layers.values import refused

MOST = 500
USUAL = 100
NUMBERS = frozenset({FieldType.INTEGER, FieldType.NUMBER})
_OWN = frozenset({"columns", "at", "count", joins.PARAMETER})
_SORTED_BY = "t.sorted_by_"
_counts: dict[tuple[Any, ...], int] = {}
_COUNTS_KEPT = 500


@dataclass(frozen=True)
class Stretch:
    """Rows as (key, version, whether it has a place, values…), the count of all, and where the next begins."""

    columns: Sequence[Field]
    rows: list[tuple[Any, ...]]
    matched: int | None
    after: str
    order: Field | None = None


def read(view: View, parameters: Mapping[str, str]) -> Stretch:
    """Return the rows that the query asks for; refuses, with 400, what it does not know.

    `columns` are names with commas between; `at` begins the stretch with the row of that key. With
    `count=no` the count is left out where it is not known yet.
    """
    columns = chosen(view, parameters.get("columns", ""))
    rest = {name: value for name, value in parameters.items() if name not in _OWN}
    asked = asking.read(view, {"limit": str(USUAL), **rest})
    if asked.limit > MOST:
        raise refused("limit", _("Ask for 1 to 500 rows at a time."))
    if parameters.get("at"):
        asked = _beginning_at(view, asked, parameters["at"])
    rows = _rows(view, asked, columns)
    shown = rows[: asked.limit]
    last = shown[-1] if len(rows) > asked.limit else None
    after = asking.after_token(last[-1], last[0]) if last else ""
    matched = counted(view, asked) if parameters.get("count") == "no" else count(view, asked)
    return Stretch(columns, [row[:-1] for row in shown], matched, after, asked.order)


def chosen(view: View, written: str) -> list[Field]:
    """Return the columns named, in that order; without names, all that the subject may read."""
    names = [name for name in written.split(",") if name]
    if not names:
        return list(view.fields)
    known = {one.name: one for one in view.fields}
    for name in names:
        if name not in known:
            raise refused("columns", _("This layer has no such field."))
    return [known[name] for name in dict.fromkeys(names)]


def _rows(view: View, asked: Asked, columns: Sequence[Field]) -> list[tuple[Any, ...]]:
    """Return the rows of a stretch and one more: found first, so that only theirs are the values looked up."""
    one = view.collection
    key = f"t.{identifier(one.key)}"
    order = column(asked.order) if asked.order else "NULL::text"
    where = from_there(asked, order, key)
    version = f"t.{identifier(one.version_field)}::text" if one.version_field else "NULL::text"
    placed = f"t.{identifier(one.geometry)} IS NOT NULL" if one.has_geometry else "false"
    values, lookups = joins.shown(view, columns)
    with bounded() as cursor:
        cursor.execute(
            f"SELECT {', '.join([key, version, placed, *values, f'{_SORTED_BY}::text'])} FROM ("
            f"SELECT t.*, ({order}) AS sorted_by_ FROM {table(one)} t "
            f"WHERE {where.text} ORDER BY {ordering(asked, order, key)} LIMIT %s) t "
            f"{lookups} ORDER BY {ordering(asked, _SORTED_BY, key)}",
            [*where.values, asked.limit + 1],
        )
        return list(cursor.fetchall())


def counted(view: View, asked: Asked) -> int | None:
    """Return how many rows match if that was counted already at this version of the table."""
    return _counts.get(_count_key(view, asked))


def count(view: View, asked: Asked) -> int:
    """Return how many rows match; counted once for each version of the table."""
    key = _count_key(view, asked)
    if key in _counts:
        return _counts[key]
    with bounded() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {table(view.collection)} t WHERE {asked.where.text}",
            list(asked.where.values),
        )
        found = int(cursor.fetchone()[0])
    if len(_counts) >= _COUNTS_KEPT:
        _counts.clear()
    # While the running transaction itself changes a table, its version is no version.
    if min(key[-1]) >= 0:
        _counts[key] = found
    return found


def _count_key(view: View, asked: Asked) -> tuple[Any, ...]:
    relation = view.collection.relation
    return relation, asked.where.text, repr(asked.where.values), joins.versions(view)


def how_many(view: View, parameters: Mapping[str, str]) -> int:
    """Return how many rows a table's query means."""
    rest = {
        name: value for name, value in parameters.items() if name not in (*_OWN, "after", "limit", "sortby")
    }
    return count(view, asking.read(view, rest))


def _beginning_at(view: View, asked: Asked, written: str) -> Asked:
    """Return the request moved so that it begins with a row; `NotFound` where the filter leaves it out."""
    one = view.collection
    key = f"t.{identifier(one.key)}"
    order = column(asked.order) if asked.order else "NULL::text"
    number = int(written) if written.isdecimal() and len(written) < 19 else -1
    where = asked.where.and_(f"{key} = %s", number)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ({order})::text FROM {table(one)} t WHERE {where.text}", list(where.values))
        row = cursor.fetchone()
    if row is None:
        raise NotFound(_("There is no such row under this filter."))
    step = 1 if asked.descending and asked.order is None else -1
    return replace(asked, after=(row[0], number + step))


def sums(view: View, parameters: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return sum, mean, least and greatest of every column of numbers, and how many rows have a value."""
    rest = {
        name: value for name, value in parameters.items() if name not in (*_OWN, "after", "limit", "sortby")
    }
    where = asking.read(view, rest).where
    fields = [
        one for one in chosen(view, parameters.get("columns", "")) if one.type in NUMBERS and not one.choices
    ]
    if not fields:
        return {}
    values, lookups = joins.shown(view, fields)
    parts = [
        f"count({value}), sum({value})::text, avg({value})::float8, min({value})::float8, max({value})::float8"
        for value in values
    ]
    with bounded() as cursor:
        cursor.execute(
            f"SELECT {', '.join(parts)} FROM {table(view.collection)} t {lookups} WHERE {where.text}",
            list(where.values),
        )
        row = cursor.fetchone()
    names = ("count", "sum", "mean", "least", "greatest")
    return {
        field.name: dict(zip(names, row[at * 5 : at * 5 + 5], strict=True)) for at, field in enumerate(fields)
    }
