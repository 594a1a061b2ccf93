"""Clearance (براءة ذمة): all accounts of the party, and of the units it is liable for, must be settled."""

import secrets
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Conflict
from ledger.queries import open_items
from parties.models import Party
from taxation.models import Clearance, Liability

VALID_DAYS = 30


def debts(party: Party, *, on: date) -> list[Any]:
    """Return what stands in the way: the party's open charges, and others' on its units."""
    own = open_items(party.pk, on=on)
    units = {
        (each.unit.collection, each.unit.feature_id): each.unit_id
        for each in Liability.objects.on(on).filter(party=party).select_related("unit")
    }
    others = (
        Liability.objects.filter(unit__in=units.values())
        .exclude(party=party)
        .values_list("party_id", flat=True)
        .distinct()
    )
    of_units = [
        item
        for other in others
        for item in open_items(other, on=on)
        if (item.collection, item.feature_id) in units
    ]
    return own + of_units


@transaction.atomic
def issue(party: Party, *, on: date, by: Any, purpose: str = "") -> Clearance:
    """Issue a certificate with a snapshot of the day; refused while anything is open."""
    owing = debts(party, on=on)
    if owing:
        raise Conflict(
            _("Something is still owed"),
            fields={
                "party": _("%(number)s charges are open on the party or its units.") % {"number": len(owing)}
            },
        )
    return Clearance.objects.create(
        token=secrets.token_urlsafe(18), party=party, issued_on=on, expires_on=on + timedelta(days=VALID_DAYS),
        purpose=purpose[:120], snapshot=[], by=by,
    )  # fmt: skip
