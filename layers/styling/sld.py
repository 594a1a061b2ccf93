"""A style as Styled Layer Descriptor (OGC SLD 1.1 with SE 1.1), which QGIS, GeoServer and others load.

Made from the same map layers that the map draws: a colour by category or by number becomes a rule
for each class, a size by number five rules. A heat map has no counterpart and is refused.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from core.errors import Unprocessable
from layers.collections import Collection
from layers.styling.scales import denominator

SLD, SE, OGC = "http://www.opengis.net/sld", "http://www.opengis.net/se", "http://www.opengis.net/ogc"
for _prefix, _uri in (("sld", SLD), ("se", SE), ("ogc", OGC)):
    ElementTree.register_namespace(_prefix, _uri)
_SIZE_STEPS = 5
_SHAPES = {"square": "square", "triangle": "triangle", "diamond": "diamond", "star": "star", "cross": "cross"}
_COMPARED = {
    "==": "PropertyIsEqualTo",
    "!=": "PropertyIsNotEqualTo",
    "<": "PropertyIsLessThan",
    "<=": "PropertyIsLessThanOrEqualTo",
    ">": "PropertyIsGreaterThan",
    ">=": "PropertyIsGreaterThanOrEqualTo",
}
# Above this zoom SLD's "any scale" is meant.
ANY_ZOOM = 24
Element = ElementTree.Element
Condition = tuple[str, str, Any]


@dataclass(frozen=True)
class Case:
    """One way in which a layer draws: on which features, and with which values instead of expressions."""

    title: str
    conditions: tuple[Condition, ...] = ()
    values: tuple[tuple[str, Any], ...] = ()


def document(collection: Collection) -> bytes:
    """Return the SLD; refuses, with `Unprocessable`, a drawing that SLD cannot say."""
    root = Element(f"{{{SLD}}}StyledLayerDescriptor", version="1.1.0")
    named = ElementTree.SubElement(root, f"{{{SLD}}}NamedLayer")
    _text(named, SE, "Name", collection.id)
    user = ElementTree.SubElement(named, f"{{{SLD}}}UserStyle")
    _text(user, SE, "Name", str(collection.title))
    made = ElementTree.SubElement(user, f"{{{SE}}}FeatureTypeStyle")
    for layer in collection.style:
        if layer["type"] == "heatmap":
            raise Unprocessable(
                _("A heat map cannot be taken along as SLD."),
                detail=_("Draw the layer in another way, or take its data."),
            )
        if (layer.get("metadata") or {}).get("gis:cluster") is None:
            for case in cases(layer, collection):
                _rule(made, layer, case)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def cases(layer: Mapping[str, Any], collection: Collection) -> Iterator[Case]:
    """Yield a case for each class that an expression of the layer tells apart; one where none does."""
    values = {**(layer.get("layout") or {}), **(layer.get("paint") or {})}
    for name, value in values.items():
        if not isinstance(value, list | tuple) or name in ("text-field", "line-dasharray", "text-offset"):
            continue
        if (
            value[0] == "case"
            and len(value) == 4
            and isinstance(value[2], list | tuple)
            and value[2][0] == "step"
        ):
            yield from _stepped(name, value[2])
            return
        if value[0] == "match" and value[1][0] == "get":
            yield from _matched(name, value, collection)
            return
        if value[0] == "step" and value[1][0] == "get":
            yield from _stepped(name, value)
            return
        if value[0] == "interpolate" and value[2][0] == "get":
            yield from _sized(name, value)
            return
    yield Case(str(collection.title))


def _matched(name: str, value: Any, collection: Collection) -> Iterator[Case]:
    asked = value[1][1]
    field = collection.field(asked)
    choices = field.choices if field else {}
    seen: list[Condition] = []
    for label, output in zip(value[2:-1:2], value[3:-1:2], strict=True):
        for one in label if isinstance(label, list | tuple) else [label]:
            seen.append(("!=", asked, one))
            yield Case(str(choices.get(one, one)), (("==", asked, one),), ((name, output),))
    yield Case(_("Others"), tuple(seen), ((name, value[-1]),))


def _stepped(name: str, value: Any) -> Iterator[Case]:
    asked = value[1][1]
    begins = [None, *value[3::2]]
    for at, (begin, output) in enumerate(zip(begins, value[2::2], strict=True)):
        end = begins[at + 1] if at + 1 < len(begins) else None
        limits = [(">=", asked, begin)] if begin is not None else []
        limits += [("<", asked, end)] if end is not None else []
        words = " ".join(f"{how} {limit}" for how, _name, limit in limits)
        yield Case(words, tuple(limits), ((name, output),))


def _sized(name: str, value: Any) -> Iterator[Case]:
    asked, (low, small, high, large) = value[2][1], value[3:7]
    stops: list[Any] = []
    for at in range(_SIZE_STEPS):
        share = at / (_SIZE_STEPS - 1)
        output = small + (large - small) * share
        stops += [output] if at == 0 else [low + (high - low) * (at - 0.5) / (_SIZE_STEPS - 1), output]
    yield from _stepped(name, ["step", ["get", asked], *stops])


def _rule(made: Element, layer: Mapping[str, Any], case: Case) -> None:
    rule = ElementTree.SubElement(made, f"{{{SE}}}Rule")
    _text(rule, SE, "Name", case.title)
    conditions = [*case.conditions, *own_filter(layer)]
    if conditions:
        _filter(rule, conditions)
    # A larger zoom is a smaller number after the colon.
    if layer.get("maxzoom", ANY_ZOOM) < ANY_ZOOM:
        _text(rule, SE, "MinScaleDenominator", f"{denominator(layer['maxzoom']):.0f}")
    if layer.get("minzoom"):
        _text(rule, SE, "MaxScaleDenominator", f"{denominator(layer['minzoom']):.0f}")
    values = {**(layer.get("layout") or {}), **(layer.get("paint") or {}), **dict(case.values)}
    _SYMBOLIZERS[layer["type"]](rule, values)


def own_filter(layer: Mapping[str, Any]) -> list[Condition]:
    """Return the conditions under which a layer draws at all."""
    asked = layer.get("filter")
    if not asked:
        return []
    if (
        len(asked) == 3
        and asked[0] in _COMPARED
        and isinstance(asked[1], list | tuple)
        and asked[1][0] == "get"
    ):
        return [(asked[0], asked[1][1], asked[2])]
    raise Unprocessable(_("A condition of this style cannot be said in SLD."), detail=str(asked)[:200])


def _filter(rule: Element, conditions: list[Condition]) -> None:
    place = ElementTree.SubElement(rule, f"{{{OGC}}}Filter")
    if len(conditions) > 1:
        place = ElementTree.SubElement(place, f"{{{OGC}}}And")
    for how, name, value in conditions:
        compared = ElementTree.SubElement(place, f"{{{OGC}}}{_COMPARED[how]}")
        _text(compared, OGC, "PropertyName", name)
        _text(compared, OGC, "Literal", str(value).lower() if isinstance(value, bool) else str(value))


def _fill(rule: Element, values: Mapping[str, Any]) -> None:
    made = ElementTree.SubElement(rule, f"{{{SE}}}PolygonSymbolizer")
    place = ElementTree.SubElement(made, f"{{{SE}}}Fill")
    colour = values.get("gis:pattern-color") if "fill-pattern" in values else values.get("fill-color")
    _parameter(place, "fill", colour or "#000000")
    _parameter(
        place, "fill-opacity", 0.3 if "fill-pattern" in values else number(values.get("fill-opacity"), 1)
    )
    if isinstance(values.get("fill-outline-color"), str):
        _stroke(made, values["fill-outline-color"], 1)


def _line(rule: Element, values: Mapping[str, Any]) -> None:
    made = ElementTree.SubElement(rule, f"{{{SE}}}LineSymbolizer")
    place = _stroke(made, values.get("line-color", "#000000"), number(values.get("line-width"), 1))
    _parameter(place, "stroke-opacity", number(values.get("line-opacity"), 1))
    dash = values.get("line-dasharray")
    if isinstance(dash, list | tuple):
        _parameter(
            place,
            "stroke-dasharray",
            " ".join(str(one) for one in (dash[1] if dash[0] == "literal" else dash)),
        )


def _circle(rule: Element, values: Mapping[str, Any]) -> None:
    edge = (values.get("circle-stroke-color"), number(values.get("circle-stroke-width"), 0))
    _mark(rule, "circle", values.get("circle-color"), 2 * number(values.get("circle-radius"), 5), edge)


def _symbol(rule: Element, values: Mapping[str, Any]) -> None:
    if "icon-image" in values:
        shape = _SHAPES.get(str(values["icon-image"]), "circle")
        _mark(
            rule,
            shape,
            values.get("icon-color"),
            number(values.get("icon-size"), 16),
            (values.get("icon-halo-color"), 1),
        )
    if "text-field" in values:
        _words(rule, values)


def _mark(rule: Element, shape: str, colour: Any, size: float, edge: tuple[Any, float]) -> None:
    graphic = ElementTree.SubElement(
        ElementTree.SubElement(rule, f"{{{SE}}}PointSymbolizer"), f"{{{SE}}}Graphic"
    )
    mark = ElementTree.SubElement(graphic, f"{{{SE}}}Mark")
    _text(mark, SE, "WellKnownName", shape)
    _parameter(ElementTree.SubElement(mark, f"{{{SE}}}Fill"), "fill", colour or "#000000")
    if isinstance(edge[0], str) and edge[1] > 0:
        _stroke(mark, edge[0], edge[1])
    _text(graphic, SE, "Size", f"{size:g}")


def _words(rule: Element, values: Mapping[str, Any]) -> None:
    made = ElementTree.SubElement(rule, f"{{{SE}}}TextSymbolizer")
    label = ElementTree.SubElement(made, f"{{{SE}}}Label")
    # SE lets a label hold one property; what follows it in ours is left out.
    _text(label, OGC, "PropertyName", next(asked_fields(values["text-field"]), "name"))
    font = ElementTree.SubElement(made, f"{{{SE}}}Font")
    _parameter(font, "font-family", "IBM Plex Sans Arabic")
    _parameter(font, "font-size", number(values.get("text-size"), 12))
    halo = ElementTree.SubElement(made, f"{{{SE}}}Halo")
    _text(halo, SE, "Radius", f"{number(values.get('text-halo-width'), 1):g}")
    _parameter(
        ElementTree.SubElement(halo, f"{{{SE}}}Fill"), "fill", values.get("text-halo-color", "#ffffff")
    )
    _parameter(ElementTree.SubElement(made, f"{{{SE}}}Fill"), "fill", values.get("text-color", "#14222b"))


def asked_fields(expression: Any) -> Iterator[str]:
    """Yield the fields that an expression asks for, in order."""
    if isinstance(expression, list | tuple) and expression:
        if expression[0] == "get":
            yield str(expression[1])
        elif expression[0] == "name":
            yield "name_ar"
        for part in expression[1:]:
            yield from asked_fields(part)


def _stroke(parent: Element, colour: Any, width: float) -> Element:
    place = ElementTree.SubElement(parent, f"{{{SE}}}Stroke")
    _parameter(place, "stroke", colour)
    _parameter(place, "stroke-width", width)
    return place


def number(value: Any, otherwise: float) -> float:
    """Return a plain number, or another where an expression stands instead."""
    return float(value) if isinstance(value, int | float) else float(otherwise)


def _parameter(parent: Element, name: str, value: Any) -> None:
    made = _text(parent, SE, "SvgParameter", f"{value:g}" if isinstance(value, int | float) else str(value))
    made.set("name", name)


def _text(parent: Element, namespace: str, name: str, text: str) -> Element:
    made = ElementTree.SubElement(parent, f"{{{namespace}}}{name}")
    made.text = text
    return made


_SYMBOLIZERS = {"fill": _fill, "line": _line, "circle": _circle, "symbol": _symbol}
