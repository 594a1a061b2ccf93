"""What the wizard's pages show: steps, candidates on the map, sample values, the report in words."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg2 import sql

from accounts import policy
from accounts.policy import Subject, Verb
from core.text import listed
from layers import registry
from layers.access import view
from layers.collections import FieldType
from layers.importing import control, messages, targets
from layers.importing.forms import FieldsForm, PlaceForm, RasterForm
from layers.importing.models import ImportRun, ImportState
from layers.importing.reader import encodings
from layers.models import Dataset, Raster

STEP_TITLES = {
    "file": _("File"),
    "place": _("Layer and place"),
    "fields": _("Text and fields"),
    "check": _("Dry run"),
    "load": _("Load"),
    "result": _("Result"),
}
RASTER_STEPS = {
    "file": _("File"),
    "place": _("Place"),
    "raster": _("What it shows"),
    "load": _("Load"),
    "result": _("Result"),
}
SEVERAL_STEPS = {
    "file": _("File"),
    "place": _("Which layers"),
    "parts": _("Names and place"),
    "check": _("Dry run"),
    "load": _("Load"),
    "result": _("Result"),
}
TYPE_TITLES = {
    "text": _("text"),
    "integer": _("whole number"),
    "bigint": _("whole number"),
    "real": _("number"),
    "boolean": _("yes or no"),
    "date": _("date"),
    "datetime": _("date and time"),
    "instant": _("date and time"),
    "time": _("time of day"),
    "json": _("structured value"),
    "binary": _("binary data"),
}
SHAPE_TITLES = {
    "Point": _("points"),
    "MultiPoint": _("groups of points"),
    "LineString": _("lines"),
    "MultiLineString": _("groups of lines"),
    "Polygon": _("areas"),
    "MultiPolygon": _("groups of areas"),
    "GeometryCollection": _("mixed shapes"),
    "Geometry": _("mixed shapes"),
}
_STEP_OF_STATE = {
    ImportState.UPLOADING: "file",
    ImportState.INSPECTING: "file",
    ImportState.REHEARSING: "check",
    ImportState.LOADING: "load",
    ImportState.REMOVING: "result",
    ImportState.REFUSED: "file",
}
SAMPLES = 3
MODES = (
    ("new", _("Make a new layer of them")),
    ("append", _("Add them to a layer")),
    ("update", _("Bring a layer up to date: change the rows found by their key, add the others")),
    (
        "replace",
        _("Make a layer equal to the file: as before, and retire the rows that the file does not have"),
    ),
)
_KEYS = (FieldType.TEXT, FieldType.INTEGER)


def steps(step: str, run: ImportRun) -> list[dict[str, Any]]:
    """Return the wizard's steps: title, done or not, whether it is the present one."""
    titles = RASTER_STEPS if run.is_raster else SEVERAL_STEPS if run.is_several else STEP_TITLES
    here = (
        step if step in titles and step != "result" else _STEP_OF_STATE.get(ImportState(run.state), "result")
    )
    names = list(titles)
    return [
        {"title": title, "done": names.index(name) < names.index(here), "current": name == here}
        for name, title in titles.items()
    ]


def context(step: str, run: ImportRun, subject: Subject, form: FieldsForm | None = None) -> dict[str, Any]:
    """Return what one step's page needs."""
    if step == "place":
        return {**_place(run), **_joins(run, subject)}
    if step == "fields":
        return {**_fields(run, form), "targets": targets.choices(subject), "modes": MODES}
    if step == "raster":
        return _raster(run)
    return {}


def _raster(run: ImportRun) -> dict[str, Any]:
    known = run.layer["raster"]
    return {"known": known, "form": RasterForm(None, run.planned, known["bands"])}


def _place(run: ImportRun) -> dict[str, Any]:
    layers = [_described(layer, run) for layer in run.inspection["layers"]]
    table = _table(run)
    if not run.is_planned:
        return {"layers": layers, "table": table, "form": PlaceForm()}
    plan, crs = run.planned, run.layer["crs"]
    shown = [one for one in crs["candidates"] if one["footprint"]]
    candidates = [_candidate(one, crs["srid"]) for one in shown]
    listed = {one["srid"] for one in crs["candidates"]}
    return {
        "layers": layers,
        "table": table,
        "only": plan.only,
        "layer": run.layer,
        "crs": crs,
        "mistakes": [messages.say(messages.MISTAKES, code) for code in crs["mistakes"]],
        "likely": [one for one in candidates if one["plausible"]],
        "unlikely": [one for one in candidates if not one["plausible"]],
        "chosen": plan.srid if plan.srid in listed else None,
        "other": plan.srid if plan.srid and plan.srid not in listed else "",
        "control": "\n".join(" ".join(f"{value:.12g}" for value in one) for one in plan.control),
        "fitted": control.described(plan.control) if plan.control else None,
        "swap": plan.swap_axes or "axes_swapped" in crs["mistakes"],
        "footprints": {str(one["srid"]): one["footprint"] for one in shown},
        "swapped": crs.get("swapped_footprint"),
        "form": PlaceForm(),
    }


def _joins(run: ImportRun, subject: Subject) -> dict[str, Any]:
    """Return the fields of other layers that rows without a place can be placed by."""
    if not run.is_planned or not run.layer.get("reading", {}).get("join"):
        return {}
    offered = [
        (str(one.title), [(f"{one.id}.{field.name}", str(field.title or field.name)) for field in fields])
        for one in registry.everything().values()
        if one.has_geometry and policy.decide(subject, Verb.VIEW, one)
        and (fields := [each for each in view(subject, one).fields if each.type in _KEYS])
    ]  # fmt: skip
    chosen = ".".join(run.planned.placed_by.values())
    return {"joins": sorted(offered), "joined_by": chosen, "join_column": run.layer["reading"]["join"]}


