"""Objections and appeals: filed within the legal time, heard, decided, and the ledger adjusted."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict, Unprocessable
from core.money import currency, share_out
from ledger.actions.relief import reduce_charge
from ledger.models import Bill, BillShare
from taxation.actions import standing
from taxation.errors import Late
from taxation.models import Assessment, Objection, ObjectionState
from taxation.rules.clocks import clocks

OPEN = (ObjectionState.FILED, ObjectionState.HEARING)


def deadline(assessment: Assessment, notified_on: date) -> date:
    """Return the last day on which an objection is heard."""
    return notified_on + timedelta(days=clocks(assessment.pack.recipe.jurisdiction).objection)


def appeal_deadline(objection: Objection) -> date | None:
    """Return the last day on which the decision can be appealed against; None while there is none."""
    if objection.decided_on is None:
        return None
    law = clocks(objection.assessment.pack.recipe.jurisdiction)
    return objection.decided_on + timedelta(days=law.appeal)


def notified_on(assessment: Assessment) -> date | None:
    """Return the day from which the time to object runs: the notice's, or the published list's."""
    listed = assessment.listed_in.published_on if assessment.listed_in else None
    return max((day for day in (assessment.served_on, listed) if day), default=None)


@transaction.atomic
def file(
    assessment: Assessment, *, party_id: int, notified_on: date, filed_on: date, grounds: str
) -> Objection:
    """Enter an objection of a liable party; after the deadline it is refused as late."""
    if not assessment.unit.liabilities.filter(party_id=party_id).exists():
        raise Unprocessable(_("Only who is liable can object"), fields={"party": _("Choose a liable party.")})
    if filed_on < notified_on or not grounds.strip():
        raise Unprocessable(
            _("The objection is incomplete"), fields={"grounds": _("Give the grounds, and days in order.")}
        )
    last_day = deadline(assessment, notified_on)
    if filed_on > last_day:
        raise Late(_("The time to object ended on %(day)s.") % {"day": last_day.isoformat()})
    return _enter(
        assessment=assessment, party_id=party_id, notified_on=notified_on, filed_on=filed_on, deadline_on=last_day,
        grounds=grounds,
    )  # fmt: skip


@transaction.atomic
def appeal(objection: Objection, *, filed_on: date, grounds: str, deposit: str) -> Objection:
    """Enter an appeal against a decision, in its own time, with the receipt of its deposit where one is due."""
    objection = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    last_day = appeal_deadline(objection)
    if objection.decided_on is None or last_day is None or objection.appeal_of_id:
        raise Conflict(_("Only the decision of an objection can be appealed against."))
    law = clocks(objection.assessment.pack.recipe.jurisdiction)
    wrong = {}
    if law.deposit and not deposit.strip():
        wrong["deposit"] = _("Enter the receipt of the deposit.")
    if filed_on < objection.decided_on or not grounds.strip():
        wrong["grounds"] = _("Give the grounds, and days in order.")
    if wrong:
        raise Unprocessable(_("The appeal is incomplete"), fields=wrong)
    if filed_on > last_day:
        raise Late(_("The time to appeal ended on %(day)s.") % {"day": last_day.isoformat()})
    return _enter(
        assessment=objection.assessment, party_id=objection.party_id, notified_on=objection.decided_on,
        filed_on=filed_on, deadline_on=last_day, grounds=grounds, appeal_of=objection, deposit=deposit.strip(),
    )  # fmt: skip


def _enter(**facts: Any) -> Objection:
    try:
        with transaction.atomic():
            entered = Objection.objects.create(**facts)
    except IntegrityError:
        raise Conflict(_("An objection of this party is open already.")) from None
    standing.look_again([entered.assessment.unit_id], on=timezone.localdate())
    return entered


@transaction.atomic
def set_hearing(objection: Objection, *, on: date) -> Objection:
    """Set the day of the hearing."""
    if objection.state not in OPEN or on < objection.filed_on:
        raise Conflict(_("A hearing cannot be set for this objection."))
    objection.hearing_on, objection.state = on, ObjectionState.HEARING
    objection.save(update_fields=["hearing_on", "state"])
    return objection


@transaction.atomic
def decide(
    objection: Objection, *, upheld: bool, new_total: Decimal | None, decision: str, on: date, by: Any
) -> Objection:
    """Decide; if upheld, each liable party's charge falls by its share of the difference."""
    objection = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if objection.state not in OPEN:
        raise Conflict(_("This objection has been decided already."))
    if not decision.strip():
        raise Unprocessable(_("A decision needs its reasons"), fields={"decision": _("Write the reasons.")})
    total = _contested(objection)
    if upheld and (new_total is None or not 0 <= new_total < total):
        raise Unprocessable(
            _("An upheld objection lowers the amount"), fields={"new_total": _("Enter the new total.")}
        )
    objection.state = ObjectionState.UPHELD if upheld else ObjectionState.DISMISSED
    objection.decided_on, objection.decision, objection.decided_by = on, decision, by
    objection.new_total = new_total if upheld else None
    objection.save(update_fields=["state", "decided_on", "decision", "decided_by", "new_total"])
    if upheld and new_total is not None:
        _adjust(objection, total - new_total, on, by)
    standing.look_again([objection.assessment.unit_id], on=timezone.localdate())
    return objection


def _contested(objection: Objection) -> Decimal:
    """Return the total that is contested: on appeal, what the objection has left of it."""
    first = objection.appeal_of
    left = first.new_total if first is not None else None
    return objection.assessment.total if left is None else left


def _adjust(objection: Objection, difference: Decimal, on: date, by: Any) -> None:
    unit = objection.assessment.unit
    bills = Bill.objects.filter(
        collection=unit.collection, feature_id=unit.feature_id, levy=objection.assessment.levy, cancelled_at=None,
        run__state="published", run__period_start__gte=objection.assessment.valid_from,
    )  # fmt: skip
    for bill in bills:
        shares = list(BillShare.objects.filter(bill=bill).order_by("pk"))
        unit_of_money = currency(objection.assessment.currency).unit
        parts = share_out(difference, [share.num for share in shares], unit_of_money)
        for share, part in zip(shares, parts, strict=True):
            if part:
                reason = _("Objection %(number)s upheld") % {"number": objection.pk}
                reduce_charge(party_id=share.party_id, bill=bill, amount=part, on=on, by=by, reason=reason)
