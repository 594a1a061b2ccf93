"""How a layer of a file is to be loaded: proposed from what was found, changed by people, then checked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from django.conf import settings

from core.text3 import Text3
from layers.importing import naming
from layers.importing.errors import ImportRefused
from layers.importing.reader import encodings

MAX_FIELDS = 200
MAX_SLUG = 50
# Formats with fields that every file has and few use: those that are empty are not proposed.
_WIDE = ("kml", "gpx", "dxf", "edigeo", "osm")
_SLUG = re.compile(r"[a-z][a-z0-9-]*")


class Mode(StrEnum):
    """What becomes of the rows: a layer of their own, or part of one that is there."""

    NEW = "new"
    APPEND = "append"
    UPDATE = "update"
    REPLACE = "replace"


@dataclass(frozen=True)
class PlannedField:
    """One field: its name in the file, the column that it becomes, its labels, whether it is kept."""

    name: str
    type: str
    column: str
    ar: str
    en: str
    fr: str
    keep: bool = True

    @property
    def title(self) -> Text3:
        """Return the labels."""
        return Text3(self.ar, self.en, self.fr)


@dataclass(frozen=True)
class Plan:
    """Everything that decides what a file becomes; kept as JSON with the import."""

    layer: str
    slug: str
    title: dict[str, str]
    srid: int | None
    swap_axes: bool = False
    encoding: str | None = None
    public: bool = False
    replace: bool = False
    mode: str = Mode.NEW
    # The field, by its name in the file, whose value says which of the layer's rows is meant.
    key: str = ""
    # The layer and its field by which rows without a place of their own are placed.
    placed_by: dict[str, str] = field(default_factory=dict)
    # Control points of an old survey: x and y in the file, x and y in its reference system.
    control: tuple[tuple[float, float, float, float], ...] = ()
    # The earlier import whose mapping this one took over, in words of its own.
    remembered: dict[str, str] = field(default_factory=dict)
    # The drawing's own layers that are wanted; all where none is named.
    only: tuple[str, ...] = ()
    fields: tuple[PlannedField, ...] = field(default_factory=tuple)
    # Of a raster: kind, band, day, mosaic, source, licence and unit (see `layers.importing.rasters`).
    raster: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kept(self) -> tuple[PlannedField, ...]:
        """Return the fields that become columns."""
        return tuple(one for one in self.fields if one.keep)

    @property
    def table(self) -> str:
        """Return the table's name in the schema `imported`."""
        return self.slug.replace("-", "_")

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Read a plan from JSON."""
        fields = tuple(PlannedField(**one) for one in stored.get("fields", ()))
        control = tuple(tuple(one) for one in stored.get("control", ()))
        return cls(**{**stored, "fields": fields, "only": tuple(stored.get("only", ())), "control": control})

    def with_(self, **changes: Any) -> Self:
        """Return the plan with some of it changed."""
        return replace(self, **changes)


def find_layer(inspection: Mapping[str, Any], name: str | None) -> Mapping[str, Any]:
    """Return the layer of that name or key; without a name the only one with features on the map."""
    layers: Sequence[Mapping[str, Any]] = inspection["layers"]
    if name:
        found = next((one for one in layers if name in (one["key"], one["name"])), None)
        if found is None:
            raise ImportRefused("layer_unknown", layer=name, layers=_names(layers))
    else:
        usable = [one for one in layers if one["has_geometry"]]
        if len(usable) > 1:
            raise ImportRefused("layer_needed", layers=_names(usable))
        found = usable[0] if usable else layers[0]
    if not found["has_geometry"] and found["is_table"]:
        raise ImportRefused(
            "table_without_place", layer=found["name"], columns=", ".join(found["reading"]["columns"])
        )
    if not found["has_geometry"]:
        raise ImportRefused("layer_without_geometry", layer=found["name"])
    return found


def _names(layers: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(str(one["name"]) for one in layers)


def propose(layer: Mapping[str, Any], *, slug: str = "", title: str = "") -> Plan:
    """Return the plan that the findings suggest; a missing reference system stays open."""
    crs = layer["crs"]
    names = naming.columns(one["name"] for one in layer["fields"])
    fields = [
        _proposed(one, column, layer["format"]) for one, column in zip(layer["fields"], names, strict=True)
    ]
    return Plan(
        layer=layer["key"],
        slug=slug or naming.slug(layer["name"]),
        title=Text3.of(title or layer["name"]).as_dict(),
        # Rows that are placed by another layer's shapes lie in its system.
        srid=crs["srid"] or (settings.GRID_SRID if layer.get("reading", {}).get("join") else None),
        encoding=layer["encoding"]["found"] if layer["encoding"] else None,
        fields=tuple(fields),
        raster={"kind": layer["raster"]["kind"]} if layer.get("is_raster") else {},
    )


def _proposed(one: Mapping[str, Any], column: str, format_: str) -> PlannedField:
    label = naming.label(one["name"])
    keep = not (one["blank"] and format_ in _WIDE)
    return PlannedField(one["name"], one["type"], column, label.ar, label.en, label.fr, keep)


def check(plan: Plan, layer: Mapping[str, Any]) -> None:
    """Refuse a plan that cannot be carried out on this layer: key, system, encoding, fields."""
    if plan.mode not in list(Mode):
        raise ImportRefused("mode_unknown", mode=plan.mode)
    if not _SLUG.fullmatch(plan.slug) or len(plan.slug) > MAX_SLUG:
        raise ImportRefused("slug_invalid", slug=plan.slug, limit=MAX_SLUG)
    if len(plan.kept) > MAX_FIELDS:
        raise ImportRefused("too_many_fields", count=len(plan.kept), limit=MAX_FIELDS)
    if plan.encoding and plan.encoding not in encodings.CANDIDATES:
        known = ", ".join(encodings.TITLES.values())
        raise ImportRefused("encoding_unknown", encoding=plan.encoding, known=known)
    unknown = set(plan.only) - {one["name"] for one in layer["cad_layers"]}
    if unknown:
        raise ImportRefused("cad_layer_unknown", name=sorted(unknown)[0])
    check_columns(plan)
    check_place(plan, layer)


def check_place(plan: Plan, layer: Mapping[str, Any]) -> None:
    """Refuse a reference system that is missing, unknown, or makes no sense of the coordinates."""
    likely = ", ".join(f"EPSG:{one['srid']} {one['name']}" for one in layer["crs"]["candidates"][:3])
    from layers.importing.reader import placing

    if plan.srid is None:
        raise ImportRefused("crs_missing", candidates=likely)
    if not placing.is_known(plan.srid):
        raise ImportRefused("crs_unknown", crs=f"EPSG:{plan.srid}")
    hull = outline(plan, layer)
    if not hull:
        return
    faults = placing.mistakes(hull, plan.srid, settings.GRID_SRID)
    if faults:
        raise ImportRefused(f"crs_{faults[0]}", crs=f"EPSG:{plan.srid}", candidates=likely)


def outline(plan: Plan, layer: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Return the layer's outline in its reference system's coordinates, axes as the plan takes them."""
    from layers.importing import control

    turned = [(y, x) if plan.swap_axes else (x, y) for x, y in layer["hull"]]
    if not plan.control:
        return turned
    moved = control.fit(plan.control)
    return [moved(x, y) for x, y in turned]


def keeping(plan: Plan, names: Sequence[str]) -> tuple[PlannedField, ...]:
    """Return the plan's fields with only those of the given names (in the file) kept."""
    known = {one.name for one in plan.fields}
    for name in names:
        if name not in known:
            raise ImportRefused("field_unknown", field=name)
    return tuple(replace(one, keep=one.name in names) for one in plan.fields)


def with_fields(plan: Plan, changes: Sequence[Mapping[str, Any]]) -> Plan:
    """Return the plan with what is given about some of its fields, named as in the file."""
    known = {one.name: one for one in plan.fields}
    for change in changes:
        before = known.get(change["name"])
        if before is None:
            raise ImportRefused("field_unknown", field=change["name"])
        known[before.name] = replace(before, **change)
    return plan.with_(fields=tuple(known.values()))


def check_columns(plan: Plan) -> None:
    """Refuse columns that cannot be: not plain, ours, or two of one name."""
    names = [one.column for one in plan.kept]
    for name in names:
        if naming.plain(name) != name or name in naming.RESERVED or names.count(name) > 1:
            raise ImportRefused("column_invalid", column=name)
