"""Each queue as a layer of the catalogue: map, table, search and exports come from the engine below."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import Sensitivity
from layers.collections import Collection, Field, FieldType
from layers.declare import field_of, looked_up
from reconciliation.declaring import Queue
from reconciliation.models import Case
from reconciliation.registry import queues

_CASTS = {
    FieldType.INTEGER: "::numeric::bigint",
    FieldType.NUMBER: "::numeric",
    FieldType.BOOLEAN: "::boolean",
    FieldType.DATE: "::date",
    FieldType.DATETIME: "::timestamptz",
}
_COLOUR = ["match", ["get", "state"], "closed", "#1B6343", "#7A4E00"]
_STYLE = (
    {"type": "fill", "paint": {"fill-color": _COLOUR, "fill-opacity": 0.28}},
    {"type": "line", "paint": {"line-color": "#FFFFFF", "line-width": 5}},
    {"type": "line", "paint": {"line-color": _COLOUR, "line-width": 2.5}},
    {
        "type": "circle",
        "maxzoom": 18,
        "paint": {
            "circle-radius": 5, "circle-color": _COLOUR, "circle-stroke-color": "#FFFFFF", "circle-stroke-width": 1.5,
        },
    },
)  # fmt: skip


def collection_of(queue: Queue) -> Collection:
    """Return the layer of a queue: cases open or closed, with the evidence as fields."""
    return Collection(
        id=queue.collection_id,
        title=queue.title,
        description=queue.question,
        group="queues",
        order=queue.order,
        relation="public.reconciliation_case",
        where=f"queue = '{queue.key}' AND state <> 'gone'",
        version_field="version",
        geometry_type="Geometry",
        district_field="district_id",
        fields=(
            field_of(Case, "label", searchable=True, in_tile=True, sensitivity=Sensitivity.STAFF),
            field_of(Case, "state", in_tile=True, sensitivity=Sensitivity.STAFF),
            *(_evidence(one) for one in queue.evidence),
            field_of(Case, "yearly_value", sensitivity=queue.value_sensitivity),
            field_of(Case, "currency", sensitivity=queue.value_sensitivity),
            field_of(Case, "rank", sensitivity=queue.value_sensitivity, in_card=False),
            looked_up(
                "assigned_to", _("assigned to"),
                "SELECT u.username FROM public.accounts_user u WHERE u.id = t.assignee_id",
                sensitivity=Sensitivity.STAFF,
            ),
            field_of(Case, "result", choices=dict(queue.results), sensitivity=Sensitivity.STAFF),
            field_of(Case, "first_found_on", sensitivity=Sensitivity.STAFF),
        ),
        view_roles=queue.view_roles,
        edit_roles=queue.work_roles,
        visible_by_default=False,
        style=_STYLE,
        page=f"/staff/queues/{queue.key}/{{id}}/",
        heading="{label}",
        kicker=queue.title,
    )  # fmt: skip


def _evidence(one: Field) -> Field:
    """Return a declared value as a field that is read out of the evidence."""
    name = one.name.replace("'", "''")
    return Field(**{**vars(one), "expression": f"(t.evidence ->> '{name}'){_CASTS.get(one.type, '')}"})


COLLECTIONS = tuple(collection_of(one) for one in queues().values())
