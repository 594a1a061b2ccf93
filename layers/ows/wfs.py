"""WFS 2.0 (OGC 09-025r2) for reading: simple and basic WFS by GET, over the policy's views."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.policy import subject_of
from core.errors import NotFound
from layers import extents, registry
from layers.access import View, view
from layers.features import asked as asking
from layers.features import boxes
from layers.features.asked import Asked
from layers.features.reading import bounded, feature_sql, ordering
from layers.grids import stored_srid
from layers.ogc import documents
from layers.ogc.filters import translate
from layers.ogc.filters.places import Place
from layers.ogc.systems import System, offered
from layers.ows import fes, gml
from layers.ows.asking import Parameters, Refused, answering, need, numbers, system, whole
from layers.sqltext import column, identifier, readable, source

GML = "application/gml+xml; version=3.2"
XML = "text/xml; charset=utf-8"
GEOJSON = "application/geo+json"
FORMATS = (GML, "application/json", GEOJSON, "json", "geojson", "text/xml; subtype=gml/3.2", "gml32")
BY_ID = "urn:ogc:def:query:OGC-WFS::GetFeatureById"
MOST = 10_000
_HELD = (
    "ImplementsSimpleWFS",
    "ImplementsBasicWFS",
    "KVPEncoding",
    "ImplementsResultPaging",
    "ImplementsSorting",
)
_PROMISES = (
    *_HELD, "ImplementsTransactionalWFS", "ImplementsLockingWFS", "XMLEncoding", "SOAPEncoding", "ImplementsInheritance",
    "ImplementsRemoteResolve", "ImplementsStandardJoins", "ImplementsSpatialJoins", "ImplementsTemporalJoins",
    "ImplementsFeatureVersioning", "ManageStoredQueries",
)  # fmt: skip
_FILTERS = (
    "ImplementsQuery", "ImplementsAdHocQuery", "ImplementsResourceId", "ImplementsMinStandardFilter",
    "ImplementsStandardFilter", "ImplementsMinSpatialFilter", "ImplementsSpatialFilter", "ImplementsSorting",
)  # fmt: skip
_FILTER_PROMISES = (
    *_FILTERS, "ImplementsFunctions", "ImplementsMinTemporalFilter", "ImplementsTemporalFilter", "ImplementsVersionNav",
    "ImplementsExtendedOperators", "ImplementsMinimumXPath", "ImplementsSchemaElementFunc",
)  # fmt: skip


@answering("ows/wfs_exception.xml", "application/xml")
def wfs(request: HttpRequest, asked: Parameters) -> HttpResponse:
    """Answer one operation."""
    said = asked.get("service", "WFS")
    if said.upper() != "WFS":
        raise Refused("InvalidParameterValue", "service", _("Only WFS is answered here."))
    operation = _OPERATIONS.get(need(asked, "request").lower())
    if operation is None:
        raise Refused("OperationNotSupported", "request", _("This operation is not answered here."))
    version = asked.get("version", "2.0.0")
    if operation is not _capabilities and version not in ("2.0.0", "2.0.2"):
        raise Refused("InvalidParameterValue", "version", _("Version 2.0.0 is spoken here."))
    return operation(request, asked)


def _capabilities(request: HttpRequest, asked: Parameters) -> HttpResponse:
    accepted = asked.get("acceptversions", "")
    if accepted and not {"2.0.0", "2.0.2"} & set(accepted.split(",")):
        raise Refused("VersionNegotiationFailed", "acceptversions", _("Version 2.0.0 is spoken here."))
    layers = []
    for seen in documents.visible(subject_of(request)):
        if seen.collection.has_geometry:
            layers.append({"seen": seen.collection, "extent": extents.extent(seen) or (-180, -90, 180, 90)})
    context = {
        "address": request.build_absolute_uri(request.path),
        "layers": layers,
        "operations": (
            "GetCapabilities",
            "DescribeFeatureType",
            "ListStoredQueries",
            "DescribeStoredQueries",
            "GetFeature",
        ),
        "default": gml.urn(_default()),
        "others": [gml.urn(one) for one in offered() if gml.urn(one) != gml.urn(_default())],
        "formats": FORMATS,
        "operators": [
            *fes.COMPARISONS,
            "PropertyIsLike",
            "PropertyIsNull",
            "PropertyIsNil",
            "PropertyIsBetween",
        ],
        "spatial": list(fes.SPATIAL),
        "space": gml.SPACE,
        "most": MOST,
        "constraints": [(name, "TRUE" if name in _HELD else "FALSE") for name in _PROMISES],
        "filters": [(name, "TRUE" if name in _FILTERS else "FALSE") for name in _FILTER_PROMISES],
    }
    return render(request, "ows/wfs_capabilities.xml", context, content_type=XML)


def _default() -> System:
    """Return the municipality's grid: the first in metres."""
    return offered()[1]


