"""Who uses a unit, from a day to before another."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from buildings.actions.editing import keep, locked, unfit
from buildings.models import Occupancy, Unit
from core.errors import NotFound
from parties.models import Party


@transaction.atomic
def enter_occupancy(
    *, unit_id: int, version: int | None, kind: str, since: date, until: date | None = None, name: str = "",
    party: Party | None = None,
) -> Occupancy:  # fmt: skip
    """Enter who uses a unit from a day on, or did so until another; without an end it ends the one before."""
    unit = locked(Unit, unit_id, version=version)
    row = Occupancy(unit=unit, kind=kind, since=since, until=until, name=name.strip(), party=party)
    others = unit.occupancies.all()
    now = others.filter(until=None).first()
    if until is None and now is not None:
        if now.since >= since:
            raise unfit("since", _("An occupancy of a later day is entered already."))
        others.filter(pk=now.pk).update(until=since)
    _refuse_overlap(row, others)
    return _kept(unit, row)


@transaction.atomic
def change_occupancy(
    *, unit_id: int, version: int | None, occupancy_id: int, kind: str, since: date, until: date | None,
    name: str = "", party: Party | None = None,
) -> Occupancy:  # fmt: skip
    """Put an occupancy right, or end it; none may overlap another."""
    unit = locked(Unit, unit_id, version=version)
    row = unit.occupancies.filter(pk=occupancy_id).first()
    if row is None:
        raise NotFound(_("There is no such row in the register."))
    row.kind, row.since, row.until, row.name, row.party = kind, since, until, name.strip(), party
    _refuse_overlap(row, unit.occupancies.exclude(pk=row.pk))
    return _kept(unit, row)


def _refuse_overlap(row: Occupancy, others: Iterable[Occupancy]) -> None:
    today = timezone.localdate()
    for name, day in (("since", row.since), ("until", row.until)):
        if day is not None and day > today:
            raise unfit(name, _("This day is still to come."))
    if row.until is not None and row.until <= row.since:
        raise unfit("until", _("It ends after the day on which it begins."))
    end = row.until or date.max
    for other in others:
        if other.since < end and row.since < (other.until or date.max):
            text = _("It would overlap the one since %(day)s.") % {"day": other.since.isoformat()}
            raise unfit("since", text)


def _kept(unit: Unit, row: Occupancy) -> Occupancy:
    keep(row)
    unit.is_vacant = unit.occupancies.filter(until=None, kind="vacant").exists()
    unit.version += 1
    unit.save(update_fields=["is_vacant", "version"])
    return row
