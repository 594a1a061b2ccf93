"""The operands of a filter: properties, literals and casei/accenti, each SQL with its kind and values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from layers.access import View
from layers.collections import FieldType
from layers.ogc.filters.places import Place, placed
from layers.ogc.filters.reading import unfit, unreadable, unsupported
from layers.sqltext import column, identifier
from layers.values import SQL_TYPES, refused

OPEN_END = ".."
# A whole number beyond it fits no column and no floating number.
LARGEST_NUMBER = 10**300
# Up to it a whole number is compared as the columns keep it, so that their indexes serve.
_LARGEST_BIGINT = 2**63


class Kind(StrEnum):
    """What operands can be compared with."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "truth"
    DAY = "day"
    INSTANT = "instant"
    INTERVAL = "interval"
    SHAPE = "shape"
    LIST = "list"


_KINDS = {
    FieldType.TEXT: Kind.TEXT,
    FieldType.INTEGER: Kind.NUMBER,
    FieldType.NUMBER: Kind.NUMBER,
    FieldType.BOOLEAN: Kind.TRUTH,
    FieldType.DATE: Kind.DAY,
    FieldType.DATETIME: Kind.INSTANT,
}


@dataclass(frozen=True)
class Term:
    """SQL with its bound values; `members` holds an interval's two ends or a list's parts."""

    kind: Kind
    sql: str = ""
    values: tuple[Any, ...] = ()
    is_literal: bool = False
    members: tuple["Term | None", ...] = ()


@dataclass(frozen=True)
class Scope:
    """What a filter may name: the fields of a view, and the system of its coordinates."""

    view: View
    place: Place

    def property(self, name: Any) -> Term:
        """Return a field, the key or the geometry; refuses, by name, what one may not ask for."""
        one = self.view.collection
        if one.has_geometry and name in ("geometry", one.geometry):
            return Term(Kind.SHAPE, f"t.{identifier(one.geometry)}")
        field = self.view.field(name) if isinstance(name, str) else None
        if field is None and name == "id":
            return Term(Kind.NUMBER, f"t.{identifier(one.key)}")
        if field is None:
            raise refused(str(name)[:60], _("This layer has no such field."))
        # The kind of a field that is computed follows from what it says it is.
        sql = f"({column(field)})::{SQL_TYPES[field.type]}" if field.expression else column(field)
        return Term(_KINDS[field.type], sql)


def term(scope: Scope, part: Any) -> Term:
    """Return an operand; refuses what a filter does not know."""
    if isinstance(part, Mapping):
        for name, build in _BUILDERS.items():
            if name in part:
                return build(scope, part)
        raise unreadable("")
    if isinstance(part, list):
        return Term(Kind.LIST, members=tuple(term(scope, one) for one in part))
    return _scalar(part)


def _scalar(part: Any) -> Term:
    if isinstance(part, bool):
        return Term(Kind.TRUTH, "%s::boolean", (part,), is_literal=True)
    if isinstance(part, int) and abs(part) < LARGEST_NUMBER:
        its = "bigint" if abs(part) < _LARGEST_BIGINT else "numeric"
        return Term(Kind.NUMBER, f"%s::{its}", (str(part),), is_literal=True)
    if isinstance(part, float):
        return Term(Kind.NUMBER, "%s::float8", (part,), is_literal=True)
    if isinstance(part, str):
        if "\x00" in part or any("\ud800" <= sign <= "\udfff" for sign in part):
            raise unreadable("")
        return Term(Kind.TEXT, "%s::text", (part,), is_literal=True)
    raise unreadable("")


def _property(scope: Scope, part: Mapping[str, Any]) -> Term:
    return scope.property(part["property"])


def day(written: Any) -> Term:
    """Return a date literal."""
    return Term(Kind.DAY, "%s::date", (_parsed(parse_date, written),), is_literal=True)


def instant(written: Any) -> Term:
    """Return a timestamp literal; without a zone it is the municipality's time."""
    found: datetime = _parsed(parse_datetime, written)
    aware = make_aware(found) if is_naive(found) else found
    return Term(Kind.INSTANT, "%s::timestamptz", (aware,), is_literal=True)


