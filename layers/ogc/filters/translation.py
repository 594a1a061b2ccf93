"""From CQL2 JSON to one bound SQL condition over the row `t`."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from layers.access import View
from layers.ogc.filters.places import Place
from layers.ogc.filters.reading import Filter, too_large, unfit, unreadable, unsupported
from layers.ogc.filters.terms import Kind, Scope, Term, alike, term
from layers.ogc.filters.times import RELATIONS, related

COMPARISONS = {"=": "=", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
SPATIAL = {
    "s_intersects": "ST_Intersects",
    "s_disjoint": "ST_Disjoint",
    "s_contains": "ST_Contains",
    "s_within": "ST_Within",
    "s_touches": "ST_Touches",
    "s_crosses": "ST_Crosses",
    "s_overlaps": "ST_Overlaps",
    "s_equals": "ST_Equals",
}
_UNORDERED = frozenset({Kind.TRUTH, Kind.SHAPE})
Arguments = list[Any]


def translate(view: View, wanted: Filter, place: Place) -> tuple[str, tuple[Any, ...]]:
    """Return SQL and its values; refuses, with 400 and the name, unknown fields and operators."""
    found = _condition(Scope(view, place), wanted)
    if found.sql.count("%s") != len(found.values):
        raise unreadable("")
    return found.sql, found.values


def _condition(scope: Scope, part: Any) -> Term:
    if isinstance(part, Mapping) and "op" in part:
        return _operation(scope, part["op"], part.get("args"))
    found = term(scope, part)
    if found.kind != Kind.TRUTH:
        raise unfit(_("A filter is a condition: something that is true or not."))
    return found


def _operation(scope: Scope, name: Any, arguments: Any) -> Term:
    known = str(name).lower()
    if not isinstance(arguments, list) or not arguments:
        raise unreadable("")
    if known in ("and", "or"):
        return _joined(scope, known, arguments)
    if known in COMPARISONS:
        return _compared(scope, known, _exactly(arguments, 2))
    if known in SPATIAL:
        return _spatial(scope, known, _exactly(arguments, 2))
    if known in RELATIONS:
        one, other = (term(scope, each) for each in _exactly(arguments, 2))
        return related(known, one, other)
    build = _OTHERS.get(known)
    if build is None:
        raise unsupported(name)
    return build(scope, arguments)


def _exactly(arguments: Arguments, count: int) -> Arguments:
    if len(arguments) != count:
        raise unreadable("")
    return arguments


def _joined(scope: Scope, name: str, arguments: Arguments) -> Term:
    parts = [_condition(scope, each) for each in arguments]
    return _true(f" {name.upper()} ".join(f"({part.sql})" for part in parts), *parts)


def _true(sql: str, *parts: Term) -> Term:
    return Term(Kind.TRUTH, sql, tuple(value for part in parts for value in part.values))


def _compared(scope: Scope, name: str, arguments: Arguments) -> Term:
    one, other = alike(*(term(scope, each) for each in arguments))
    if one.kind in _UNORDERED and (name not in ("=", "<>") or one.kind == Kind.SHAPE):
        raise unfit(_("“%(name)s” is not for a %(kind)s.") % {"name": name, "kind": one.kind.value})
    return _true(f"{one.sql} {COMPARISONS[name]} {other.sql}", one, other)


def _not(scope: Scope, arguments: Arguments) -> Term:
    part = _condition(scope, _exactly(arguments, 1)[0])
    return _true(f"NOT ({part.sql})", part)


def _is_null(scope: Scope, arguments: Arguments) -> Term:
    part = term(scope, _exactly(arguments, 1)[0])
    if part.kind in (Kind.LIST, Kind.INTERVAL):
        raise unreadable("")
    return _true(f"({part.sql}) IS NULL", part)


def _between(scope: Scope, arguments: Arguments) -> Term:
    one, low, high = (term(scope, each) for each in _exactly(arguments, 3))
    if one.kind in _UNORDERED:
        raise unfit(_("“%(name)s” is not for a %(kind)s.") % {"name": "between", "kind": one.kind.value})
    least, low = alike(one, low)
    most, high = alike(one, high)
    return _true(f"({least.sql} >= {low.sql} AND {most.sql} <= {high.sql})", least, low, most, high)


def _in(scope: Scope, arguments: Arguments) -> Term:
    one, several = (term(scope, each) for each in _exactly(arguments, 2))
    if several.kind != Kind.LIST or not several.members:
        raise unreadable("")
    if len(several.members) > _MOST_IN_LIST:
        raise too_large()
    pairs = [alike(one, each) for each in several.members if each is not None]
    listed = ", ".join(other.sql for _one, other in pairs)
    return _true(f"{pairs[0][0].sql} IN ({listed})", pairs[0][0], *(other for _one, other in pairs))


def _like(scope: Scope, arguments: Arguments) -> Term:
    one, pattern = (term(scope, each) for each in _exactly(arguments, 2))
    if one.kind != Kind.TEXT or pattern.kind != Kind.TEXT or not pattern.is_literal:
        raise unfit(_("“like” compares a text with a pattern."))
    written = str(pattern.values[0])
    if (len(written) - len(written.rstrip("\\"))) % 2:
        raise unfit(_("A pattern does not end with a single backslash."))
    return _true(f"{one.sql} LIKE {pattern.sql}", one, pattern)


def _spatial(scope: Scope, name: str, arguments: Arguments) -> Term:
    one, other = (term(scope, each) for each in arguments)
    if one.kind != Kind.SHAPE or other.kind != Kind.SHAPE:
        raise unfit(_("“%(name)s” compares shapes.") % {"name": name})
    return _true(f"{SPATIAL[name]}({one.sql}, {other.sql})", one, other)


_MOST_IN_LIST = 500
_OTHERS: dict[str, Callable[[Scope, Arguments], Term]] = {
    "not": _not,
    "isnull": _is_null,
    "between": _between,
    "in": _in,
    "like": _like,
}
