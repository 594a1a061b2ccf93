"""What a table tells the engine about itself: one description serves every channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from accounts.verbs import Sensitivity

LANGUAGES = ("ar", "en", "fr")
PUBLIC = frozenset({"public"})


class FieldType(StrEnum):
    """The types that a field of a collection can have."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One attribute of a collection.

    `name` is the property that clients see and, unless `expression` says otherwise, the column.
    `expression` is SQL over the row's alias `t`, written in code only (a look-up in another table,
    say). `title` answers `str()` in the active language: a lazy gettext string or a `Text3`.
    `choices` maps stored values to such titles. `required`, `unique` and `default` are rules for
    rows written one by one (`layers.actions.features`). `keywords` are the words that people put before
    the value in the search box ("basin", "حوض").
    """

    name: str
    title: Any = ""
    type: FieldType = FieldType.TEXT
    sensitivity: str = Sensitivity.PUBLIC
    choices: Mapping[str, Any] = field(default_factory=dict, hash=False)
    unit: Any = ""
    in_tile: bool = False
    in_card: bool = True
    searchable: bool = False
    keywords: tuple[str, ...] = ()
    expression: str = ""
    required: bool = False
    unique: bool = False
    default: Any = field(default=None, hash=False)

    @property
    def language(self) -> str:
        """Return the language of a name column (`name_ar` holds Arabic), or nothing."""
        suffix = self.name[-2:]
        return suffix if self.name[-3:-2] == "_" and suffix in LANGUAGES else ""


@dataclass(frozen=True, kw_only=True)
class Along:
    """That rows have numbers along the features of another collection, as houses along streets.

    `column` names that feature, `number` is the field of the number, `stem` of its names in three
    languages. `where` is SQL that keeps the rows whose numbers are searched.
    """

    collection: str
    column: str
    number: str
    stem: str
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class Collection:
    """A spatial table as the catalogue, tiles, features, search and exports see it.

    `relation` is the table with its schema ("public.cadastre_parcel"). `has_lifespan` says that its
    rows begin and end (`begin_lifespan`, `end_lifespan`): channels then show those in force, and
    those of any day past where they are asked for. `where` is SQL over the table's columns that keeps
    rows beside that; it and every `expression` are literals of the code, never of a user. `view_roles` and `edit_roles` are the defaults that access rules refine
    ("public" means everybody). `district_field` names the column with the district's id.
    `style` is a list of map layers (docs/styles.md). `heading` and `kicker` are titles of a
    feature, with field names in braces: "Parcel {number}". A `writable` collection's rows may be
    written one by one; others are registers that change in a part of the portal with rules of its
    own, which `workbench` names. `page` is the address of a row's own page for staff, with `{id}`.
    """

    id: str
    title: Any
    relation: str
    description: Any = ""
    group: str = "imported"
    order: int = 100
    key: str = "id"
    geometry: str = "geom"
    tile_geometry: str = "geom_tile"
    geometry_type: str = "MultiPolygon"
    fields: tuple[Field, ...] = ()
    where: str = ""
    has_lifespan: bool = False
    version_field: str = ""
    updated_field: str = ""
    view_roles: frozenset[str] = PUBLIC
    edit_roles: frozenset[str] = frozenset()
    writable: bool = False
    workbench: Any = ""
    page: str = ""
    along: Along | None = None
    district_field: str | None = None
    min_zoom: int = 0
    max_zoom: int = 22
    visible_by_default: bool = True
    opacity: float = 1.0
    style: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)
    heading: Any = ""
    kicker: Any = ""
    license: str = ""
    source: Any = ""
    source_date: str = ""

    @property
    def sensitivities(self) -> Mapping[str, Sensitivity]:
        """Return how private each field is, as the policy asks."""
        return {one.name: Sensitivity(one.sensitivity) for one in self.fields}

    @property
    def has_geometry(self) -> bool:
        """Say whether rows have a place on the map."""
        return bool(self.geometry_type)

    def field(self, name: str) -> Field | None:
        """Return the field of that name, if there is one."""
        return next((one for one in self.fields if one.name == name), None)

    def with_(self, **changes: Any) -> Self:
        """Return the collection with some of its description changed."""
        return replace(self, **changes)