def _parsed(parse: Callable[[str], Any], written: Any) -> Any:
    try:
        found: date | None = parse(written) if isinstance(written, str) else None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise unfit(_("“%(value)s” is neither a day nor a time.") % {"value": str(written)[:40]})
    return found


def _interval(scope: Scope, part: Mapping[str, Any]) -> Term:
    ends = part["interval"]
    if not isinstance(ends, list) or len(ends) != 2:
        raise unreadable("")
    return Term(Kind.INTERVAL, members=tuple(_end(scope, one) for one in ends))


def _end(scope: Scope, part: Any) -> Term | None:
    if part == OPEN_END:
        return None
    if isinstance(part, str):
        return instant(part) if "T" in part.upper() else day(part)
    found = term(scope, part)
    if found.kind not in (Kind.DAY, Kind.INSTANT):
        raise unfit(_("An interval reaches from one day or time to another."))
    return found


def _shape(scope: Scope, part: Mapping[str, Any]) -> Term:
    ewkb = placed(part, scope.place)
    return Term(Kind.SHAPE, "%s::geometry", (ewkb,), is_literal=True)


def _folded(scope: Scope, part: Mapping[str, Any]) -> Term:
    name, arguments = part["op"], part.get("args")
    fold = _FOLDS.get(str(name).lower())
    if fold is None:
        raise unsupported(name)
    if not isinstance(arguments, list) or len(arguments) != 1:
        raise unreadable("")
    inner = term(scope, arguments[0])
    if inner.kind != Kind.TEXT:
        raise unfit(_("“%(name)s” is for texts.") % {"name": name})
    return Term(Kind.TEXT, fold.format(inner.sql), inner.values, inner.is_literal)


# Accents are what Unicode takes apart from a letter: é → e, and in Arabic vowel signs and hamza carriers.
_FOLDS = {
    "casei": 'lower(({}) COLLATE "und-x-icu")',
    "accenti": r"regexp_replace(normalize({}, NFD), '[\u0300-\u036f\u064b-\u065f\u0670]', '', 'g')",
}
_BUILDERS: dict[str, Callable[[Scope, Mapping[str, Any]], Term]] = {
    "property": _property,
    "date": lambda scope, part: day(part["date"]),
    "timestamp": lambda scope, part: instant(part["timestamp"]),
    "interval": _interval,
    "bbox": _shape,
    "coordinates": _shape,
    "geometries": _shape,
    "op": _folded,
}


def alike(one: Term, other: Term) -> tuple[Term, Term]:
    """Return two operands as things that can be compared; a text literal is read as the other's kind."""
    one, other = read_as(one, other.kind), read_as(other, one.kind)
    if {one.kind, other.kind} == {Kind.DAY, Kind.INSTANT}:
        return as_instant(one), as_instant(other)
    if one.kind != other.kind or one.kind in (Kind.LIST, Kind.INTERVAL):
        raise incomparable(one, other)
    return one, other


def read_as(one: Term, kind: Kind) -> Term:
    """Return a text literal as the day or instant that it is compared with; others unchanged."""
    if one.is_literal and one.kind == Kind.TEXT and len(one.values) == 1 and one.sql == "%s::text":
        if kind == Kind.DAY:
            return day(one.values[0])
        if kind == Kind.INSTANT:
            return instant(one.values[0]) if "T" in str(one.values[0]).upper() else day(one.values[0])
    return one


def as_instant(one: Term, *, at_end: bool = False) -> Term:
    """Return a day as its first instant, or its last, in the municipality's time; others unchanged."""
    if one.kind != Kind.DAY:
        return one
    from django.conf import settings

    more = " + interval '1 day' - interval '1 microsecond'" if at_end else ""
    sql = f"((({one.sql})::timestamp{more}) AT TIME ZONE '{settings.TIME_ZONE}')"
    return Term(Kind.INSTANT, sql, one.values, one.is_literal)


def incomparable(one: Term, other: Term) -> DomainError:
    """Return the refusal of two operands of different kinds."""
    return unfit(
        _("A %(one)s and a %(other)s cannot be compared.")
        % {"one": one.kind.value, "other": other.kind.value}
    )
