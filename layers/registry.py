"""Every collection there is: those that apps declare and those that imports made."""

import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext_lazy as _

from core.errors import NotFound
from core.text3 import Text3
from layers import styles
from layers.collections import Collection, Field, FieldType
from layers.models import CatalogueEntry, Dataset, Group
from layers.styling.checks import fields_in
from layers.versions import CATALOGUE, relation_version, unreadable

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Catalogue:
    """The collections and their headings as they were at one version of the catalogue."""

    version: int
    collections: Mapping[str, Collection]
    groups: tuple[Group, ...]


_held: Catalogue | None = None
_lock = threading.Lock()


@cache
def declared() -> Mapping[str, Collection]:
    """Return what the apps' `layers.py` modules declare in COLLECTIONS, by id."""
    found: dict[str, Collection] = {}
    for config in apps.get_app_configs():
        if (
            config.module is None
            or config.name == "layers"
            or not module_has_submodule(config.module, "layers")
        ):
            continue
        for one in getattr(import_module(f"{config.name}.layers"), "COLLECTIONS", ()):
            if one.id in found:
                raise ValueError(f"two collections are called {one.id!r}")
            found[one.id] = one
    return found


def catalogue() -> Catalogue:
    """Return the catalogue as it is now; read again only when its version has moved."""
    held = _held
    version = relation_version(CATALOGUE)
    return held if held is not None and held.version == version else reload(version)


def held_catalogue() -> Catalogue:
    """Return the catalogue that this process read last, for callers that check its version themselves."""
    return _held or reload(relation_version(CATALOGUE))


def reload(version: int) -> Catalogue:
    """Read the catalogue again and hold it as the given version.

    The version was read before the rows, so what is held can only be newer than it says; then the
    next call reads once more. It is never older.
    """
    global _held
    with _lock:
        fresh = Catalogue(version, _shown(), tuple(Group.objects.all()))
        if version >= 0:
            _held = fresh
        return fresh


def forget() -> None:
    """Read the catalogue anew when it is asked for next: its tables were made or changed by migrations."""
    global _held
    _held = None


def find(collection_id: str) -> Collection:
    """Return one collection, whoever may see it; `NotFound` where there is none."""
    found = catalogue().collections.get(collection_id)
    if found is None:
        raise unknown()
    return found


def unknown() -> NotFound:
    """Return the one refusal for a layer that is not there and for one that may not be seen."""
    return NotFound(_("There is no such layer."))


def everything() -> dict[str, Collection]:
    """Return every collection as the catalogue has it, those that staff took out of it too."""
    entries = {entry.collection: entry for entry in CatalogueEntry.objects.all()}
    found = [*declared().values(), *_imported()]
    return {one.id: _with_drawn_fields(_with_entry(one, entries.get(one.id))) for one in found}


def _shown() -> dict[str, Collection]:
    hidden = set(CatalogueEntry.objects.filter(is_hidden=True).values_list("collection", flat=True))
    found = {name: one for name, one in everything().items() if name not in hidden}
    closed = unreadable(one.relation for one in found.values())
    for name, one in found.items():
        if one.relation in closed:
            log.error("layer %s is left out: its table %s is gone or may not be read", name, one.relation)
    return {name: one for name, one in found.items() if one.relation not in closed}


def _imported() -> Iterable[Collection]:
    for dataset in Dataset.objects.prefetch_related("fields"):
        yield from_dataset(dataset)


def from_dataset(dataset: Dataset) -> Collection:
    """Return the collection that an imported table is."""
    rows = [row for row in dataset.fields.all() if row.retired_at is None]
    label = next((row.name for row in rows if row.is_label), "")
    return Collection(
        id=dataset.slug,
        title=dataset.title,
        description=dataset.description,
        relation=dataset.relation,
        geometry_type=dataset.geometry_type,
        fields=tuple(
            Field(
                name=row.name,
                title=row.title,
                type=FieldType(row.type),
                sensitivity=row.sensitivity,
                unit=row.unit,
                in_tile=row.in_tile or row.is_label,
                searchable=row.searchable or row.is_label,
                required=row.is_required,
                unique=row.is_unique,
                choices={each["value"]: Text3.of(each) for each in row.choices},
                default=row.default,
            )
            for row in rows
        ),
        view_roles=frozenset(dataset.view_roles),
        edit_roles=frozenset(dataset.edit_roles),
        district_field="district_id" if dataset.by_district else None,
        writable=True,
        version_field="version",
        style=tuple(
            dataset.style
            or styles.default_style(
                dataset.geometry_type, label=label, seed=dataset.slug, count=dataset.feature_count
            )
        ),
        heading="{" + label + "}" if label else "",
        license=dataset.license,
        source=dataset.source or dataset.file_name,
        source_date=str(dataset.source_date or dataset.imported_at.date()),
    )


def _with_entry(one: Collection, entry: CatalogueEntry | None) -> Collection:
    if entry is None:
        return one
    changes: dict[str, Any] = {
        "order": entry.order,
        "group": entry.group_id,
        "view_roles": None if entry.view_roles is None else frozenset(entry.view_roles),
        "visible_by_default": entry.visible_by_default,
        "opacity": entry.opacity,
        "min_zoom": entry.min_zoom,
        "max_zoom": entry.max_zoom,
        "style": tuple(entry.style) if entry.style else None,
        "license": entry.license or None,
        "source": entry.source or None,
        "source_date": str(entry.source_date) if entry.source_date else None,
        "title": _text(entry, "title"),
        "description": _text(entry, "description"),
    }
    return one.with_(**{name: value for name, value in changes.items() if value is not None})


def _with_drawn_fields(one: Collection) -> Collection:
    """Let tiles carry every field that the style reads, whoever chose the style."""
    drawn = fields_in(one.style)
    if all(field.in_tile for field in one.fields if field.name in drawn):
        return one
    return one.with_(
        fields=tuple(replace(field, in_tile=field.in_tile or field.name in drawn) for field in one.fields)
    )


def _text(entry: CatalogueEntry, name: str) -> Text3 | None:
    written = Text3(*(getattr(entry, f"{name}_{code}") for code in ("ar", "en", "fr")))
    return written if any(written.as_dict().values()) else None
