"""Who owns a unit, in exact shares, from a day on."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from buildings.actions.editing import locked, unfit
from buildings.models import Unit
from cadastre.models import BAUnit, Right
from core.errors import NotFound
from parties.models import Party

# Party, numerator, denominator.
Share = tuple[int, int, int]
LARGEST = 10**12


@transaction.atomic
def set_owners(
    *, unit_id: int, version: int | None, shares: Sequence[Share], on: date, note: str = ""
) -> Unit:
    """Enter all who own a unit from a day on; together exactly the whole, or nobody.

    Rights in force end and new ones begin on the day, in the unit's own entry of the land register.
    """
    unit = locked(Unit, unit_id, version=version)
    _check_shares(shares)
    if unit.ba_unit is None:
        unit.ba_unit = BAUnit.objects.create(number=f"{unit.building.code}/{unit.number}")
    before = unit.ba_unit.rights.in_force().select_for_update()
    _check_day(on, [right.valid_from for right in before])
    now = timezone.now()
    before.update(end_lifespan=now, valid_to=on, version=F("version") + 1)
    Right.objects.bulk_create(
        Right(
            unit=unit.ba_unit, party_id=party, share_num=num, share_den=den, valid_from=on, begin_lifespan=now,
            note=note.strip()[:300],
        )
        for party, num, den in shares
    )  # fmt: skip
    unit.version += 1
    unit.save(update_fields=["ba_unit", "version"])
    return unit


def _check_shares(shares: Sequence[Share]) -> None:
    if any(not 0 < num <= den <= LARGEST for _party, num, den in shares):
        raise unfit("shares", _("A share is more than 0 and at most 1."))
    parties = {party for party, _num, _den in shares}
    if len(parties) < len(shares):
        raise unfit("shares", _("One owner is named twice."))
    together = sum((Fraction(num, den) for _party, num, den in shares), Fraction(0))
    if together > 1:
        raise unfit("shares", _("The shares are more than the whole: together %(sum)s.") % {"sum": together})
    if shares and together < 1:
        raise unfit(
            "shares",
            _("The shares are less than the whole: %(rest)s is nobody's.") % {"rest": 1 - together},
        )
    if Party.objects.filter(pk__in=parties).count() < len(parties):
        raise NotFound(_("There is no such party."))


def _check_day(on: date, days: Sequence[date | None]) -> None:
    if on > timezone.localdate():
        raise unfit("on", _("This day is still to come."))
    if any(day is not None and day > on for day in days):
        raise unfit("on", _("Owners of a later day are entered already."))
