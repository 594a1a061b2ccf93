"""The style editor: choose, look, save; and take the style along to QGIS."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import for_staff
from accounts.policy import Verb, require, subject_of
from core.errors import DomainError, PreconditionFailed
from layers import registry
from layers.access import View, view
from layers.collections import Collection
from layers.legend import legend
from layers.models import CatalogueEntry
from layers.styling import checks, qml, sld
from layers.styling.classes import classify
from layers.styling.compose import compose, layers_of
from layers.styling.forms import METHODS, StyleForm, signature
from layers.styling.recipe import Recipe, recipe_of
from layers.tiles.drawing import Plan, draw
from layers.tiles.grid import Tile
from municipality.basemap import allow_basemap

MAX_LENGTH = 200_000


def _managed(request: HttpRequest, collection: str) -> View:
    """Return the layer as this person sees it; they must be one who arranges it."""
    subject = subject_of(request)
    one = registry.everything().get(collection)
    if one is None or not one.has_geometry:
        raise registry.unknown()
    require(subject, Verb.MANAGE, one)
    return view(subject, one)


def _standing(seen: View) -> Recipe:
    """Return the recipe of the layer's style, else choices that begin with its colour."""
    found = recipe_of(seen.collection.style)
    if found is not None:
        return found
    colours = [
        str(value).lower() for one in seen.collection.style for value in (one.get("paint") or {}).values()
    ]
    first = next((one for one in colours if re.fullmatch("#[0-9a-f]{6}", one) and one != "#ffffff"), "")
    return Recipe(colour=first) if first else Recipe()


@for_staff
def style_edit(request: HttpRequest, collection: str) -> HttpResponse:
    """Show the editor, and keep what was chosen."""
    seen = _managed(request, collection)
    entry = CatalogueEntry.objects.filter(collection=collection).first()
    standing = _standing(seen)
    form = StyleForm(request.POST or None, seen=seen, recipe=standing)
    status = 200
    recipe = standing
    if request.method == "POST":
        try:
            if form.is_valid():
                recipe = _made(seen, form)
                _keep(collection, compose(recipe, seen.collection.geometry_type), _read(request))
                return redirect("style_edit", collection=collection)
            status = 422
        except PreconditionFailed as error:
            form.add_error(None, str(error.title))
            status = 412
        except DomainError as error:
            form.add_error(None, str(error.detail or error.title))
            status = error.status
    page = render(
        request,
        "layers/style.html",
        {
            "layer": seen.collection, "form": form, "recipe": recipe, "by_hand": recipe_of(seen.collection.style) is None,
            "classes": _classes_part(seen, recipe), "words": {one: hint for one, _title, hint in METHODS},
            "revision": _revision(entry), "has_own": bool(entry and entry.style), "first": _drawn(seen, layers_of(seen.collection.style)),
        },
        status=status,
    )  # fmt: skip
    return allow_basemap(page)


def _made(seen: View, form: StyleForm) -> Recipe:
    recipe = form.chosen()
    return classify(seen, recipe) if form.needs_range or form.needs_classes else recipe


def _read(request: HttpRequest) -> str:
    return request.POST.get("revision", "")


def _revision(entry: CatalogueEntry | None) -> str:
    return entry.updated_at.isoformat() if entry else ""


@transaction.atomic
def _keep(collection: str, style: Any, revision: str) -> None:
    """Save the style as the catalogue's own word on the layer, if nobody saved one meanwhile."""
    entry = CatalogueEntry.objects.select_for_update().filter(collection=collection).first()
    if _revision(entry) != revision:
        raise PreconditionFailed(
            _(
                "Somebody changed this layer meanwhile. Look at it again, then save; your choices are kept here."
            )
        )
    entry = entry or CatalogueEntry(collection=collection)
    entry.style = style
    entry.save()


@for_staff
@require_POST
def style_reset(request: HttpRequest, collection: str) -> HttpResponse:
    """Go back to the style that the layer declares itself."""
    _managed(request, collection)
    _keep(collection, None, _read(request))
    return redirect("style_edit", collection=collection)


@for_staff
@require_POST
def style_preview(request: HttpRequest, collection: str) -> HttpResponse:
    """Compose what is chosen in the form and its legend, or say what is still missing; nothing is kept."""
    seen = _managed(request, collection)
    form = StyleForm(request.POST, seen=seen, recipe=_standing(seen))
    if not form.is_valid():
        return JsonResponse({"errors": form.faults()})
    fresh = form.needs_range or form.needs_classes
    try:
        recipe = _made(seen, form)
    except DomainError as error:
        return JsonResponse({"errors": {"field": str(error.detail or error.title)}})
    answer = _drawn(seen, compose(recipe, seen.collection.geometry_type))
    if fresh:
        answer["classes"] = render_to_string(
            "layers/style_classes.html", _classes_part(seen, recipe), request
        )
    return JsonResponse(answer)


def _drawn(seen: View, style: Any) -> dict[str, Any]:
    drawn = layers_of(style)
    shown = seen.collection.with_(style=tuple(drawn))
    return {"style": drawn, "legend": legend(shown), "fields": sorted(checks.fields_in(drawn))}


def _classes_part(seen: View, recipe: Recipe) -> dict[str, Any]:
    from django.utils.translation import get_language

    field = seen.field(recipe.field) if recipe.field else None
    language = (get_language() or "ar")[:2]
    rows = [
        {
            "value": "" if one.value is None else one.value,
            "words": str(field.choices.get(str(one.value), "") if field else "") or one.value,
            "colour": one.colour,
            "label": one.label.get(language, ""),
        }
        for one in recipe.classes
    ]
    return {
        "rows": rows,
        "method": recipe.method.value,
        "classes_for": signature(recipe),
        "unit": str(field.unit) if field else "",
    }


@for_staff
@require_GET
def style_tile(request: HttpRequest, collection: str, z: int, x: int, y: int) -> HttpResponse:
    """Return a tile with the fields that a style still being chosen asks for; never kept."""
    seen = _managed(request, collection)
    asked = set(request.GET.getlist("field")[:12])
    fields = tuple(replace(one, in_tile=one.in_tile or one.name in asked) for one in seen.fields)
    widened = replace(seen, fields=fields, collection=seen.collection)
    drawn = draw(Plan(widened, is_public=False), Tile.at(z, x, y))
    response = HttpResponse(drawn.body, content_type="application/vnd.mapbox-vector-tile")
    response["Cache-Control"] = "private, no-store"
    return response


@for_staff
@require_GET
def style_export(request: HttpRequest, collection: str, form: str) -> HttpResponse:
    """Return the style as a file: QML for QGIS, SLD for other programs, or the map layers themselves."""
    one = view(subject_of(request), registry.find(collection)).collection
    if form not in _WRITTEN:
        raise registry.unknown()
    write, kind = _WRITTEN[form]
    response = HttpResponse(write(one), content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{one.id}.{form}"'
    return response


def _as_json(one: Collection) -> str:
    return json.dumps(layers_of(one.style), ensure_ascii=False, indent=1)


_WRITTEN: Mapping[str, tuple[Callable[[Collection], str | bytes], str]] = {
    "qml": (qml.document, "application/xml"),
    "sld": (sld.document, "application/vnd.ogc.sld+xml"),
    "json": (_as_json, "application/json"),
}
