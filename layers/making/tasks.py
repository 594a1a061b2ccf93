"""The jobs that make a layer's table, or give it one more column."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from accounts.models import User
from core.errors import Conflict
from layers.actions.datasets import prepare_dataset, register_dataset
from layers.making import tables
from layers.making.drafts import LayerDraft, field_from
from layers.models import Dataset, DatasetField


@task()
@transaction.atomic
def make_layer(draft: dict[str, Any], user_id: int) -> dict[str, Any]:
    """Make the table and enter it in the catalogue; begun again after its end, it finds itself done."""
    wanted = LayerDraft.from_dict(draft)
    known = Dataset.objects.filter(slug=wanted.slug).first()
    if known is not None:
        if known.report.get("draft") == draft:
            return {"slug": wanted.slug}
        raise Conflict(_("A layer with this key is there already."))
    name = wanted.slug.replace("-", "_")
    fields = [one.field() for one in wanted.fields]
    tables.make(name, wanted.geometry_type, fields, by_district=wanted.by_district)
    register_dataset(
        slug=wanted.slug,
        relation=f"{tables.SCHEMA}.{name}",
        geometry_type=wanted.geometry_type,
        fields=fields,
        by=User.objects.filter(pk=user_id).first(),
        title={"ar": wanted.ar, "en": wanted.en, "fr": wanted.fr},
        label_field=next((one.name for one in wanted.fields if one.label), ""),
        view_roles=wanted.view_roles,
        edit_roles=wanted.edit_roles,
        by_district=wanted.by_district,
        report={"draft": draft},
    )
    prepare_dataset(slug=wanted.slug)
    return {"slug": wanted.slug}


@task()
@transaction.atomic
def add_field(slug: str, draft: dict[str, Any]) -> dict[str, Any]:
    """Give a layer one more column; begun again after its end, it finds itself done."""
    dataset = Dataset.objects.select_for_update().get(slug=slug)
    field = field_from(draft).field()
    if not dataset.fields.filter(name=field.name).exists():
        tables.add_column(dataset.relation, field)
        last = dataset.fields.aggregate(last=Max("order"))["last"]
        row = DatasetField.of(dataset, field, order=(last or 0) + 1)
        row.save()
    return {"slug": slug, "field": field.name}
