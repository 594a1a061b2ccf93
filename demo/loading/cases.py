"""A few records in different states, so that the counter's lists are alive on the first day."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.roles import Role
from cadastre.actions.approve import approve_record
from cadastre.actions.drafting import keep_operation
from cadastre.actions.records import add_source, choose, give_reason, open_record, submit_record
from cadastre.checks.drafts import findings_of
from cadastre.checks.registry import Moment, Severity
from cadastre.models import Parcel, Record
from cadastre.quality.queue import check_cadastre
from core.errors import DomainError

LARGEST = 60
REASON = "حسب المخطط المصدق من لجنة التنظيم."
APPLICANTS = ("ورثة المرحوم سليم حداد", "شركة التلال للإسكان", "البلدية - دائرة الطرق")


def leave_records(today: date) -> dict[str, int]:
    """Approve one record, send one to approval, draw a third, and check the cadastre; returns what there is."""
    drawing, deciding = (User.objects.get(username=role.value) for role in (Role.ENGINEER, Role.APPROVER))
    parcels = _candidates()
    halves, thirds, strip = (
        ("split_parts", {"count": 2}),
        ("split_parts", {"count": 3}),
        ("dedicate", {"width": 1.5}),
    )
    done = _drawn(parcels, "subdivision", *halves, by=drawing, on=today - timedelta(days=24), who=0)
    _drawn(parcels, "subdivision", *thirds, by=drawing, on=today - timedelta(days=3), who=1)
    _drawn(parcels, "widening", *strip, by=drawing, on=today, who=2, send=False)
    if done is not None:
        approve_record(record_id=done.pk, version=done.version, by=deciding)
    return {"records": Record.objects.count(), **check_cadastre()}


def _candidates() -> Iterator[int]:
    """Yield the largest parcels that are no roads and bear no building."""
    free = Parcel.objects.in_force().exclude(land_use="road").filter(building__isnull=True)
    return iter(list(free.order_by("-area_gis_m2", "pk").values_list("pk", flat=True)[:LARGEST]))


def _drawn(
    parcels: Iterator[int], kind: str, operation: str, arguments: dict[str, Any], *, by: User, on: date, who: int,
    send: bool = True,
) -> Record | None:  # fmt: skip
    """Draw on the first parcel where no check blocks it, with papers and reasons."""
    for parcel in parcels:
        named = {"parcels": [f"p{parcel}"]} if operation == "dedicate" else {"parcel": f"p{parcel}"}
        try:
            with transaction.atomic():
                record = open_record(kind=kind, by=by, on=on, applicant_name=APPLICANTS[who])
                add_source(
                    record_id=record.pk, version=1, by=by, kind="plan", number=f"{on.year}/{117 + who}"
                )
                record, _made = keep_operation(
                    record_id=record.pk, version=2, kind=operation, arguments={**named, **arguments}, by=by
                )
                return _sent(record, by) if send else record
        except DomainError:
            continue
    return None


def _sent(record: Record, by: User) -> Record:
    record = choose(record_id=record.pk, version=record.version, choices={}, suggested=True)
    for one in findings_of(record, Moment.SUBMIT):
        if one.severity is Severity.NEEDS_REASON:
            record = give_reason(
                record_id=record.pk, version=record.version, by=by, rule=one.rule, subject=one.subject, reason=REASON
            )  # fmt: skip
    return submit_record(record_id=record.pk, version=record.version, by=by)
