"""What a request for features asks: area, filters, text, order and page, each checked once."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from layers import moments, searching, values
from layers.access import View
from layers.collections import Field, FieldType
from layers.features import boxes
from layers.grids import stored_srid
from layers.ogc import filters
from layers.ogc.filters.places import LONLAT, Place
from layers.sqltext import column, conditions, identifier
from layers.values import SQL_TYPES, refused

MOST = 10_000
USUAL = 100
ORDERED = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.DATE, FieldType.DATETIME, FieldType.TEXT})
OPERATORS = {"": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_OTHER_PARAMETERS = frozenset(
    {
        "lang",
        "bbox",
        "bbox-crs",
        "filter",
        "filter-lang",
        "limit",
        "after",
        "sortby",
        "q",
        "f",
        moments.PARAMETER,
    }
)


@dataclass(frozen=True)
class Where:
    """SQL conditions over the row `t`, with their values."""

    sql: tuple[str, ...] = ()
    values: tuple[Any, ...] = ()

    def and_(self, sql: str, *values: Any) -> "Where":
        """Return these conditions and one more."""
        return Where((*self.sql, sql), (*self.values, *values))

    @property
    def text(self) -> str:
        """Return the conditions as one."""
        return " AND ".join(("true", *self.sql))


@dataclass(frozen=True)
class Asked:
    """A checked request: which rows, in which order, from where on, how many."""

    where: Where
    order: Field | None
    descending: bool
    after: tuple[str | None, int] | None
    limit: int


def read(view: View, parameters: Mapping[str, str], *, rows: Sequence[str] | None = None) -> Asked:
    """Return what the query string asks; refuses, with 400, whatever it does not know.

    `rows` are SQL conditions in place of those that keep what is in force and may be seen.
    """
    where = Where(tuple(conditions(view) if rows is None else rows))
    where = meeting(view, _in_box(view, where, parameters), parameters)
    if parameters.get("q"):
        where = _with_text(view, where, values.text("q", parameters["q"]))
    for name, written in parameters.items():
        if name not in _OTHER_PARAMETERS:
            where = _filtered(view, where, name, written)
    order, descending = _order(view, parameters.get("sortby", ""))
    return Asked(
        where, order, descending, _after(parameters.get("after", "")), _limit(parameters.get("limit", ""))
    )


def _in_box(view: View, where: Where, parameters: Mapping[str, str]) -> Where:
    crs = boxes.srid("bbox-crs", parameters["bbox-crs"]) if "bbox-crs" in parameters else boxes.LONLAT
    if "bbox" not in parameters:
        return where
    box = boxes.read("bbox", parameters["bbox"], crs)
    if not view.collection.has_geometry:
        raise refused("bbox", _("This layer has no shapes."))
    shape = f"t.{identifier(view.collection.tile_geometry)}"
    return where.and_(f"{shape} && %s::geometry AND ST_Intersects({shape}, %s::geometry)", box, box)


def meeting(view: View, where: Where, parameters: Mapping[str, str], place: Place | None = None) -> Where:
    """Return the conditions and that of the CQL2 `filter`, its coordinates in degrees unless `place` says otherwise."""
    written = parameters.get("filter", "").strip()
    if not written:
        return where
    wanted = filters.parse(written, parameters.get("filter-lang", filters.LANGUAGES[0]))
    sql, bound = filters.translate(view, wanted, place or Place(LONLAT, stored_srid(view) or LONLAT))
    return where.and_(f"({sql})", *bound)


def _with_text(view: View, where: Where, written: str) -> Where:
    sql, bound = searching.matches(view, written)
    return where.and_(sql, *bound)


def _filtered(view: View, where: Where, name: str, written: str) -> Where:
    base, split, operator = name.partition("__")
    field = view.field(base if operator or not split else name)
    if field is None:
        raise refused(name, _unknown())
    if operator == "null":
        is_null = values.read(name, FieldType.BOOLEAN, written)
        return where.and_(f"{column(field)} IS {'NULL' if is_null else 'NOT NULL'}")
    if operator == "in":
        wanted = [values.read(name, field.type, part) for part in written.split(",")[:200]]
        return where.and_(f"{column(field)} = ANY(%s::{SQL_TYPES[field.type]}[])", wanted)
    if operator == "like" and field.type == FieldType.TEXT:
        return where.and_(
            f"core_search_key({column(field)}) LIKE %s", searching.containing(values.text(name, written))
        )
    if operator not in OPERATORS or (operator not in ("", "ne") and field.type not in ORDERED):
        raise refused(name, _unknown_operator())
    value = values.read(name, field.type, written)
    return where.and_(f"{column(field)} {OPERATORS[operator]} %s::{SQL_TYPES[field.type]}", value)


def _unknown() -> Any:
    return _("This layer has no such field.")


def _unknown_operator() -> Any:
    return _("There is no such comparison for this field.")


def _order(view: View, written: str) -> tuple[Field | None, bool]:
    descending = written.startswith("-")
    name = written.lstrip("+-")
    if not name or name == view.collection.key:
        return None, descending
    field = view.field(name)
    if field is None or field.type not in ORDERED:
        raise refused("sortby", _unknown())
    return field, descending


def _limit(written: str) -> int:
    if not written:
        return USUAL
    limit = int(values.read("limit", FieldType.INTEGER, written))
    if not 1 <= limit <= MOST:
        raise refused("limit", _("Ask for 1 to 10,000 at a time."))
    return limit


def _after(written: str) -> tuple[str | None, int] | None:
    if not written:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(values.text("after", written).encode()))
        value, key = found
        if not (value is None or isinstance(value, str)) or type(key) is not int or "\x00" in (value or ""):
            raise ValueError
    except (ValueError, TypeError, binascii.Error, UnicodeError, RecursionError):
        raise refused("after", _("This page does not exist.")) from None
    return value, key


def after_token(value: str | None, key: int) -> str:
    """Return the `after` parameter of the page that follows a row."""
    return base64.urlsafe_b64encode(json.dumps([value, key]).encode()).decode()
