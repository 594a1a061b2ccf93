"""WMS 1.3 (OGC 06-042): capabilities, maps, what is under a pixel, and the legend."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from accounts.policy import subject_of
from core.errors import NotFound
from layers import extents, grids, registry
from layers.access import View, view
from layers.models import Raster
from layers.ogc import documents
from layers.ogc.systems import System, offered
from layers.ows.asking import Parameters, Refused, answering, need, numbers, system, whole
from layers.rasters.access import all_seen, seen

XML = "text/xml; charset=utf-8"
PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
TOLD = ("application/json", "application/geo+json", "text/plain")
LARGEST = 2048
# A pixel of a screen as WMS has it (7.2.4.6.9).
PIXEL_M = 0.00028
MOST_LAYERS = 20


@dataclass(frozen=True)
class Frame:
    """The picture that is asked for: layers from below to above, box in easting first, size."""

    layers: tuple[View | Raster, ...]
    system: System
    box: tuple[float, float, float, float]
    width: int
    height: int


@answering("ows/wms_exception.xml", "text/xml")
def wms(request: HttpRequest, asked: Parameters) -> HttpResponse:
    """Answer one operation."""
    if asked.get("service", "WMS").upper() != "WMS":
        raise Refused("InvalidParameterValue", "service", _("Only WMS is answered here."))
    operation = _OPERATIONS.get(need(asked, "request").lower())
    if operation is None:
        raise Refused("OperationNotSupported", "request", _("This operation is not answered here."))
    if operation is not _capabilities and asked.get("version", "1.3.0") != "1.3.0":
        raise Refused("InvalidParameterValue", "version", _("Version 1.3.0 is spoken here."))
    return operation(request, asked)


def _capabilities(request: HttpRequest, asked: Parameters) -> HttpResponse:
    from layers.ows import portrayal

    subject = subject_of(request)
    layers = [_described(one) for one in documents.visible(subject) if one.collection.has_geometry]
    rasters = [
        {
            "name": one.id_for_policy,
            "title": str(one),
            "about": one.source,
            "box": one.bounds,
            "coarsest": None,
            "asked": one.has_values,
        }
        for one in all_seen(subject)
    ]
    context = {
        "address": request.build_absolute_uri(request.path),
        "layers": [*rasters, *layers],
        "systems": ["CRS:84", *(f"EPSG:{one.srid}" for one in offered()[1:])],
        "pictures": PICTURES,
        "told": TOLD,
        "largest": LARGEST,
        "most_layers": MOST_LAYERS,
        "most_features": portrayal.MOST,
        "grid": grids.own().srid,
    }
    return render(request, "ows/wms_capabilities.xml", context, content_type=XML)


def _described(seen_: View) -> dict[str, Any]:
    one = seen_.collection
    return {
        "name": one.id,
        "title": str(one.title),
        "about": str(one.description),
        "box": extents.extent(seen_) or (-180, -90, 180, 90),
        "coarsest": _coarsest_scale(one.min_zoom) if one.min_zoom else None,
        "asked": True,
    }


def _coarsest_scale(min_zoom: int) -> float:
    """Return the scale denominator beyond which a layer is not drawn, at 32° of latitude."""
    return 40_075_016.686 * math.cos(math.radians(32)) / 512 / 2**min_zoom / PIXEL_M


def _frame(request: HttpRequest, asked: Parameters, names: str = "layers") -> Frame:
    its = system("crs", need(asked, "crs"), plain_is_lonlat=False)
    west, south, east, north = numbers("bbox", need(asked, "bbox"), 4)
    if its.flipped:
        west, south, east, north = south, west, north, east
    if west >= east or south >= north:
        raise Refused("InvalidParameterValue", "bbox", _("This box is not on the map."))
    width = whole({"width": need(asked, "width")}, "width", 0, 1, LARGEST)
    height = whole({"height": need(asked, "height")}, "height", 0, 1, LARGEST)
    written = need(asked, names).split(",")
    if len(written) > MOST_LAYERS:
        raise Refused("InvalidParameterValue", names, _("At most 20 layers are drawn at once."))
    layers = tuple(_layer(request, one, names) for one in written)
    return Frame(layers, its, (west, south, east, north), width, height)


def _layer(request: HttpRequest, name: str, parameter: str) -> View | Raster:
    try:
        if name.startswith("raster-"):
            return seen(subject_of(request), name.removeprefix("raster-"))
        found = view(subject_of(request), registry.find(name.strip()))
    except NotFound as error:
        raise Refused("LayerNotDefined", parameter, error.title) from error
    if not found.collection.has_geometry:
        raise Refused("LayerNotDefined", parameter, _("This layer has no shapes."))
    return found


def _map(request: HttpRequest, asked: Parameters) -> HttpResponse:
    from layers.ows import portrayal

    kind = asked.get("format", "image/png").partition(";")[0].strip().lower()
    if kind not in PICTURES:
        raise Refused("InvalidFormat", "format", _("This format is not offered here."))
    if (
        any(one not in ("", "default") for one in asked.get("styles", "").split(","))
        or "sld" in asked
        or "sld_body" in asked
    ):
        raise Refused("StyleNotDefined", "styles", _("Layers are drawn in the portal's own style."))
    is_clear = asked.get("transparent", "").upper() == "TRUE" and kind != "image/jpeg"
    picture = portrayal.drawn(_frame(request, asked), None if is_clear else _colour(asked))
    return _picture(picture, kind)


def _colour(asked: Parameters) -> str:
    said = asked.get("bgcolor", "0xFFFFFF").upper().removeprefix("0X").removeprefix("#")
    if len(said) != 6 or any(sign not in "0123456789ABCDEF" for sign in said):
        raise Refused("InvalidParameterValue", "bgcolor", _("A colour is written as 0xRRGGBB."))
    return f"#{said}"


def _picture(picture: Any, kind: str) -> HttpResponse:
    out = BytesIO()
    picture.save(out, PICTURES[kind])
    return HttpResponse(out.getvalue(), content_type=kind)


def _info(request: HttpRequest, asked: Parameters) -> HttpResponse:
    from layers.ows import portrayal

    frame = _frame(request, asked, "query_layers")
    kind = asked.get("info_format", TOLD[0]).partition(";")[0].strip().lower()
    if kind not in TOLD:
        raise Refused("InvalidFormat", "info_format", _("This format is not offered here."))
    column = whole({"i": need(asked, "i")}, "i", 0, 0, frame.width - 1)
    row = whole({"j": need(asked, "j")}, "j", 0, 0, frame.height - 1)
    most = whole(asked, "feature_count", 1, 1, 100)
    found = portrayal.under(frame, column, row, most)
    if kind == "text/plain":
        lines = [
            f"{one['layer']}: " + ", ".join(f"{k} = {v}" for k, v in one["properties"].items())
            for one in found
        ]
        return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
    body = {"type": "FeatureCollection", "features": found}
    return HttpResponse(json.dumps(body, ensure_ascii=False, default=str), content_type=kind)


def _legend(request: HttpRequest, asked: Parameters) -> HttpResponse:
    from layers.ows import portrayal

    found = _layer(request, need(asked, "layer"), "layer")
    if isinstance(found, Raster):
        raise Refused("LayerNotDefined", "layer", _("This layer has no legend."))
    return _picture(portrayal.legend_of(found.collection), "image/png")


_OPERATIONS: Mapping[str, Callable[[HttpRequest, Parameters], HttpResponse]] = {
    "getcapabilities": _capabilities,
    "getmap": _map,
    "getfeatureinfo": _info,
    "getlegendgraphic": _legend,
}
