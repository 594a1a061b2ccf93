"""Read a filter from text or JSON within limits of size, depth and number of parts."""

import json
import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from layers.values import refused

PARAMETER = "filter"
LANGUAGES = ("cql2-text", "cql2-json")
LONGEST_TEXT = 8_000
LONGEST_JSON = 60_000
# The parser tries alternatives for each open bracket, so that its time doubles with every level.
DEEPEST_BRACKETS = 10
MOST_BRACKETS = 400
DEEPEST = 24
MOST_PARTS = 1_000
MOST_COORDINATES = 20_000
# Beyond it a number of the text form has lost its last digits.
LARGEST_WHOLE = 2**53
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
Filter = Any


def parse(written: str, language: str = "cql2-text") -> Filter:
    """Return the filter as CQL2 JSON; refuses, with 400, what is none or goes beyond the limits."""
    if language not in LANGUAGES:
        raise refused("filter-lang", _("Filters are written in cql2-text or cql2-json."))
    found = _from_json(written) if language == "cql2-json" else _from_text(written)
    _within_limits(found, 0, [0, 0])
    return found


def _from_json(written: str) -> Filter:
    if len(written) > LONGEST_JSON:
        raise too_large()
    try:
        return json.loads(written, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        raise unreadable(str(fault)[:200]) from fault


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _from_text(written: str) -> Filter:
    import cql2

    if len(written) > LONGEST_TEXT:
        raise too_large()
    _brackets(_QUOTED.sub("''", written))
    try:
        found = cql2.parse_text(written).to_json()
    except (cql2.ParseError, cql2.ValidationError, ValueError) as fault:
        raise unreadable(str(fault)[:400]) from fault
    return _whole_numbers(found)


def _brackets(text: str) -> None:
    depth = 0
    if text.count("(") > MOST_BRACKETS or "'" in text.replace("''", "") or "\x00" in text:
        raise unreadable("") if text.count("(") <= MOST_BRACKETS else too_large()
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            break
        if depth > DEEPEST_BRACKETS:
            raise too_large()
    if depth:
        raise unreadable(_("Brackets do not match."))


def _whole_numbers(part: Any) -> Any:
    """Return the filter with whole numbers as such; the parser makes every number a floating one."""
    if isinstance(part, dict):
        return {
            name: value if name == "coordinates" else _whole_numbers(value) for name, value in part.items()
        }
    if isinstance(part, list):
        return [_whole_numbers(one) for one in part]
    if isinstance(part, float) and part.is_integer():
        if abs(part) >= LARGEST_WHOLE:
            raise refused(PARAMETER, _("Numbers of more than 15 digits are written in cql2-json."))
        return int(part)
    return part


def _within_limits(part: Any, depth: int, counted: list[int]) -> None:
    counted[0] += 1
    if depth > DEEPEST or counted[0] > MOST_PARTS:
        raise too_large()
    if isinstance(part, dict):
        if "coordinates" in part:
            _count_coordinates(part["coordinates"], counted)
        for name, value in part.items():
            if name != "coordinates":
                _within_limits(value, depth + 1, counted)
    elif isinstance(part, list):
        for value in part:
            _within_limits(value, depth + 1, counted)


def _count_coordinates(part: Any, counted: list[int]) -> None:
    counted[1] += 1
    if counted[1] > MOST_COORDINATES:
        raise too_large()
    if isinstance(part, list):
        for one in part:
            _count_coordinates(one, counted)


def too_large() -> DomainError:
    """Return the refusal of a filter beyond the limits."""
    return refused(PARAMETER, _("This filter is too large: ask for less at once."))


def unreadable(why: Any) -> DomainError:
    """Return the refusal of what is no filter."""
    error = refused(PARAMETER, _("This is not a CQL2 filter."))
    error.detail = f"{error.detail} {why}".strip()
    return error


def unsupported(name: Any) -> DomainError:
    """Return the refusal of an operator or function, by its name."""
    return refused(PARAMETER, _("“%(name)s” is not supported in filters.") % {"name": str(name)[:60]})


def unfit(what: Any) -> DomainError:
    """Return the refusal of operands that do not go together."""
    return refused(PARAMETER, what)
