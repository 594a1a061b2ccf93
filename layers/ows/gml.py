"""Features as GML 3.2, simple features profile level 0 (OGC 07-036, 10-100r3)."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from layers.access import View
from layers.collections import Field, FieldType
from layers.ogc.systems import System

SPACE = "urn:gisportal:layers"
TYPES = {
    FieldType.TEXT: "xsd:string",
    FieldType.INTEGER: "xsd:long",
    FieldType.NUMBER: "xsd:double",
    FieldType.BOOLEAN: "xsd:boolean",
    FieldType.DATE: "xsd:date",
    FieldType.DATETIME: "xsd:dateTime",
}
GEOMETRY = "geom"
# What XML 1.0 cannot hold.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PROPERTY = {
    "Point": "gml:PointPropertyType",
    "MultiPoint": "gml:MultiPointPropertyType",
    "LineString": "gml:CurvePropertyType",
    "MultiLineString": "gml:MultiCurvePropertyType",
    "Polygon": "gml:SurfacePropertyType",
    "MultiPolygon": "gml:MultiSurfacePropertyType",
}
_PARTS = {
    "MultiPoint": ("gml:MultiPoint", "gml:pointMember", "Point"),
    "MultiLineString": ("gml:MultiCurve", "gml:curveMember", "LineString"),
    "MultiPolygon": ("gml:MultiSurface", "gml:surfaceMember", "Polygon"),
}


def urn(system: System) -> str:
    """Return the URN of a reference system."""
    return (
        f"urn:ogc:def:crs:EPSG::{system.srid}"
        if system.flipped or system.srid != 4326
        else "urn:ogc:def:crs:OGC:1.3:CRS84"
    )


def described(view: View) -> dict[str, Any]:
    """Return what the schema says of a collection: names and types."""
    one = view.collection
    fields = [{"name": field.name, "type": TYPES[field.type]} for field in view.fields]
    kind = _PROPERTY.get(one.geometry_type, "gml:GeometryPropertyType") if one.has_geometry else ""
    return {"id": one.id, "fields": fields, "geometry": GEOMETRY, "kind": kind}


def member(view: View, key: int, shape: Any, values: Sequence[Any], system: System) -> str:
    """Return one feature; `shape` is its GeoJSON geometry in the system's order of axes."""
    one = view.collection
    name, ident = f"gp:{one.id}", f"{one.id}.{key}"
    parts = [f"<wfs:member><{name} gml:id={quoteattr(ident)}>"]
    parts += [
        _property(field, value) for field, value in zip(view.fields, values, strict=True) if value is not None
    ]
    if shape is not None:
        drawn = "".join(geometry(shape, f"{ident}.g", f' srsName="{urn(system)}"'))
        parts.append(f"<gp:{GEOMETRY}>{drawn}</gp:{GEOMETRY}>")
    return "".join([*parts, f"</{name}></wfs:member>"])


def _property(field: Field, value: Any) -> str:
    return f"<gp:{field.name}>{text(value)}</gp:{field.name}>"


def text(value: Any) -> str:
    """Return a value as XML text, without the characters that XML cannot hold."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return escape(_FORBIDDEN.sub("�", str(value)))


def geometry(shape: dict[str, Any], ident: str, more: str = "") -> Iterator[str]:
    """Yield a GeoJSON geometry as GML; each part has an id of its own, as GML 3.2 wants."""
    kind, coordinates = shape["type"], shape.get("coordinates", [])
    head = f'gml:id="{ident}"{more} srsDimension="2"'
    if kind == "Point":
        yield f"<gml:Point {head}><gml:pos>{_numbers([coordinates])}</gml:pos></gml:Point>"
    elif kind == "LineString":
        yield f"<gml:LineString {head}><gml:posList>{_numbers(coordinates)}</gml:posList></gml:LineString>"
    elif kind == "Polygon":
        yield f"<gml:Polygon {head}>"
        for at, ring in enumerate(coordinates):
            side = "interior" if at else "exterior"
            line = f"<gml:LinearRing><gml:posList>{_numbers(ring)}</gml:posList></gml:LinearRing>"
            yield f"<gml:{side}>{line}</gml:{side}>"
        yield "</gml:Polygon>"
    elif kind in _PARTS:
        outer, inner, part = _PARTS[kind]
        yield f"<{outer} {head}>"
        for at, each in enumerate(coordinates):
            yield f"<{inner}>{''.join(geometry({'type': part, 'coordinates': each}, f'{ident}.{at}'))}</{inner}>"
        yield f"</{outer}>"
    else:
        yield f"<gml:MultiGeometry {head}>"
        for at, each in enumerate(shape.get("geometries", [])):
            yield f"<gml:geometryMember>{''.join(geometry(each, f'{ident}.{at}'))}</gml:geometryMember>"
        yield "</gml:MultiGeometry>"


def _numbers(points: Sequence[Sequence[float]]) -> str:
    return " ".join(f"{x:.10g} {y:.10g}" if abs(x) < 360 else f"{x:.3f} {y:.3f}" for x, y, *_z in points)
