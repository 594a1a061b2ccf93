"""Refuse a style that the map could not draw: unknown layers, unknown words, fields that are not there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from layers.collections import Collection

KINDS = frozenset({"fill", "line", "circle", "symbol", "heatmap"})
LARGEST = 40
DEEPEST = 24
MOST_PARTS = 5_000
OPERATORS = frozenset(
    "get has literal zoom geometry-type match case step interpolate coalesce concat to-string to-number length "
    "== != < <= > >= all any ! in + - * / min max name metres heatmap-density linear exponential".split()
)
_LISTS = ("line-dasharray", "text-offset")


def faults(style: Any, collection: Collection) -> list[str]:
    """Return what is wrong with a style for a collection, a sentence each; nothing where it can be drawn."""
    if not isinstance(style, list) or len(style) > LARGEST or not all(_is_layer(one) for one in style):
        return [
            _(
                "A style is a list of at most 40 map layers of the types fill, line, circle, symbol and heatmap."
            )
        ]
    found: list[str] = []
    try:
        parts = [part for layer in style for part in _expressions(layer)]
        if len(parts) > MOST_PARTS:
            return [_("This style is too large.")]
        unknown = sorted({str(part[0])[:40] for part in parts if part[0] not in OPERATORS})
    except RecursionError:
        return [_("This style is nested too deeply.")]
    found += [_("The map does not know the expression “%(name)s”.") % {"name": name} for name in unknown]
    missing = sorted(fields_in(style) - {one.name for one in collection.fields})
    found += [_("This layer has no field “%(name)s”.") % {"name": name[:63]} for name in missing]
    return found


def fields_in(style: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Return the fields that a style reads from the features."""
    return frozenset(
        str(part[1])
        for layer in style
        for part in _expressions(layer)
        if part[0] in ("get", "has") and len(part) > 1
    )


def _is_layer(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and one.get("type") in KINDS
        and all(isinstance(one.get(name, {}), dict) for name in ("paint", "layout", "metadata"))
    )


def _expressions(layer: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    values = {**(layer.get("layout") or {}), **(layer.get("paint") or {}), "filter": layer.get("filter")}
    for name, value in values.items():
        if name not in _LISTS or (isinstance(value, list | tuple) and value[:1] == ["literal"]):
            yield from _inside(value, 0)


def _inside(value: Any, depth: int) -> Iterator[Sequence[Any]]:
    if not isinstance(value, list | tuple) or not value or not isinstance(value[0], str):
        if isinstance(value, list | tuple):
            for part in value:
                yield from _inside(part, depth + 1)
        return
    if depth > DEEPEST:
        raise RecursionError
    yield value
    head, *rest = value
    if head == "literal":
        return
    # The labels of a match are values, lists of them too; every other part may be an expression.
    inner = [rest[0], *rest[2::2], rest[-1]] if head == "match" and len(rest) > 2 else rest
    for part in inner:
        yield from _inside(part, depth + 1)