def _describe(request: HttpRequest, asked: Parameters) -> HttpResponse:
    names = asked.get("typenames") or asked.get("typename", "")
    views = (
        [_seen(request, name) for name in names.split(",")]
        if names
        else [one for one in documents.visible(subject_of(request)) if one.collection.has_geometry]
    )
    context = {"types": [gml.described(one) for one in views], "space": gml.SPACE}
    return render(request, "ows/wfs_schema.xml", context, content_type=GML)


def _seen(request: HttpRequest, written: str) -> View:
    try:
        found = view(subject_of(request), registry.find(written.strip().rsplit(":", 1)[-1]))
    except NotFound as error:
        raise Refused("InvalidParameterValue", "typenames", error.title) from error
    if not found.collection.has_geometry:
        raise Refused("InvalidParameterValue", "typenames", _("This layer has no shapes."))
    return found


def _stored_queries(request: HttpRequest, asked: Parameters) -> HttpResponse:
    names = [
        one.collection.id for one in documents.visible(subject_of(request)) if one.collection.has_geometry
    ]
    context = {
        "names": names,
        "by_id": BY_ID,
        "space": gml.SPACE,
        "describe": asked["request"].lower().startswith("describe"),
    }
    return render(request, "ows/wfs_queries.xml", context, content_type=XML)


@dataclass(frozen=True)
class _Wanted:
    """Which rows of which layer, in which system, from which on and how many."""

    view: View
    asked: Asked
    system: System
    start: int
    count: int

    @property
    def fields(self) -> tuple[Any, ...]:
        return self.view.fields


def _features(request: HttpRequest, asked: Parameters) -> HttpResponse:
    if asked.get("storedquery_id"):
        return _by_id(request, asked)
    wanted = _wanted(_seen(request, need(asked, "typenames" if "typenames" in asked else "typename")), asked)
    form = _form(asked)
    if asked.get("resulttype", "results").lower() == "hits":
        return _collection(request, wanted, [], _matched(wanted), hits=True)
    rows, matched = _rows(wanted, form), _matched(wanted)
    if form == GEOJSON:
        body = '{"type": "FeatureCollection", "numberMatched": %d, "numberReturned": %d, "features": [%s]}'
        return HttpResponse(body % (matched, len(rows), ",\n".join(rows)), content_type=GEOJSON)
    return _collection(request, wanted, rows, matched)


def _by_id(request: HttpRequest, asked: Parameters) -> HttpResponse:
    """Answer the one feature of the stored query that every WFS has (7.9.3.6)."""
    if asked["storedquery_id"] != BY_ID:
        raise Refused("InvalidParameterValue", "storedquery_id", _("There is no such stored query."))
    ident = need(asked, "id")
    seen = _seen(request, ident.rpartition(".")[0])
    wanted = _wanted(seen, {**asked, "resourceid": ident})
    rows = _rows(wanted, GML)
    if not rows:
        raise NotFound(_("There is no such feature."))
    inner = rows[0].removeprefix("<wfs:member>").removesuffix("</wfs:member>")
    cut = inner.index(" ")
    spaces = f' xmlns:gp="{gml.SPACE}" xmlns:gml="http://www.opengis.net/gml/3.2"'
    return HttpResponse(
        f'<?xml version="1.0" encoding="UTF-8"?>{inner[:cut]}{spaces}{inner[cut:]}', content_type=GML
    )


def _form(asked: Parameters) -> str:
    said = asked.get("outputformat", GML).replace("+", " ").lower()
    if said not in [one.replace("+", " ").lower() for one in FORMATS]:
        raise Refused("InvalidParameterValue", "outputformat", _("This format is not offered here."))
    return GEOJSON if "json" in said else GML


def _wanted(seen: View, asked: Parameters) -> _Wanted:
    seen = _narrowed(seen, asked.get("propertyname", ""))
    its = system("srsname", asked["srsname"], plain_is_lonlat=True) if asked.get("srsname") else _default()
    if sum(bool(asked.get(name)) for name in ("bbox", "filter", "resourceid")) > 1:
        raise Refused("InvalidParameterValue", "filter", _("Give one of bbox, filter and resourceId."))
    found = asking.read(seen, _order(asked) | _box(asked))
    found = _chosen(seen, found, asked, its)
    start = whole(asked, "startindex", 0, 0, 1_000_000_000)
    count = min(whole(asked, "count", MOST, 0, 1_000_000_000), MOST)
    return _Wanted(seen, found, its, start, count)


def _narrowed(seen: View, written: str) -> View:
    """Return the view with the properties that are asked for, all where none is named."""
    if not written.strip("() ,*"):
        return seen
    names = {part.strip("() ").rsplit(":", 1)[-1].rsplit("/", 1)[-1] for part in written.split(",")} - {
        gml.GEOMETRY
    }
    for name in names:
        if seen.field(name) is None and name not in {one.name for one in seen.fields}:
            raise Refused("InvalidParameterValue", "propertyname", _("This layer has no such field."))
    return replace(seen, fields=tuple(one for one in seen.fields if one.name in names))


