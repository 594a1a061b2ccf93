"""Rounds given out and visits made, so that the queues are alive on the first day."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from buildings.models import Building
from buildings.queues.by_footprint import DIFFERS, NOT_REGISTERED
from buildings.queues.by_permit import BEYOND_PERMIT, NOT_PERMITTED
from buildings.queues.by_visit import VISITED
from buildings.queues.terms import MEASURED, USE
from reconciliation.actions.filling import fill
from reconciliation.actions.visiting import receive
from reconciliation.actions.working import assign_many
from reconciliation.models import Case

_SPACE = uuid.UUID("5b8f6a52-7a0e-4b8e-9d0c-3f1c7f6c2a11")
_VISITS, _ROUND = 4, 8
_NOTES = (
    "أضيف طابق فوق السطح، والدرج من الخارج.",
    "الطابق الأرضي محال تجارية مفتوحة على الشارع.",
    "قيس المسقط بالشريط من ثلاث جهات.",
)


@transaction.atomic
def leave_visits(today: date) -> dict[str, int]:
    """Give two rounds out, let the surveyor make a dozen visits, and lay what was seen against the register."""
    surveyor, engineer = (User.objects.get(username=role.value) for role in (Role.SURVEYOR, Role.ENGINEER))
    made = 0
    for queue in (DIFFERS, BEYOND_PERMIT, NOT_PERMITTED):
        asks_for_size = MEASURED in queue.questions
        for case, building in _visited(queue.key):
            kind = made % (3 if asks_for_size else 2)
            _visit(case, building, kind, made, today=today, by=surveyor)
            made += 1
    for queue, who in ((NOT_REGISTERED, surveyor), (BEYOND_PERMIT, engineer)):
        first = (
            Case.objects.of(queue.key).open().order_by("-rank", "pk").values_list("pk", flat=True)[:_ROUND]
        )
        assign_many(queue=queue.key, case_ids=list(first), to=who)
    fill(queue=VISITED, on=today, by=surveyor)
    return {"visits": made}


def _visited(queue: str) -> Iterator[tuple[Case, Building]]:
    """Yield a few of a queue's cases with their buildings, not the most urgent, which are still to be visited."""
    cases = list(Case.objects.of(queue).open().order_by("-rank", "pk")[_ROUND : _ROUND + _VISITS])
    known = Building.objects.in_bulk([case.feature for case in cases])
    return ((case, known[case.feature]) for case in cases if case.feature in known)


def _visit(case: Case, building: Building, kind: int, number: int, *, today: date, by: User) -> None:
    day = timezone.make_aware(
        datetime.combine(today - timedelta(days=2 + number // 4), time(9 + number % 4, 20))
    )
    receive(
        visit_id=uuid.uuid5(_SPACE, str(case.pk)), case=case, base_version=case.version, result="confirmed",
        note=_NOTES[kind], answers=_seen(building, kind), visited_at=day, by=by,
    )  # fmt: skip


def _seen(building: Building, kind: int) -> Mapping[str, Any]:
    """Return what the visitor answered: a storey more, another use, or another size than the register has."""
    if kind == 0:
        return {"floors": building.floors + 1, "condition": building.condition}
    if kind == 1:
        return {USE.name: "mixed" if building.use != "mixed" else "commercial", "floors": building.floors}
    return {"floors": building.floors, MEASURED.name: round(building.footprint_m2 * 1.22, 1)}
