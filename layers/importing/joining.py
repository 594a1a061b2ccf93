"""Rows without a place of their own: they get the shape of the feature that a key names in another layer."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from accounts.policy import Subject
from layers import registry
from layers.access import View, view
from layers.collections import Field
from layers.importing.errors import ImportRefused
from layers.importing.planning import Plan
from layers.sqltext import conditions, identifier, readable, source

EXAMPLES = 5


def find(plan: Plan, subject: Subject) -> tuple[View, Field]:
    """Return the layer and the field by which rows are placed, as far as the subject may see them."""
    collection = registry.find(plan.placed_by.get("layer", ""))
    seen = view(subject, collection)
    field = seen.field(plan.placed_by.get("field", ""))
    if field is None or not collection.has_geometry:
        raise ImportRefused(
            "join_field_unknown", layer=str(collection.title), field=plan.placed_by.get("field", "")
        )
    return seen, field


def place(plan: Plan, layer: Mapping[str, Any], subject: Subject, srid: int) -> dict[str, Any]:
    """Give the staged rows their shapes, in the EPSG code `srid`; return what kinds, how many, who found none."""
    seen, field = find(plan, subject)
    key = next((one.column for one in plan.kept if one.name == layer["reading"].get("join")), "")
    if not key:
        raise ImportRefused("join_column_needed")
    shape = f"ST_Transform(t.{identifier(seen.collection.geometry)}, {int(srid)})"
    rows = " AND ".join(("true", *conditions(seen)))
    value = f"btrim(({readable(seen, field)})::text)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE import_staging s SET geom = f.shape FROM (SELECT {value} AS key, min({shape}::text)::geometry AS shape"
            f" FROM {source(seen)} WHERE {rows} GROUP BY 1 HAVING count(*) = 1) f"
            f" WHERE f.key = btrim(s.{identifier(key)}::text)"
        )
        joined = cursor.rowcount
        cursor.execute(
            "SELECT array_agg(DISTINCT replace(ST_GeometryType(geom), 'ST_', '')) FILTER (WHERE geom IS NOT NULL),"
            " count(*) FILTER (WHERE geom IS NULL) FROM import_staging"
        )
        types, placeless = cursor.fetchone()
        cursor.execute(
            f"SELECT DISTINCT s.{identifier(key)}::text FROM import_staging s WHERE geom IS NULL LIMIT {EXAMPLES}"
        )
        examples = [row[0] or "—" for row in cursor.fetchall()]
    return {
        "types": types or [],
        "placeless": 0,
        "joined": joined,
        "unjoined": placeless,
        "examples": examples,
    }
