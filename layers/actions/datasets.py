"""What an import does once its table is filled: make the catalogue know it, or forget it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from audit.watching import watch_loaded
from core.errors import Conflict
from core.text3 import Text3
from layers import registry
from layers.collections import Field
from layers.models import CatalogueEntry, Dataset, DatasetField
from layers.searching import ensure_indexes
from layers.tiles import overview
from layers.versions import watch


@transaction.atomic
def register_dataset(
    *,
    slug: str,
    relation: str,
    geometry_type: str,
    fields: Sequence[Field],
    by: Any = None,
    title: Text3 | Mapping[str, str] | str = "",
    label_field: str = "",
    view_roles: Sequence[str] = ("public",),
    edit_roles: Sequence[str] = (),
    **about: Any,
) -> Dataset:
    """Enter an imported table in the catalogue, or its new content if the slug is known.

    `relation` is "imported.<table>" with the columns `id`, `geom`, `geom_tile` and one for each
    field; `about` are further columns of `Dataset` (file_name, file_crs, encoding, feature_count,
    report, ...). Runs in the import's transaction, so that a layer appears whole or not at all.
    Refuses, with `Conflict`, a slug that one of the portal's own layers has. What makes a large layer quick to
    search and to draw from afar follows in `prepare_dataset`.
    """
    if slug in registry.declared():
        raise Conflict(_("The key “%(slug)s” belongs to a layer of the portal itself.") % {"slug": slug})
    words = Text3.of(title)
    known = {
        "relation": relation,
        "geometry_type": geometry_type,
        "title_ar": words.ar,
        "title_en": words.en,
        "title_fr": words.fr,
        "view_roles": list(view_roles),
        "edit_roles": list(edit_roles),
        "imported_by": by,
        **about,
    }
    dataset, _made = Dataset.objects.update_or_create(slug=slug, defaults=known)
    dataset.fields.all().delete()
    DatasetField.objects.bulk_create(
        DatasetField.of(dataset, one, order=at, is_label=one.name == label_field)
        for at, one in enumerate(fields)
    )
    ensure_version(relation)
    watch(relation, "geom_tile" if geometry_type else "")
    watch_loaded(relation, dataset.feature_count, ignored=["geom_tile"] if geometry_type else [])
    return dataset


def prepare_dataset(*, slug: str) -> None:
    """Make a layer quick to search and to draw from afar; needs the table's owner, and the layer committed."""
    dataset = Dataset.objects.filter(slug=slug).first()
    if dataset is None:
        return
    collection = registry.from_dataset(dataset)
    with transaction.atomic():
        ensure_indexes(collection)
    if collection.has_geometry and overview.is_large(collection):
        overview.refresh(collection)


def ensure_version(relation: str) -> None:
    """Have the database count each row's changes, by any channel; needs the table's owner."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT layers_count_versions(%s::regclass)", [relation])


@transaction.atomic
def forget_dataset(*, slug: str) -> None:
    """Take an imported layer out of the catalogue; its table is the caller's to drop."""
    Dataset.objects.filter(slug=slug).delete()
    CatalogueEntry.objects.filter(collection=slug).delete()
