"""The legend of a collection, made from its style (docs/styles.md)."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.text3 import Text3
from layers.collections import Collection

Entry = dict[str, Any]
MOST_ENTRIES = 24
_COLOURS = {"fill": "fill-color", "line": "line-color", "circle": "circle-color", "symbol": "icon-color"}


def legend(collection: Collection) -> list[Entry]:
    """Return the entries in the active language: what each colour or sign on the map stands for."""
    drawn = [layer for layer in collection.style if layer.get("type") in _COLOURS and not _is_text(layer)]
    named = [layer for layer in drawn if _own_label(layer)]
    if named:
        found = [_entry(_own_label(layer), layer) for layer in named]
    else:
        split = next((layer for layer in drawn if _match(layer)), None)
        found = list(_by_value(collection, split, drawn)) if split else _whole(collection, drawn)
    return found[:MOST_ENTRIES]


def _whole(collection: Collection, drawn: list[Mapping[str, Any]]) -> list[Entry]:
    return [_entry(str(collection.title), _outlined(drawn[0], drawn))] if drawn else []


def _by_value(
    collection: Collection, layer: Mapping[str, Any], drawn: list[Mapping[str, Any]]
) -> Iterable[Entry]:
    """Yield an entry for each value that the layer's colour tells apart, then one for all others.

    `filter` names the field and its values (None: all others), so that a class can be hidden.
    """
    field_name, pairs, other = _match(layer)
    field = collection.field(field_name)
    choices = field.choices if field else {}
    for value, colour in pairs:
        values = value if isinstance(value, list | tuple) else [value]
        words = [str(choices.get(one, one)) for one in values]
        found = _entry(
            "، ".join(words) if len(words) > 1 else words[0], _outlined(_coloured(layer, colour), drawn)
        )
        yield {**found, "filter": {"field": field_name, "values": [str(one) for one in values]}}
    rest = _entry(str(collection.title), _outlined(_coloured(layer, other), drawn))
    yield {**rest, "filter": {"field": field_name, "values": None}}


def _match(layer: Mapping[str, Any]) -> Any:
    """Return field, pairs and default of a colour that is a `match` on one field, else nothing."""
    colour = layer.get("paint", {}).get(_COLOURS[layer["type"]])
    if not isinstance(colour, list | tuple) or len(colour) < 5 or colour[0] != "match":
        return None
    asked = colour[1]
    if not isinstance(asked, list | tuple) or len(asked) != 2 or asked[0] != "get":
        return None
    pairs = list(zip(colour[2:-1:2], colour[3:-1:2], strict=False))
    if not all(isinstance(one, str) for _value, one in pairs) or not isinstance(colour[-1], str):
        return None
    return asked[1], pairs, colour[-1]


def _coloured(layer: Mapping[str, Any], colour: str) -> Mapping[str, Any]:
    return {**layer, "paint": {**layer["paint"], _COLOURS[layer["type"]]: colour}}


def _outlined(layer: Mapping[str, Any], drawn: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Give an area the outline that a line layer of the same style draws around it."""
    edge = next(
        (
            one["paint"]["line-color"]
            for one in drawn
            if one["type"] == "line" and "line-color" in one["paint"]
        ),
        None,
    )
    if layer["type"] != "fill" or not isinstance(edge, str) or "fill-outline-color" in layer["paint"]:
        return layer
    return {**layer, "paint": {**layer["paint"], "fill-outline-color": edge}}


def _is_text(layer: Mapping[str, Any]) -> bool:
    return layer["type"] == "symbol" and "icon-image" not in layer.get("layout", {})


def _own_label(layer: Mapping[str, Any]) -> str:
    written = layer.get("metadata", {}).get("legend")
    return str(Text3.of(written) if isinstance(written, dict) else written) if written else ""


def _entry(label: str, layer: Mapping[str, Any]) -> Entry:
    symbol = {name: layer[name] for name in ("type", "paint", "layout") if name in layer}
    return {"label": label, "symbol": symbol}