def _table(run: ImportRun) -> dict[str, Any] | None:
    """Return how the table of the import is read, None for a file that is none."""
    tables = [one for one in run.inspection["layers"] if one["is_table"]]
    if not tables:
        return None
    one = next((each for each in tables if each["key"] == run.plan.get("layer")), tables[0])
    names = [field["name"] for field in one["fields"]]
    shown = one["reading"]
    return {
        **shown,
        "placed": any(each["has_geometry"] for each in tables),
        "rows": [
            [dict(zip(names, row, strict=True)).get(name, "") for name in shown["columns"]]
            for row in one["rows"][:5]
        ],
    }


def _described(layer: Mapping[str, Any], run: ImportRun) -> dict[str, Any]:
    chosen = {part.plan["layer"]: part.state for part in run.parts.all()} | {run.plan.get("layer"): ""}
    return {
        **layer,
        "shapes": shapes(layer),
        "chosen": layer["key"] in chosen,
        "loaded": chosen.get(layer["key"]) == ImportState.LOADED,
    }


def shapes(layer: Mapping[str, Any]) -> str:
    """Return which kinds of shape a layer of the file has, in the active language."""
    names = [str(SHAPE_TITLES.get(name, name)) for name in layer["geometry_types"]]
    return listed(dict.fromkeys(names))


def _candidate(one: Mapping[str, Any], found: int | None) -> dict[str, Any]:
    xs, ys = [x for x, _ in one["footprint"]], [y for _, y in one["footprint"]]
    middle = f"{(min(ys) + max(ys)) / 2:.3f}, {(min(xs) + max(xs)) / 2:.3f}"
    return {**one, "middle": middle, "found": one["srid"] == found}


def _fields(run: ImportRun, form: FieldsForm | None) -> dict[str, Any]:
    plan, layer = run.planned, run.layer
    planned = form.columns if form and form.columns else plan.fields
    at = {field["name"]: number for number, field in enumerate(layer["fields"])}
    rows = [
        {
            "number": number,
            "field": one,
            "type": TYPE_TITLES[one.type],
            "samples": _samples(layer["rows"], at[one.name]),
        }
        for number, one in enumerate(planned)
    ]
    return {
        "plan": plan,
        "layer": layer,
        "rows": rows,
        "encoding": layer["encoding"],
        "encodings": encodings.TITLES,
        "form": None,
        "given": form.data if form else None,
    }


def _samples(rows: Sequence[Sequence[Any]], column: int) -> list[str]:
    values = [str(row[column]) for row in rows if row[column] not in (None, "")]
    return [value[:60] for value in dict.fromkeys(values)][:SAMPLES]


def report(run: ImportRun) -> dict[str, Any] | None:
    """Return the report in the active language, with where to show the layer."""
    if not run.report:
        return None
    known = run.report
    if run.is_several:
        loaded = [part.slug for part in run.parts.order_by("created_at") if part.state == ImportState.LOADED]
        return {**known, "map": _on_map(loaded)}
    if run.is_raster:
        return {**known, "map": _over_raster(run) if run.state == ImportState.LOADED else ""}
    return {
        **known,
        "repairs": [
            (messages.say(messages.REPAIRS, code), count) for code, count in known["repairs"].items()
        ],
        "refusals": [
            (messages.say(messages.ROW_REASONS, code), count) for code, count in known["refusals"].items()
        ],
        "repaired_rows": _rows(messages.REPAIRS, known["repaired_rows"]),
        "refused_rows": _rows(messages.ROW_REASONS, known["refused_rows"]),
        "notes": [messages.say(messages.NOTES, one["code"], one["params"]) for one in known["notes"]],
        "shape": SHAPE_TITLES.get(known["geometry_type"], known["geometry_type"]),
        "map": _on_map([run.slug]) if run.state == ImportState.LOADED else "",
        "has_csv": run.refused_path.exists(),
    }


def _rows(table: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"row": one["row"], "reason": messages.say(table, one["reason"])} for one in rows]


def _over_raster(run: ImportRun) -> str:
    """Return the address of the map over the raster."""
    raster = Raster.objects.filter(slug=run.slug).first()
    return raster.map_address if raster else ""


def _on_map(slugs: Sequence[str]) -> str:
    """Return the address of the map over the layers."""
    relations = list(Dataset.objects.filter(slug__in=slugs).values_list("relation", flat=True))
    if not relations:
        return ""
    tables = [
        sql.SQL("SELECT geom_tile FROM {}").format(sql.Identifier(*one.split(".", 1))) for one in relations
    ]
    query = sql.SQL(
        "SELECT ST_X(c), ST_Y(c), width FROM (SELECT ST_Transform(ST_Centroid(box), 4326) AS c,"
        " greatest(ST_XMax(box) - ST_XMin(box), ST_YMax(box) - ST_YMin(box)) AS width FROM"
        " (SELECT ST_SetSRID(ST_Extent(geom_tile)::geometry, 3857) AS box FROM ({}) AS t) AS e) AS f"
    ).format(sql.SQL(" UNION ALL ").join(tables))
    with connection.cursor() as cursor:
        cursor.execute(query)
        lon, lat, width = cursor.fetchone()
    zoom = max(6, min(18, int(math.log2(40_075_016 / max(width, 1.0)) + 1)))
    return f"/staff/#map={zoom}/{lat:.6f}/{lon:.6f}&layers={','.join(slugs)}"
