"""The documents that describe the service: landing page, conformance, collections, queryables, tiles."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import policy
from accounts.policy import Subject, Verb
from core.errors import NotFound
from layers import extents, registry
from layers.access import View, view
from layers.collections import Collection, Field, FieldType
from layers.features.asked import ORDERED
from layers.grids import stored_srid
from layers.ogc import systems
from layers.ogc.answers import GEOJSON, OPENAPI, SCHEMA, Json, address, both_forms, link

_SPEC = "http://www.opengis.net/spec/"
_REL = "http://www.opengis.net/def/rel/ogc/1.0/"
QUAD = "WebMercatorQuad"
QUAD_URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
MVT = "application/vnd.mapbox-vector-tile"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
CONFORMANCE = tuple(
    f"{_SPEC}{one}"
    for one in (
        *(f"ogcapi-features-1/1.0/conf/{part}" for part in ("core", "oas30", "html", "geojson")),
        "ogcapi-features-2/1.0/conf/crs",
        *(
            f"ogcapi-features-3/1.0/conf/{part}"
            for part in ("queryables", "queryables-query-parameters", "filter", "features-filter")
        ),
        *(
            f"cql2/1.0/conf/{part}"
            for part in (
                "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators",
                "case-insensitive-comparison", "accent-insensitive-comparison", "basic-spatial-functions",
                "basic-spatial-functions-plus", "spatial-functions", "temporal-functions", "property-property",
            )
        ),
        *(
            f"ogcapi-features-4/1.0/conf/{part}"
            for part in ("create-replace-delete", "update", "optimistic-locking", "features")
        ),
        *(f"ogcapi-tiles-1/1.0/conf/{part}" for part in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt")),
        "tms/2.0/conf/tilematrixset",
        "json-fg-1/0.3/conf/core",
    )
)  # fmt: skip


def visible(subject: Subject) -> list[View]:
    """Return the collections that somebody may see, in the order of the catalogue."""
    found = []
    for one in sorted(registry.catalogue().collections.values(), key=lambda each: (each.order, each.id)):
        if policy.decide(subject, Verb.VIEW, one):
            found.append(view(subject, one))
    return found


def landing(request: HttpRequest) -> Json:
    """Return the landing page (Part 1, 7.2)."""
    return {
        "title": _("Open geographic data"),
        "description": _("The municipality's layers for programs, by the standards of the OGC."),
        "links": [
            *both_forms(request),
            link(address(request, "api"), "service-desc", OPENAPI, _("The definition of this interface")),
            link(address(request, "api?f=html"), "service-doc", "text/html", _("The interface, for people")),
            link(address(request, "conformance"), "conformance", title=_("What it conforms to")),
            link(address(request, "collections"), "data", title=_("The layers")),
            link(address(request, "tileMatrixSets"), f"{_REL}tiling-schemes", title=_("How tiles are cut")),
        ],
    }


def collections(request: HttpRequest, views: Iterable[View]) -> Json:
    """Return the collections (Part 1, 7.13)."""
    return {
        "links": both_forms(request),
        "crs": [one.uri for one in systems.offered()],
        "collections": [collection(request, one, short=True) for one in views],
    }


def collection(request: HttpRequest, seen: View, *, short: bool = False) -> Json:
    """Return one collection (Part 1, 7.14); `short` points to the list's own systems."""
    one = seen.collection
    found: Json = {
        "id": one.id,
        "title": str(one.title),
        "description": str(one.description),
        "itemType": "feature",
        "extent": _extent(seen),
        "links": collection_links(request, one),
    }
    if one.license:
        found["license"] = one.license
    if one.has_geometry:
        found["crs"] = ["#/crs"] if short else [system.uri for system in systems.offered()]
        found["storageCrs"] = systems.epsg(stored_srid(seen))
    return found


def _extent(seen: View) -> Json:
    box = extents.extent(seen)
    found: Json = {"temporal": {"interval": [[None, None]]}} if seen.collection.has_lifespan else {}
    return found | ({"spatial": {"bbox": [list(box)], "crs": systems.CRS84}} if box else {})