def _order(asked: Parameters) -> dict[str, str]:
    first = asked.get("sortby", "").split(",")[0].replace("+", " ").split()
    if not first:
        return {}
    falling = len(first) > 1 and first[1].upper().startswith("D")
    return {"sortby": f"{'-' if falling else ''}{first[0].rsplit(':', 1)[-1]}"}


def _box(asked: Parameters) -> dict[str, str]:
    if not asked.get("bbox"):
        return {}
    parts = asked["bbox"].split(",")
    its = system("bbox", parts[4], plain_is_lonlat=True) if len(parts) == 5 else _default()
    west, south, east, north = numbers("bbox", ",".join(parts[:4]), 4)
    if its.flipped:
        west, south, east, north = south, west, north, east
    crs = "CRS84" if its.srid == boxes.LONLAT else f"EPSG:{its.srid}"
    return {"bbox": f"{west},{south},{east},{north}", "bbox-crs": crs}


def _chosen(seen: View, found: Asked, asked: Parameters, its: System) -> Asked:
    if asked.get("resourceid"):
        return _with_keys(seen, found, asked["resourceid"].split(","))
    if not asked.get("filter", "").strip():
        return found
    wanted = fes.parse(asked["filter"].strip())
    named = fes.resources(wanted)
    if named is not None:
        return _with_keys(seen, found, named)
    condition, srid = fes.to_cql2(seen, wanted, its)
    sql, bound = translate(seen, condition, Place(srid, stored_srid(seen)))
    return replace(found, where=found.where.and_(f"({sql})", *bound))


def _with_keys(seen: View, found: Asked, named: list[str]) -> Asked:
    if len(named) > fes.MOST_RESOURCES:
        raise fes.wrong(_("This filter is too large: ask for less at once."))
    keys = []
    for one in named:
        layer, _dot, key = one.strip().rpartition(".")
        if layer == seen.collection.id and key.isdecimal() and len(key) < 19:
            keys.append(int(key))
    key = f"t.{identifier(seen.collection.key)}"
    return replace(found, where=found.where.and_(f"{key} = ANY(%s::bigint[])", keys))


def _matched(wanted: _Wanted) -> int:
    where = wanted.asked.where
    with bounded() as cursor:
        cursor.execute(f"SELECT count(*) FROM {source(wanted.view)} WHERE {where.text}", list(where.values))
        return int(cursor.fetchone()[0])


def _rows(wanted: _Wanted, form: str) -> list[str]:
    """Return the page's features in their form."""
    one, where = wanted.view.collection, wanted.asked.where
    key = f"t.{identifier(one.key)}"
    order = column(wanted.asked.order) if wanted.asked.order else "NULL::text"
    if form == GEOJSON:
        columns = feature_sql(wanted.view, wanted.system.spelling)
    else:
        values = [readable(wanted.view, field) for field in wanted.fields]
        shape = wanted.system.spelling.of(f"t.{identifier(one.geometry)}")
        columns = ", ".join([key, shape, *values])
    with bounded() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM {source(wanted.view)} WHERE {where.text} "
            f"ORDER BY {ordering(wanted.asked, order, key)} LIMIT %s OFFSET %s",
            [*where.values, wanted.count, wanted.start],
        )
        rows = cursor.fetchall()
    if form == GEOJSON:
        return [row[0] for row in rows]
    return [gml.member(wanted.view, row[0], row[1], row[2:], wanted.system) for row in rows]


def _collection(
    request: HttpRequest, wanted: _Wanted, rows: list[str], matched: int, *, hits: bool = False
) -> HttpResponse:
    schema = (
        f"{request.build_absolute_uri(request.path)}?service=WFS&version=2.0.0&request=DescribeFeatureType"
    )
    head = {
        "now": timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "matched": matched,
        "returned": 0 if hits else len(rows),
        "space": gml.SPACE,
        "schema": f"{schema}&typenames={wanted.view.collection.id}",
    }
    if not hits:
        head |= _pages(request, wanted, matched)
    start = render(request, "ows/wfs_collection.xml", head).content.decode().rstrip()
    return HttpResponse(f"{start}{''.join(rows)}</wfs:FeatureCollection>", content_type=GML)


def _pages(request: HttpRequest, wanted: _Wanted, matched: int) -> dict[str, str]:
    """Return the addresses of the pages after and before this one (7.7.4.4)."""
    starts = {}
    if wanted.count and wanted.start + wanted.count < matched:
        starts["next"] = wanted.start + wanted.count
    if wanted.count and wanted.start > 0:
        starts["previous"] = max(0, wanted.start - wanted.count)
    plain = {
        name: value for name, value in request.GET.items() if name.lower() not in ("startindex", "count")
    }
    return {
        name: request.build_absolute_uri(
            f"{request.path}?{urlencode({**plain, 'startindex': start, 'count': wanted.count})}"
        )
        for name, start in starts.items()
    }


_OPERATIONS: Mapping[str, Callable[[HttpRequest, Parameters], HttpResponse]] = {
    "getcapabilities": _capabilities,
    "describefeaturetype": _describe,
    "getfeature": _features,
    "liststoredqueries": _stored_queries,
    "describestoredqueries": _stored_queries,
}
