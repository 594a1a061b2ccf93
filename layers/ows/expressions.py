"""The map styles' expressions (docs/styles.md), evaluated for one feature at one scale."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import get_language

_COMPARED: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_COUNTED: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "min": min,
    "max": max,
}


@dataclass(frozen=True)
class Scene:
    """What an expression can ask: the feature's values, its kind of shape, zoom, pixels of a metre."""

    values: Mapping[str, Any]
    kind: str
    zoom: float
    pixels_per_metre: float = 1.0


def evaluate(part: Any, scene: Scene, usual: Any = None) -> Any:
    """Return the value of an expression or constant; `usual` where it has none or cannot be computed."""
    try:
        found = _value(part, scene)
    except (TypeError, ValueError, ZeroDivisionError, IndexError, OverflowError):
        return usual
    return usual if found is None else found


def _value(part: Any, scene: Scene) -> Any:
    if not isinstance(part, list | tuple) or not part or not isinstance(part[0], str):
        return part
    name, arguments = part[0], part[1:]
    build = _BUILDERS.get(name)
    if build:
        return build(arguments, scene)
    values = [_value(one, scene) for one in arguments]
    if name in _COMPARED:
        return _compared(name, values)
    if name in _COUNTED:
        total = float(values[0])
        for one in values[1:]:
            total = _COUNTED[name](total, float(one))
        return -total if name == "-" and len(values) == 1 else total
    return None


def _compared(name: str, values: Sequence[Any]) -> bool:
    one, other = values[:2]
    if name in ("==", "!="):
        return bool(_COMPARED[name](one, other))
    return one is not None and other is not None and bool(_COMPARED[name](one, other))


def _match(arguments: Sequence[Any], scene: Scene) -> Any:
    wanted = _value(arguments[0], scene)
    for label, result in zip(arguments[1:-1:2], arguments[2:-1:2], strict=False):
        if wanted in label if isinstance(label, list | tuple) else wanted == label:
            return _value(result, scene)
    return _value(arguments[-1], scene)


def _case(arguments: Sequence[Any], scene: Scene) -> Any:
    for condition, result in zip(arguments[:-1:2], arguments[1:-1:2], strict=False):
        if _value(condition, scene):
            return _value(result, scene)
    return _value(arguments[-1], scene)


def _step(arguments: Sequence[Any], scene: Scene) -> Any:
    at = float(_value(arguments[0], scene))
    found = arguments[1]
    for stop, result in zip(arguments[2::2], arguments[3::2], strict=False):
        if at >= stop:
            found = result
    return _value(found, scene)


def _interpolate(arguments: Sequence[Any], scene: Scene) -> Any:
    way, at = arguments[0], float(_value(arguments[1], scene))
    stops = list(zip(arguments[2::2], [_value(one, scene) for one in arguments[3::2]], strict=False))
    if at <= stops[0][0]:
        return stops[0][1]
    for (low, first), (high, second) in pairwise(stops):
        if at <= high:
            share = (at - low) / (high - low)
            if way[0] == "exponential" and way[1] != 1:
                share = (way[1] ** (at - low) - 1) / (way[1] ** (high - low) - 1)
            return _between(first, second, share)
    return stops[-1][1]


def _between(first: Any, second: Any, share: float) -> Any:
    if isinstance(first, str):
        return first if share < 0.5 else second
    return first + (second - first) * share


def _name(_arguments: Sequence[Any], scene: Scene) -> Any:
    known = [f"name_{get_language()}", "name_ar", "name_en", "name_fr", "name"]
    return next((scene.values[one] for one in known if scene.values.get(one)), None)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


_BUILDERS: Mapping[str, Callable[[Sequence[Any], Scene], Any]] = {
    "get": lambda arguments, scene: scene.values.get(arguments[0]),
    "has": lambda arguments, scene: scene.values.get(arguments[0]) is not None,
    "literal": lambda arguments, _scene: arguments[0],
    "zoom": lambda _arguments, scene: scene.zoom,
    "geometry-type": lambda _arguments, scene: scene.kind.removeprefix("Multi"),
    "match": _match,
    "case": _case,
    "step": _step,
    "interpolate": _interpolate,
    "name": _name,
    "metres": lambda arguments, scene: float(_value(arguments[0], scene)) * scene.pixels_per_metre,
    "coalesce": lambda arguments, scene: next(
        (found for one in arguments if (found := _value(one, scene)) is not None), None
    ),
    "concat": lambda arguments, scene: "".join(_text(_value(one, scene)) for one in arguments),
    "to-string": lambda arguments, scene: _text(_value(arguments[0], scene)),
    "to-number": lambda arguments, scene: float(_value(arguments[0], scene)),
    "length": lambda arguments, scene: len(_value(arguments[0], scene)),
    "all": lambda arguments, scene: all(_value(one, scene) for one in arguments),
    "any": lambda arguments, scene: any(_value(one, scene) for one in arguments),
    "!": lambda arguments, scene: not _value(arguments[0], scene),
    "in": lambda arguments, scene: _value(arguments[0], scene) in (_value(arguments[1], scene) or ()),
}


def zoom_of(metres_per_pixel: float, latitude: float) -> float:
    """Return MapLibre's zoom (512 px tiles) at which a pixel has so many metres on the ground."""
    around = 40_075_016.686 * math.cos(math.radians(latitude))
    return math.log2(around / 512 / metres_per_pixel)