def collection_links(request: HttpRequest, one: Collection) -> list[Json]:
    """Return where a collection's parts are."""
    base = address(request, "collections", one.id)
    found = [
        link(base, "self", title=one.title),
        link(f"{base}?f=html", "alternate", "text/html", one.title),
        link(f"{base}/items", "items", GEOJSON, one.title),
        link(f"{base}/items?f=html", "items", "text/html", one.title),
        link(f"{base}/queryables", f"{_REL}queryables", SCHEMA, _("What can be filtered")),
        link(f"{base}/sortables", f"{_REL}sortables", SCHEMA, _("What can be sorted")),
    ]
    if one.has_geometry:
        found.append(link(f"{base}/tiles", f"{_REL}tilesets-vector", title=_("Vector tiles")))
    return found


_TYPES: dict[FieldType, Json] = {
    FieldType.TEXT: {"type": "string"},
    FieldType.INTEGER: {"type": "integer"},
    FieldType.NUMBER: {"type": "number"},
    FieldType.BOOLEAN: {"type": "boolean"},
    FieldType.DATE: {"type": "string", "format": "date"},
    FieldType.DATETIME: {"type": "string", "format": "date-time"},
}


def queryables(request: HttpRequest, seen: View) -> Json:
    """Return what a filter may name, as a JSON schema (Part 3, 6.2)."""
    properties = {one.name: _property(one) for one in _askable(seen)}
    if seen.collection.has_geometry:
        kind = seen.collection.geometry_type.lower()
        properties["geometry"] = {
            "title": _("Geometry"),
            "format": "geometry-any" if kind == "geometry" else f"geometry-{kind}",
            "x-ogc-role": "primary-geometry",
        }
    return _schema(request, seen, properties)


def sortables(request: HttpRequest, seen: View) -> Json:
    """Return what items can be sorted by, as a JSON schema."""
    return _schema(request, seen, {one.name: _property(one) for one in _askable(seen) if one.type in ORDERED})


def _askable(seen: View) -> list[Field]:
    return [one for one in seen.fields if one.name not in seen.partly]


def _property(one: Field) -> Json:
    found: Json = {"title": str(one.title or one.name), **_TYPES[one.type]}
    if one.choices:
        found["enum"] = list(one.choices)
    if one.unit:
        found["x-ogc-unit"] = str(one.unit)
    return found


def _schema(request: HttpRequest, seen: View, properties: dict[str, Any]) -> Json:
    return {
        "$schema": DRAFT,
        "$id": request.build_absolute_uri(request.path),
        "type": "object",
        "title": str(seen.collection.title),
        "properties": properties,
        "additionalProperties": False,
    }


def tilesets(request: HttpRequest, seen: View) -> Json:
    """Return the tilesets of a collection: one, in Web Mercator (Tiles Part 1, 9)."""
    return {"links": both_forms(request), "tilesets": [tileset(request, seen)]}


def tileset(request: HttpRequest, seen: View) -> Json:
    """Return how a collection is cut into tiles; `NotFound` where it has no shapes."""
    one = seen.collection
    if not one.has_geometry:
        raise NotFound(_("This layer has no shapes."))
    base = address(request, "collections", one.id, "tiles", QUAD)
    fields = {field.name: _property(field) for field in seen.fields if field.in_tile}
    box = extents.extent(seen)
    found: Json = {
        "title": str(one.title),
        "dataType": "vector",
        "crs": systems.epsg(3857),
        "tileMatrixSetURI": QUAD_URI,
        "links": [
            link(base, "self"),
            link(address(request, "tileMatrixSets", QUAD), f"{_REL}tiling-scheme"),
            link(f"{base}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", "item", MVT) | {"templated": True},
        ],
        "layers": [
            {
                "id": one.id,
                "title": str(one.title),
                "dataType": "vector",
                "propertiesSchema": {"type": "object", "properties": fields},
            }
        ],
    }
    if box:
        found["boundingBox"] = {"lowerLeft": box[:2], "upperRight": box[2:], "crs": systems.CRS84}
    return found


def tile_matrix_set() -> Json:
    """Return the Web Mercator quad (OGC 17-083r4, annex D.1)."""
    half, zero_scale, zero_cell = 20037508.3427892, 559082264.028717, 156543.033928041
    return {
        "id": QUAD,
        "title": "Google Maps Compatible for the World",
        "uri": QUAD_URI,
        "crs": systems.epsg(3857),
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [
            {
                "id": str(zoom),
                "scaleDenominator": zero_scale / 2**zoom,
                "cellSize": zero_cell / 2**zoom,
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": [-half, half],
                "matrixWidth": 2**zoom,
                "matrixHeight": 2**zoom,
                "tileWidth": 256,
                "tileHeight": 256,
            }
            for zoom in range(23)
        ],
    }
