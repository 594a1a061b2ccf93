"""The catalogue of the open data: DCAT-AP 3 as JSON-LD, for portals that harvest it."""

from typing import Any

from django.http import HttpRequest
from django.utils import translation

from layers import extents
from layers.access import View
from layers.opendata.publishing import File, Publication, of
from municipality.models import Municipality

Json = dict[str, Any]
MEDIA = {
    "gpkg": "application/geopackage+sqlite3",
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
    "geojson": "application/geo+json",
}
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "geo": "http://www.opengis.net/ont/geosparql#",
}


def document(request: HttpRequest, views: list[View]) -> Json:
    """Return the catalogue of all public layers."""
    home = request.build_absolute_uri("/data/")
    return {
        "@context": _CONTEXT,
        "@id": home,
        "@type": "dcat:Catalog",
        "dct:title": [{"@value": one, "@language": code} for code, one in _names()],
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": dict(_names()).get("en", "")},
        "dcat:dataset": [_dataset(request, one) for one in views],
    }


def _names() -> list[tuple[str, str]]:
    row = Municipality.objects.first()
    names = {code: getattr(row, f"name_{code}", "") for code in ("ar", "en", "fr")} if row else {}
    return [(code, name) for code, name in names.items() if name]


def _dataset(request: HttpRequest, view: View) -> Json:
    one, published = view.collection, of(view)
    page = request.build_absolute_uri(f"/data/{one.id}/")
    found: Json = {
        "@id": page,
        "@type": "dcat:Dataset",
        "dct:identifier": one.id,
        "dct:title": _texts(one.title),
        "dct:description": _texts(one.description or one.title),
        "dcat:landingPage": {"@id": page},
        "dcat:theme": {"@id": "http://publications.europa.eu/resource/authority/data-theme/REGI"},
        "dct:accrualPeriodicity": {"@id": "http://publications.europa.eu/resource/authority/frequency/DAILY"},
        "dcat:distribution": [_service(request, view), *_files(request, view, published)],
    }
    if one.license:
        found["dct:license"] = {"@type": "dct:LicenseDocument", "dct:title": str(one.license)}
    if published:
        found["dct:modified"] = {"@value": published.written_at, "@type": "xsd:dateTime"}
    box = extents.extent(view)
    if box:
        west, south, east, north = box
        ring = f"POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))"
        found["dct:spatial"] = {
            "@type": "dct:Location",
            "dcat:bbox": {"@value": ring, "@type": "geo:wktLiteral"},
        }
    return found


def _texts(words: Any) -> list[Json]:
    found = []
    for code in ("ar", "en", "fr"):
        with translation.override(code):
            found.append({"@value": str(words), "@language": code})
    return found


def _service(request: HttpRequest, view: View) -> Json:
    address = request.build_absolute_uri(f"/ogc/collections/{view.collection.id}")
    return {
        "@type": "dcat:Distribution",
        "dct:title": "OGC API Features",
        "dcat:accessURL": {"@id": address},
        "dcat:accessService": {
            "@type": "dcat:DataService",
            "dct:title": "OGC API Features",
            "dcat:endpointURL": {"@id": request.build_absolute_uri("/ogc/")},
        },
    }


def _files(request: HttpRequest, view: View, published: Publication | None) -> list[Json]:
    base = request.build_absolute_uri(f"/data/{view.collection.id}/")
    return [_distribution(base, one) for one in published.files] if published else []


def _distribution(base: str, one: File) -> Json:
    return {
        "@id": base + one.name,
        "@type": "dcat:Distribution",
        "dct:title": one.name,
        "dcat:accessURL": {"@id": base},
        "dcat:downloadURL": {"@id": base + one.name},
        "dcat:mediaType": MEDIA.get(one.ending, "application/octet-stream"),
        "dcat:byteSize": {"@value": str(one.size), "@type": "xsd:nonNegativeInteger"},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": one.sha256,
        },
    }
