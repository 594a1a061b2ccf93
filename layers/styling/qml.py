"""A style as QGIS keeps it (QML): rules, one symbol each, and labels; made from the same cases as the SLD."""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from layers.collections import Collection
from layers.styling.scales import denominator
from layers.styling.sld import ANY_ZOOM, Case, Condition, asked_fields, cases, number, own_filter

Element = ElementTree.Element
_EXPRESSION = {"==": "=", "!=": "<>"}


def document(collection: Collection) -> str:
    """Return the QML; refuses, with `Unprocessable`, what the SLD of the style refuses too."""
    root = Element("qgis", version="3.22.0", styleCategories="Symbology|Labeling", labelsEnabled="0")
    renderer = ElementTree.SubElement(root, "renderer-v2", type="RuleRenderer", symbollevels="0")
    rules = ElementTree.SubElement(renderer, "rules", key="root")
    symbols = ElementTree.SubElement(renderer, "symbols")
    for layer in collection.style:
        if layer["type"] == "symbol" and "text-field" in (layer.get("layout") or {}):
            _labels(root, layer)
        if layer["type"] not in _SYMBOLS or (layer.get("metadata") or {}).get("gis:cluster") is not None:
            continue
        for case in cases(layer, collection):
            at = str(len(symbols))
            _symbol(symbols, layer, case, at)
            _rule(rules, layer, case, at)
    ElementTree.indent(root)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ElementTree.tostring(
        root, encoding="unicode"
    )


def _rule(rules: Element, layer: Mapping[str, Any], case: Case, symbol: str) -> None:
    rule = ElementTree.SubElement(rules, "rule", key=f"rule{symbol}", symbol=symbol, label=case.title)
    conditions = [*case.conditions, *own_filter(layer)]
    if conditions:
        rule.set("filter", " AND ".join(map(_condition, conditions)))
    for name, edge in _scales(layer).items():
        rule.set(name, edge)


def _scales(layer: Mapping[str, Any]) -> dict[str, str]:
    """Return the scales between which a layer is drawn; QGIS calls the smaller number the maximum."""
    found = {}
    if layer.get("maxzoom", ANY_ZOOM) < ANY_ZOOM:
        found["scalemaxdenom"] = f"{denominator(layer.get('minzoom') or 0):.0f}"
        found["scalemindenom"] = f"{denominator(layer['maxzoom']):.0f}"
    elif layer.get("minzoom"):
        found["scalemaxdenom"] = f"{denominator(layer['minzoom']):.0f}"
    return found


def _condition(one: Condition) -> str:
    how, name, value = one
    column = '"' + name.replace('"', '""') + '"'
    if isinstance(value, str):
        value = "'" + value.replace("'", "''") + "'"
    return f"{column} {_EXPRESSION.get(how, how)} {value}"


def _symbol(symbols: Element, layer: Mapping[str, Any], case: Case, name: str) -> None:
    values = {**(layer.get("layout") or {}), **(layer.get("paint") or {}), **dict(case.values)}
    kind, drawn, options = _SYMBOLS[layer["type"]](values)
    symbol = ElementTree.SubElement(symbols, "symbol", type=kind, name=name, alpha="1")
    made = ElementTree.SubElement(
        symbol, "layer", {"class": drawn, "enabled": "1", "pass": "0", "locked": "0"}
    )
    for key, value in options.items():
        ElementTree.SubElement(made, "prop", k=key, v=value)


Drawn = tuple[str, str, dict[str, str]]


def _fill(values: Mapping[str, Any]) -> Drawn:
    edge = values.get("fill-outline-color")
    return "fill", "SimpleFill", {
        "color": _colour(values.get("fill-color"), number(values.get("fill-opacity"), 1)),
        "style": "solid",
        "outline_style": "solid" if isinstance(edge, str) else "no",
        "outline_color": _colour(edge, 1),
        "outline_width": "1",
        "outline_width_unit": "Pixel",
    }  # fmt: skip


def _line(values: Mapping[str, Any]) -> Drawn:
    return "line", "SimpleLine", {
        "line_color": _colour(values.get("line-color"), number(values.get("line-opacity"), 1)),
        "line_width": f"{number(values.get('line-width'), 1):g}",
        "line_width_unit": "Pixel",
        "line_style": "dash" if "line-dasharray" in values else "solid",
    }  # fmt: skip


def _circle(values: Mapping[str, Any]) -> Drawn:
    return "marker", "SimpleMarker", {
        "name": "circle",
        "color": _colour(values.get("circle-color"), number(values.get("circle-opacity"), 1)),
        "size": f"{2 * number(values.get('circle-radius'), 5):g}",
        "size_unit": "Pixel",
        "outline_color": _colour(values.get("circle-stroke-color"), 1),
        "outline_width": f"{number(values.get('circle-stroke-width'), 0):g}",
        "outline_width_unit": "Pixel",
        "outline_style": "solid" if number(values.get("circle-stroke-width"), 0) else "no",
    }  # fmt: skip


_SYMBOLS = {"fill": _fill, "line": _line, "circle": _circle}


def _labels(root: Element, layer: Mapping[str, Any]) -> None:
    values = {**(layer.get("layout") or {}), **(layer.get("paint") or {})}
    name = next(asked_fields(values["text-field"]), "")
    if not name or root.find("labeling") is not None:
        return
    root.set("labelsEnabled", "1")
    settings = ElementTree.SubElement(ElementTree.SubElement(root, "labeling", type="simple"), "settings")
    style = ElementTree.SubElement(
        settings, "text-style", fieldName=name, fontFamily="IBM Plex Sans Arabic",
        fontSize=f"{number(values.get('text-size'), 12):g}", fontSizeUnit="Pixel",
        textColor=_colour(values.get("text-color"), 1),
    )  # fmt: skip
    ElementTree.SubElement(
        style, "text-buffer", bufferDraw="1", bufferSize="1", bufferSizeUnits="Pixel",
        bufferColor=_colour(values.get("text-halo-color", "#ffffff"), 1),
    )  # fmt: skip
    scales = _scales(layer)
    if scales:
        ElementTree.SubElement(
            settings, "rendering", scaleVisibility="1",
            scaleMax=scales.get("scalemindenom", "0"), scaleMin=scales.get("scalemaxdenom", "0"),
        )  # fmt: skip


def _colour(value: Any, opacity: float) -> str:
    """Return "red,green,blue,alpha" of a colour in hexadecimal digits; what is none of those is grey."""
    digits = value.removeprefix("#") if isinstance(value, str) else ""
    if len(digits) == 3:
        digits = "".join(2 * one for one in digits)
    try:
        red, green, blue = (int(digits[at : at + 2], 16) for at in (0, 2, 4))
    except ValueError:
        red = green = blue = 128
    return f"{red},{green},{blue},{round(255 * opacity)}"
