"""A parcel's family: every ancestor and descendant, with the records between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from cadastre.models import Lineage, Parcel
from core.errors import NotFound

# Up and down from one parcel; ids only grow from parent to child, so this always ends.
_FAMILY = """
    WITH RECURSIVE up(id) AS (
        SELECT %s::bigint UNION
        SELECT l.parent_id FROM cadastre_lineage l JOIN up ON l.child_id = up.id),
    down(id) AS (
        SELECT %s::bigint UNION
        SELECT l.child_id FROM cadastre_lineage l JOIN down ON l.parent_id = down.id)
    SELECT id FROM up UNION SELECT id FROM down ORDER BY id LIMIT 500
"""


@dataclass(frozen=True)
class Family:
    """Parcels and the steps between them, both oldest first."""

    parcels: Sequence[Parcel]
    steps: Sequence[Lineage]

    def generation(self) -> dict[int, int]:
        """Return how many steps each parcel is from the oldest of the family."""
        level = {parcel.pk: 0 for parcel in self.parcels}
        for step in sorted(self.steps, key=lambda one: one.child_id):
            level[step.child_id] = max(level[step.child_id], level[step.parent_id] + 1)
        return level

    def rows(self) -> dict[int, int]:
        """Return each parcel's place among its generation: beside its parents, where there is room."""
        level = self.generation()
        parents: dict[int, list[int]] = {parcel.pk: [] for parcel in self.parcels}
        for step in self.steps:
            parents[step.child_id].append(step.parent_id)
        rows: dict[int, int] = {}
        for generation in range(max(level.values()) + 1):
            beside = {
                pk: sum(rows[parent] for parent in above) // len(above) if above else 0
                for pk, above in parents.items() if level[pk] == generation
            }  # fmt: skip
            free = 0
            for pk in sorted(beside, key=lambda pk: (beside[pk], pk)):
                rows[pk] = max(free, beside[pk])
                free = rows[pk] + 1
        return rows


def family(parcel_id: int) -> Family:
    """Return the ancestors and descendants of a parcel, itself included."""
    with connection.cursor() as cursor:
        cursor.execute(_FAMILY, [parcel_id, parcel_id])
        ids = [row[0] for row in cursor.fetchall()]
    parcels = list(
        Parcel.objects.filter(pk__in=ids)
        .select_related("opened_by", "closed_by")
        .defer("geom", "geom_tile")
        .order_by("pk")
    )
    if not parcels:
        raise NotFound(_("There is no such parcel."))
    steps = list(
        Lineage.objects.filter(parent__in=ids, child__in=ids).select_related("record").order_by("child")
    )
    return Family(parcels, steps)


def lineage_json(parcel_id: int) -> dict[str, Any]:
    """Return the family as JSON values."""
    found = family(parcel_id)
    level = found.generation()
    return {
        "parcels": [
            {
                "id": parcel.pk,
                "number": parcel.number,
                "from": parcel.begin_lifespan.isoformat(),
                "to": parcel.end_lifespan and parcel.end_lifespan.isoformat(),
                "in_force": parcel.end_lifespan is None,
                "generation": level[parcel.pk],
                "opened_by": parcel.opened_by and parcel.opened_by.number,
                "is_asked": parcel.pk == parcel_id,
            }
            for parcel in found.parcels
        ],
        "steps": [
            {
                "parent": step.parent_id,
                "child": step.child_id,
                "record": step.record.number,
                "kind": step.record.get_kind_display(),
                "same_parcel": step.continues,
            }
            for step in found.steps
        ],
    }
