"""Filters in FES 2.0 (OGC 09-026r2), put into CQL2 so that one translation to SQL serves all."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext_lazy as _

from layers.access import View
from layers.collections import FieldType
from layers.ogc.systems import System
from layers.ows.asking import Refused, system

LONGEST = 60_000
MOST_RESOURCES = 1_000
COMPARISONS = {
    "PropertyIsEqualTo": "=",
    "PropertyIsNotEqualTo": "<>",
    "PropertyIsLessThan": "<",
    "PropertyIsGreaterThan": ">",
    "PropertyIsLessThanOrEqualTo": "<=",
    "PropertyIsGreaterThanOrEqualTo": ">=",
}
SPATIAL = {
    "BBOX": "s_intersects",
    "Intersects": "s_intersects",
    "Disjoint": "s_disjoint",
    "Contains": "s_contains",
    "Within": "s_within",
    "Touches": "s_touches",
    "Crosses": "s_crosses",
    "Overlaps": "s_overlaps",
    "Equals": "s_equals",
}
Json = dict[str, Any]


def parse(written: str) -> Element:
    """Return the filter's element; refuses what is no XML, or XML that declares entities."""
    if len(written) > LONGEST:
        raise wrong(_("This filter is too large: ask for less at once."))
    try:
        found: Element = fromstring(written, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as fault:
        raise wrong(_("This is no filter as of FES 2.0.")) from fault
    if name(found) != "Filter" or not len(found):
        raise wrong(_("This is no filter as of FES 2.0."))
    return found


def resources(wanted: Element) -> list[str] | None:
    """Return the ids of a filter that names resources, None for one by conditions."""
    if not all(name(one) == "ResourceId" for one in wanted):
        return None
    return [one.get("rid", "") for one in wanted]


def to_cql2(view: View, wanted: Element, usual: System) -> tuple[Json, int]:
    """Return the filter as CQL2 JSON and the EPSG code of its shapes, easting or longitude first.

    `usual` is the system of shapes that name none; all shapes of a filter are in one system.
    """
    if len(wanted) != 1:
        raise wrong(_("A filter has one condition."))
    reading = _Reading(view, usual)
    found = reading.condition(wanted[0])
    return found, (reading.named or usual).srid


def name(element: Element) -> str:
    """Return the element's name without its namespace."""
    return element.tag.rsplit("}", 1)[-1]


def wrong(why: Any) -> Refused:
    """Return the refusal of a filter."""
    return Refused("InvalidParameterValue", "filter", why)


class _Reading:
    def __init__(self, view: View, usual: System) -> None:
        self.view, self.usual = view, usual
        self.named: System | None = None

    def condition(self, part: Element, depth: int = 0) -> Json:
        kind = name(part)
        if depth > 24:
            raise wrong(_("This filter is too large: ask for less at once."))
        if kind in ("And", "Or"):
            return {"op": kind.lower(), "args": [self.condition(one, depth + 1) for one in part]}
        if kind == "Not":
            return {"op": "not", "args": [self.condition(self._parts(part, 1)[0], depth + 1)]}
        if kind in COMPARISONS:
            return self._compared(COMPARISONS[kind], part)
        if kind in SPATIAL:
            return self._spatial(SPATIAL[kind], part)
        build = self._others.get(kind)
        if build is None:
            raise wrong(_("“%(name)s” is not supported in filters.") % {"name": kind[:60]})
        return build(self, part)

    def _parts(self, part: Element, count: int) -> Sequence[Element]:
        if len(part) != count:
            raise wrong(_("This is no filter as of FES 2.0."))
        return list(part)

    def _compared(self, op: str, part: Element) -> Json:
        one, other = self._parts(part, 2)
        kind = self._type_of(one) or self._type_of(other)
        args = [self._value(each, kind) for each in (one, other)]
        if part.get("matchCase") == "false":
            args = [{"op": "casei", "args": [each]} for each in args]
        return {"op": op, "args": args}

    def _like(self, part: Element) -> Json:
        one, pattern = self._parts(part, 2)
        signs = [
            part.get(key, usual)
            for key, usual in (("wildCard", "*"), ("singleChar", "?"), ("escapeChar", "\\"))
        ]
        written = _as_like(pattern.text or "", *signs)
        args: list[Any] = [self._value(one, FieldType.TEXT), written]
        if part.get("matchCase") == "false":
            args = [{"op": "casei", "args": [each]} for each in args]
        return {"op": "like", "args": args}

    def _is_null(self, part: Element) -> Json:
        return {"op": "isNull", "args": [self._value(self._parts(part, 1)[0], None)]}

    def _between(self, part: Element) -> Json:
        one, low, high = self._parts(part, 3)
        kind = self._type_of(one)
        limits = [self._value(self._parts(each, 1)[0], kind) for each in (low, high)]
        return {"op": "between", "args": [self._value(one, kind), *limits]}

    def _spatial(self, op: str, part: Element) -> Json:
        shape = part[-1] if len(part) else None
        if shape is None or name(shape) in ("ValueReference", "PropertyName", "Literal"):
            raise wrong(_("This is no filter as of FES 2.0."))
        return {"op": op, "args": [{"property": "geometry"}, self._shape(shape)]}

    _others: Mapping[str, Callable[["_Reading", Element], Json]] = {
        "PropertyIsLike": _like,
        "PropertyIsNull": _is_null,
        "PropertyIsNil": _is_null,
        "PropertyIsBetween": _between,
    }

    def _type_of(self, part: Element) -> FieldType | None:
        if name(part) not in ("ValueReference", "PropertyName"):
            return None
        field = self.view.field(_plain(part.text))
        return field.type if field else None

    def _value(self, part: Element, kind: FieldType | None) -> Any:
        if name(part) in ("ValueReference", "PropertyName"):
            return {"property": _plain(part.text)}
        if name(part) != "Literal":
            raise wrong(_("“%(name)s” is not supported in filters.") % {"name": name(part)[:60]})
        return _literal((part.text or "").strip() if kind != FieldType.TEXT else part.text or "", kind)

    def _shape(self, part: Element) -> Json:
        said = part.get("srsName")
        its = system("filter", said, plain_is_lonlat=True) if said else self.usual
        if self.named and its.srid != self.named.srid:
            raise wrong(_("Write all shapes of a filter in one reference system."))
        self.named = its
        return _geometry(part, flip=its.flipped)


def _plain(written: str | None) -> str:
    return (written or "").strip().rsplit("/", 1)[-1].rsplit(":", 1)[-1]


def _literal(written: str, kind: FieldType | None) -> Any:
    try:
        if kind == FieldType.INTEGER:
            return int(written)
        if kind == FieldType.NUMBER:
            return float(written)
    except ValueError as fault:
        raise wrong(_("“%(value)s” is no number.") % {"value": written[:60]}) from fault
    if kind == FieldType.BOOLEAN:
        return written.lower() in ("true", "1")
    if kind == FieldType.DATE:
        return {"date": written}
    if kind == FieldType.DATETIME:
        return {"timestamp": written}
    return written


def _as_like(pattern: str, any_sign: str, one_sign: str, escape_sign: str) -> str:
    """Return a pattern with % and _ and the backslash, as CQL2 has it."""
    found, at = [], 0
    while at < len(pattern):
        sign = pattern[at]
        if escape_sign and sign == escape_sign and at + 1 < len(pattern):
            at += 1
            found.append(re.sub(r"([%_\\])", r"\\\1", pattern[at]))
        elif any_sign and sign == any_sign:
            found.append("%")
        elif one_sign and sign == one_sign:
            found.append("_")
        else:
            found.append(re.sub(r"([%_\\])", r"\\\1", sign))
        at += 1
    return "".join(found)


def _geometry(part: Element, *, flip: bool) -> Json:
    kind = name(part)
    if kind == "Envelope":
        low, high = (
            _points(one.text, flip=flip)[0] for one in part if name(one) in ("lowerCorner", "upperCorner")
        )
        return {"bbox": [*low, *high]}
    if kind == "Point":
        return {"type": "Point", "coordinates": _lists(part, flip=flip)[0][0]}
    if kind in ("LineString", "Curve"):
        return {"type": "LineString", "coordinates": _lists(part, flip=flip)[0]}
    if kind in ("Polygon", "Surface"):
        return {"type": "Polygon", "coordinates": _lists(part, flip=flip)}
    parts = [_geometry(one[0], flip=flip) for one in _members(part)]
    names = {"MultiPoint": "Point", "MultiCurve": "LineString", "MultiSurface": "Polygon"}
    if kind not in names or not parts:
        raise wrong(_("“%(name)s” is not supported in filters.") % {"name": kind[:60]})
    return {"type": f"Multi{names[kind]}", "coordinates": [one["coordinates"] for one in parts]}


def _members(part: Element) -> list[Element]:
    return [one for one in part if name(one).endswith(("Member", "Members")) and len(one)]


def _lists(part: Element, *, flip: bool) -> list[list[list[float]]]:
    found = [_points(one.text, flip=flip) for one in part.iter() if name(one) in ("pos", "posList")]
    if not found or not all(found):
        raise wrong(_("The shape is not well formed."))
    return found


def _points(written: str | None, *, flip: bool) -> list[list[float]]:
    try:
        numbers = [float(one) for one in (written or "").split()]
    except ValueError as fault:
        raise wrong(_("The shape is not well formed.")) from fault
    pairs = [[x, y] for x, y in zip(numbers[::2], numbers[1::2], strict=False)]
    if len(numbers) % 2 or not pairs:
        raise wrong(_("The shape is not well formed."))
    return [[y, x] for x, y in pairs] if flip else pairs
