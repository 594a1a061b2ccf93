"""The definition of the interface (OpenAPI 3.0), for the collections that the asker may see."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from layers.access import View
from layers.features.asked import MOST, USUAL
from layers.ogc import jsonfg, systems
from layers.ogc.answers import GEOJSON, SCHEMA, Json
from layers.ogc.documents import MVT, QUAD
from layers.ogc.writing import MERGE_PATCH

_JSON = "application/json"
_PROBLEM = "application/problem+json"
_TEXT: Json = {"type": "string"}
_ANY: Json = {"type": "object"}


def document(request: HttpRequest, views: Sequence[View]) -> Json:
    """Return the definition; its addresses are those of this request's host."""
    return {
        "openapi": "3.0.3",
        "info": {"title": _("Open geographic data"), "version": "1.0"},
        "servers": [{"url": request.build_absolute_uri("/ogc").rstrip("/")}],
        "paths": _paths(),
        "components": {
            "parameters": _parameters([one.collection.id for one in views]),
            "responses": {
                "Problem": {
                    "description": "A refusal (RFC 9457)",
                    "content": {_PROBLEM: {"schema": _PROBLEMS}},
                }
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


_PROBLEMS: Json = {
    "type": "object",
    "required": ["title", "status"],
    "properties": {
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "errors": {"type": "array"},
    },
}
_ITEM_PARAMETERS = (
    "limit", "after", "bbox", "bbox-crs", "datetime", "asOf", "crs", "filter", "filter-lang", "filter-crs",
    "sortby", "q", "feature-form",
)  # fmt: skip


def _paths() -> dict[str, Json]:
    one = "/collections/{collectionId}"
    return {
        "/": {"get": _get("landing", "The landing page")},
        "/conformance": {"get": _get("conformance", "What the service conforms to")},
        "/collections": {"get": _get("collections", "The collections")},
        one: {"get": _get("collection", "One collection", "collectionId")},
        f"{one}/queryables": {"get": _get("queryables", "What can be filtered", "collectionId", kind=SCHEMA)},
        f"{one}/sortables": {"get": _get("sortables", "What can be sorted", "collectionId", kind=SCHEMA)},
        f"{one}/items": {
            "get": _get("items", "Features", "collectionId", *_ITEM_PARAMETERS, kind=GEOJSON),
            "post": _change("create", "Add a feature", "201", "collectionId", body=GEOJSON),
        },
        f"{one}/items/{{featureId}}": {
            "get": _get(
                "item",
                "One feature",
                "collectionId",
                "featureId",
                "crs",
                "asOf",
                "feature-form",
                kind=GEOJSON,
            ),
            "put": _change(
                "replace", "Replace", "204", "collectionId", "featureId", "if-match", body=GEOJSON
            ),
            "patch": _change(
                "update", "Change", "204", "collectionId", "featureId", "if-match", body=MERGE_PATCH
            ),
            "delete": _change("retire", "Retire", "204", "collectionId", "featureId", "if-match"),
        },
        f"{one}/tiles": {"get": _get("tilesets", "Its tilesets", "collectionId")},
        f"{one}/tiles/{QUAD}": {"get": _get("tileset", "Its tiles in Web Mercator", "collectionId")},
        f"{one}/tiles/{QUAD}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": {
            "get": _get("tile", "A tile", "collectionId", "tileMatrix", "tileRow", "tileCol", kind=MVT)
        },
        "/tileMatrixSets": {"get": _get("tileMatrixSets", "How tiles are cut")},
        f"/tileMatrixSets/{QUAD}": {"get": _get("tileMatrixSet", "The Web Mercator quad")},
    }


def _get(name: str, summary: str, *parameters: str, kind: str = _JSON) -> Json:
    schema = {"type": "string", "format": "binary"} if kind == MVT else _ANY
    content: Json = {kind: {"schema": schema}}
    if kind != MVT and name not in ("tilesets", "tileset", "tileMatrixSets", "tileMatrixSet"):
        content["text/html"] = {"schema": _TEXT}
    if kind == GEOJSON:
        content[jsonfg.MEDIA] = {"schema": _ANY}
    responses: Json = {"200": {"description": summary, "content": content}}
    if kind == MVT:
        responses["204"] = {"description": "An empty tile"}
    return _operation(name, summary, responses, parameters)


def _change(name: str, summary: str, status: str, *parameters: str, body: str = "") -> Json:
    responses: Json = {
        status: {"description": summary},
        "200": {"description": "The feature, where preferred"},
    }
    found = _operation(name, summary, responses, parameters)
    if body:
        found["requestBody"] = {"required": True, "content": {body: {"schema": _FEATURE}}}
    return found


_FEATURE: Json = {
    "type": "object",
    "required": ["type"],
    "properties": {
        "type": {"type": "string", "enum": ["Feature"]},
        "geometry": {"type": "object", "nullable": True},
        "properties": {"type": "object", "nullable": True},
    },
}


def _operation(name: str, summary: str, responses: Json, parameters: Sequence[str]) -> Json:
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [{"$ref": f"#/components/parameters/{one}"} for one in parameters],
        "responses": {
            **responses,
            **{
                status: {"$ref": "#/components/responses/Problem"}
                for status in ("400", "401", "403", "404", "412", "413", "415", "422", "428")
            },
        },
    }


def _parameters(ids: Sequence[str]) -> dict[str, Json]:
    known: dict[str, Any] = {"type": "string", "enum": list(ids)} if ids else _TEXT
    uris = {"type": "string", "enum": [one.uri for one in systems.offered()]}
    whole = {"type": "integer", "minimum": 0}
    return {
        "collectionId": _in("path", "collectionId", known),
        "featureId": _in("path", "featureId", _TEXT),
        "tileMatrix": _in("path", "tileMatrix", {**whole, "maximum": 22}),
        "tileRow": _in("path", "tileRow", whole),
        "tileCol": _in("path", "tileCol", whole),
        "limit": _in("query", "limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}),
        "bbox": _in(
            "query", "bbox", {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
        )
        | {"style": "form", "explode": False},
        "bbox-crs": _in("query", "bbox-crs", uris),
        "crs": _in("query", "crs", uris),
        "filter-crs": _in("query", "filter-crs", uris),
        "filter-lang": _in("query", "filter-lang", {"type": "string", "enum": ["cql2-text", "cql2-json"]}),
        "f": _in("query", "f", {"type": "string", "enum": ["json", "html"]}),
        "feature-form": _in("query", "f", {"type": "string", "enum": ["json", "jsonfg", "html"]}),
        "if-match": _in("header", "If-Match", _TEXT),
        **{
            name: _in("query", name, _TEXT) for name in ("after", "datetime", "asOf", "filter", "sortby", "q")
        },
    }


def _in(where: str, name: str, schema: Json) -> Json:
    return {"name": name, "in": where, "required": where == "path", "schema": schema}
