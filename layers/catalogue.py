"""The catalogue as a client reads it: groups of layers that the subject may see, in its language."""

from typing import Any

from django.contrib.gis.db.models.functions import Centroid, Transform
from django.db.models import F

from accounts import policy
from accounts.policy import Subject, Verb
from core.errors import NotFound
from layers import extents, grids, registry
from layers.access import View, view
from layers.collections import Collection, Field
from layers.legend import legend
from layers.models import RasterKind
from layers.rasters.access import all_seen
from layers.versions import relation_version
from municipality.models import Municipality

Json = dict[str, Any]


def document(subject: Subject) -> Json:
    """Return the whole catalogue for a subject."""
    known = registry.catalogue()
    seen = [found for one in known.collections.values() if (found := _view(subject, one))]
    boxes = {one.collection.id: extents.extent(one) for one in seen}
    groups = [
        {"id": group.slug, "title": str(group), "collections": _members(subject, seen, boxes, group.slug)}
        for group in known.groups
    ]
    other = _members(subject, seen, boxes, None, besides={group.slug for group in known.groups})
    if other:
        groups.append({"id": "other", "title": "", "collections": other})
    around, center = _place([box for box in boxes.values() if box])
    return {
        "groups": [group for group in groups if group["collections"]],
        "extent": around,
        "center": center,
        "grid": grids.own().as_json(),
        "grids": [one.as_json() for one in grids.listed()],
        "basemaps": _basemaps(),
        "rasters": _rasters(subject),
        "municipality": _municipality(),
    }


def _members(
    subject: Subject,
    seen: list[View],
    boxes: dict[str, Any],
    group: str | None,
    besides: set[str] | None = None,
) -> list[Json]:
    members = [
        one
        for one in seen
        if one.collection.has_geometry
        and (one.collection.group == group if besides is None else one.collection.group not in besides)
    ]
    members.sort(key=lambda one: (one.collection.order, str(one.collection.title)))
    return [describe(subject, one, boxes[one.collection.id]) for one in members]


def describe(subject: Subject, one: View, box: Any) -> Json:
    """Return what a client has to know to show one collection."""
    it = one.collection
    version = relation_version(it.relation)
    return {
        "id": it.id,
        "title": str(it.title),
        "description": str(it.description),
        "geometry_type": it.geometry_type,
        "min_zoom": it.min_zoom,
        "max_zoom": it.max_zoom,
        "style": list(it.style),
        "legend": legend(it),
        "visible_by_default": it.visible_by_default,
        "opacity": it.opacity,
        "license": it.license,
        "source": str(it.source),
        "has_history": it.has_lifespan,
        "updated": it.source_date or None,
        "version": version,
        "tiles": f"/tiles/{it.id}/{{z}}/{{x}}/{{y}}.mvt",
        "fields": [field_json(field) for field in one.fields],
        "may": {
            "edit": bool(policy.decide(subject, Verb.EDIT, it)),
            "export": bool(policy.decide(subject, Verb.EXPORT, it)),
        },
        "extent": box,
    }


def field_json(field: Field) -> Json:
    """Return what a client has to know to show and filter one field."""
    return {
        "name": field.name,
        "title": str(field.title or field.name),
        "type": field.type.value,
        "unit": str(field.unit) or None,
        "choices": [{"value": value, "label": str(label)} for value, label in field.choices.items()] or None,
        "searchable": field.searchable,
    }


def _view(subject: Subject, collection: Collection) -> View | None:
    try:
        return view(subject, collection)
    except NotFound:
        return None


def _place(boxes: list[extents.Box]) -> tuple[Any, Any]:
    """Return extent and centre of the municipality, else of what is on the map."""
    row = (
        Municipality.objects.filter(boundary__isnull=False)
        .annotate(area=Transform(F("boundary"), 4326), middle=Transform(Centroid(F("boundary")), 4326))
        .values_list("area", "middle")
        .first()
    )
    if row:
        return row[0].extent, row[1].coords
    around = extents.around(boxes)
    return around, around and ((around[0] + around[2]) / 2, (around[1] + around[3]) / 2)


def _rasters(subject: Subject) -> list[Json]:
    return [
        {
            "id": one.id_for_policy,
            "slug": one.slug,
            "title": str(one),
            "tiles": f"/rasters/{one.slug}/{{z}}/{{x}}/{{y}}.png?v={one.look}",
            "min_zoom": 8,
            "max_zoom": one.max_zoom,
            "extent": one.bounds,
            "taken": one.taken_on and one.taken_on.isoformat(),
            "mosaic": one.mosaic or None,
            "has_values": one.has_values,
            "has_heights": one.kind == RasterKind.ELEVATION,
            "unit": one.unit or None,
            "attribution": one.source or None,
        }
        for one in all_seen(subject)
    ]


def _basemaps() -> list[Json]:
    row = Municipality.objects.first()
    found: list[Json] = [{"id": "own", "kind": "own", "title": "", "url": None, "attribution": None}]
    if row and row.basemap != "own" and row.basemap_url:
        found.append(
            {
                "id": row.basemap,
                "kind": row.basemap,
                "title": row.get_basemap_display(),
                "url": row.basemap_url,
                "attribution": row.basemap_attribution,
            }
        )
    return found


def _municipality() -> Json:
    row = Municipality.objects.first()
    if row is None:
        return {"name": "", "country": "", "digits": "latn"}
    return {"name": str(row), "country": row.country, "digits": row.digits}
