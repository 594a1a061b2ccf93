"""The legend of a collection, made from its style (docs/styles.md)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from core.text import listed
from core.text3 import Text3
from layers.collections import Collection

Entry = dict[str, Any]
Layer = Mapping[str, Any]
MOST_ENTRIES = 24
_COLOURS = {
    "fill": "fill-color",
    "line": "line-color",
    "circle": "circle-color",
    "symbol": "icon-color",
    "heatmap": "heatmap-color",
}
_ROOM = 8
_SIZES = {"circle": "circle-radius", "line": "line-width"}


def legend(collection: Collection) -> list[Entry]:
    """Return the entries in the active language: what each colour or sign on the map stands for."""
    drawn = [layer for layer in collection.style if layer.get("type") in _COLOURS and not _is_text(layer)]
    named = [layer for layer in drawn if _own_label(layer)]
    if named:
        return [_entry(_own_label(layer), layer) for layer in named][:MOST_ENTRIES]
    for split in (_by_value, _by_step, _by_size, _together):
        for layer in drawn:
            found = list(split(collection, layer, drawn))
            if found:
                return found[:MOST_ENTRIES]
    return _whole(collection, drawn)


def _whole(collection: Collection, drawn: list[Layer]) -> list[Entry]:
    return [_entry(str(collection.title), _outlined(drawn[0], drawn))] if drawn else []


def _by_value(collection: Collection, layer: Layer, drawn: list[Layer]) -> Iterable[Entry]:
    """Yield an entry for each value that the layer's colour tells apart, then one for all others.

    `filter` names the field and its values (None: all others), so that a class can be hidden.
    """
    matched = _match(layer)
    if not matched:
        return
    field_name, pairs, other = matched
    field = collection.field(field_name)
    choices = field.choices if field else {}
    for at, (value, colour) in enumerate(pairs):
        values = value if isinstance(value, list | tuple) else [value]
        words = [str(choices.get(one, one)) for one in values]
        label = _given(layer, at) or listed(words)
        found = _entry(label, _outlined(_coloured(layer, colour), drawn))
        yield {**found, "filter": {"field": field_name, "values": [str(one) for one in values]}}
    rest = _entry(str(collection.title), _outlined(_coloured(layer, other), drawn))
    yield {**rest, "filter": {"field": field_name, "values": None}}


def _match(layer: Layer) -> Any:
    """Return field, pairs and default of a colour that is a `match` on one field, else nothing."""
    colour = _colour(layer)
    if not _is_call(colour, "match") or len(colour) < 5:
        return None
    if not _is_call(colour[1], "get"):
        return None
    pairs = list(zip(colour[2:-1:2], colour[3:-1:2], strict=False))
    if not all(isinstance(one, str) for _value, one in pairs) or not isinstance(colour[-1], str):
        return None
    return colour[1][1], pairs, colour[-1]


def _by_step(collection: Collection, layer: Layer, drawn: list[Layer]) -> Iterable[Entry]:
    """Yield an entry for each class of numbers; `filter` gives its limits, the upper one outside."""
    colour = _colour(layer)
    if _is_call(colour, "case") and len(colour) == 4:
        colour = colour[2]
    if not _is_call(colour, "step") or not _is_call(colour[1], "get"):
        return
    name = colour[1][1]
    field = collection.field(name)
    unit = str(field.unit) if field else ""
    begins = [None, *colour[3::2]]
    for at, (begin, shade) in enumerate(zip(begins, colour[2::2], strict=True)):
        end = begins[at + 1] if at + 1 < len(begins) else None
        found = _entry(
            _given(layer, at) or _range(begin, end, unit), _outlined(_coloured(layer, shade), drawn)
        )
        yield {**found, "filter": {"field": name, "values": [], "from": begin, "to": end}}


def _by_size(collection: Collection, layer: Layer, _drawn: list[Layer]) -> Iterable[Entry]:
    """Yield the smallest, a middle and the largest sign."""
    name = _SIZES.get(layer["type"], "")
    size = layer.get("paint", {}).get(name)
    if not _is_call(size, "interpolate") or not _is_call(size[2], "get"):
        return
    low, small, high, large = size[3:7]
    field = collection.field(size[2][1])
    unit = str(field.unit) if field else ""
    # Signs keep their proportion in a legend that has little room for the largest.
    shrunk = min(1, _ROOM / max(small, large))
    for share in (0, 0.5, 1):
        drawn = {**layer, "paint": {**layer["paint"], name: (small + (large - small) * share) * shrunk}}
        yield _entry(_with_unit(_figure(low + (high - low) * share), unit), drawn)


def _together(collection: Collection, layer: Layer, drawn: list[Layer]) -> Iterable[Entry]:
    """Yield what heat or clusters say, then the sign of one feature."""
    if layer["type"] == "heatmap":
        yield _entry(_("few to many"), layer)
    elif (layer.get("metadata") or {}).get("gis:cluster"):
        yield _entry(_("several together"), layer)
    else:
        return
    yield from (_entry(str(collection.title), one) for one in drawn if one is not layer)


def _colour(layer: Layer) -> Any:
    return layer.get("paint", {}).get(_COLOURS[layer["type"]])


def _is_call(value: Any, name: str) -> bool:
    return isinstance(value, list | tuple) and len(value) > 1 and value[0] == name


def _range(begin: Any, end: Any, unit: str) -> str:
    if begin is None:
        return _("under %(end)s") % {"end": _with_unit(_figure(end), unit)}
    if end is None:
        return _("%(begin)s and more") % {"begin": _with_unit(_figure(begin), unit)}
    return _("%(begin)s to under %(end)s") % {"begin": _figure(begin), "end": _with_unit(_figure(end), unit)}


def _figure(value: float) -> str:
    """Return a number isolated from the direction of the words around it."""
    return f"\u2066{value:,.10g}\u2069"


def _with_unit(figure: str, unit: str) -> str:
    return f"{figure} {unit}" if unit else figure


def _given(layer: Layer, at: int) -> str:
    """Return the words that somebody gave a class, if any."""
    labels: Sequence[Any] = (layer.get("metadata") or {}).get("gis:labels") or ()
    return str(Text3.of(labels[at])) if at < len(labels) and labels[at] else ""


def _coloured(layer: Layer, colour: str) -> Layer:
    return {**layer, "paint": {**layer["paint"], _COLOURS[layer["type"]]: colour}}


def _outlined(layer: Layer, drawn: list[Layer]) -> Layer:
    """Give an area the outline that a line layer of the same style draws around it."""
    edge = next(
        (
            one["paint"]["line-color"]
            for one in drawn
            if one["type"] == "line" and "line-color" in one.get("paint", {})
        ),
        None,
    )
    if layer["type"] != "fill" or not isinstance(edge, str) or "fill-outline-color" in layer.get("paint", {}):
        return layer
    return {**layer, "paint": {**layer.get("paint", {}), "fill-outline-color": edge}}


def _is_text(layer: Layer) -> bool:
    return layer["type"] == "symbol" and "icon-image" not in layer.get("layout", {})


def _own_label(layer: Layer) -> str:
    written = (layer.get("metadata") or {}).get("legend")
    return str(Text3.of(written) if isinstance(written, dict) else written) if written else ""


def _entry(label: str, layer: Layer) -> Entry:
    symbol = {name: layer[name] for name in ("type", "paint", "layout") if name in layer}
    return {"label": label, "symbol": symbol}
