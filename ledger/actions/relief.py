"""Lightening debts by decision: write-offs with two signatures, plans, adjusted charges."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.errors import Conflict
from ledger.actions.accounts import credit_of, lock_party, named
from ledger.actions.posting import Leg, post
from ledger.allocation import Item
from ledger.errors import AmountRefused, OwnSignature
from ledger.models import (
    AccountKind,
    Bill,
    Instalment,
    Part,
    Plan,
    PlanBill,
    Posting,
    PostingKind,
    WriteOff,
)
from ledger.plans import missed_on
from ledger.queries import ZERO, charges_of, open_items


@transaction.atomic
def propose_write_off(*, party_id: int, bill: Bill, reason: str, by: Any) -> WriteOff:
    """Propose to give up what a party still owes on a bill."""
    if not reason.strip():
        raise AmountRefused(_("A reason is needed"), fields={"reason": _("Say why the debt is given up.")})
    try:
        with transaction.atomic():
            return WriteOff.objects.create(party_id=party_id, bill=bill, reason=reason, proposed_by=by)
    except IntegrityError:
        raise Conflict(_("A write-off of this bill is waiting for its second signature.")) from None


@transaction.atomic
def approve_write_off(proposal: WriteOff, *, by: Any, on: date) -> Posting:
    """Sign a proposal as a second person, and book it: principal and penalty open on that day."""
    lock_party(proposal.party_id)
    proposal = WriteOff.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if proposal.posting_id is not None:
        raise Conflict(_("This has been signed already."))
    if proposal.proposed_by_id == by.pk:
        raise OwnSignature(_("Another person must sign what you proposed."))
    legs: list[Leg] = []
    for item in open_items(proposal.party_id, on=on, bills=[proposal.bill_id]):
        given_up = item.principal + item.penalty_open
        expense = named(AccountKind.WRITE_OFF, item.charge_type, item.currency)
        legs += [
            Leg(item.account_id, -item.principal, Part.WRITTEN_OFF, item.bill_id),
            Leg(item.account_id, -item.penalty_open, Part.PENALTY_WAIVED, item.bill_id),
            Leg(expense.pk, given_up, "", item.bill_id),
        ]
    if not legs:
        raise Conflict(_("Nothing is open on this bill."))
    posting = post(kind=PostingKind.WRITE_OFF, legs=legs, on=on, by=by, reason=proposal.reason)
    proposal.approved_by, proposal.posting = by, posting
    proposal.save(update_fields=["approved_by", "posting"])
    return posting


@transaction.atomic
def reduce_charge(*, party_id: int, bill: Bill, amount: Decimal, on: date, by: Any, reason: str) -> Posting:
    """Take an amount off a party's charge by decision (an objection upheld, say).

    What was paid beyond the reduced charge becomes the party's advance.
    """
    lock_party(party_id)
    items = [item for item in charges_of(party_id, on=on, bills=[bill.pk]) if item.charged > 0]
    if amount <= 0 or amount > sum((item.charged for item in items), ZERO):
        raise AmountRefused(
            _("No more than the charge can be taken off it"), fields={"amount": _("At most the charge.")}
        )
    legs: list[Leg] = []
    left = amount
    for item in items:
        part = min(left, item.charged)
        left -= part
        legs += relief_legs(party_id, item, part)
    return post(kind=PostingKind.RELIEF, legs=legs, on=on, by=by, reason=reason)


def relief_legs(party_id: int, item: Item, part: Decimal) -> list[Leg]:
    """Take a part off a charge; what was paid beyond the rest becomes the party's advance."""
    legs = [
        Leg(item.account_id, -part, Part.RELIEF, item.bill_id),
        Leg(named(AccountKind.RELIEF, item.charge_type, item.currency).pk, part, "", item.bill_id),
    ]
    overpaid = max(part - item.principal, ZERO)
    if overpaid:
        legs.append(Leg(item.account_id, overpaid, Part.PAID, item.bill_id))
        legs.append(Leg(credit_of(party_id, item.currency).pk, -overpaid))
    return legs


@transaction.atomic
def agree_plan(
    *,
    party_id: int,
    currency: str,
    bills: Sequence[Bill],
    instalments: Sequence[tuple[date, Decimal]],
    on: date,
    by: Any,
) -> Plan:
    """Agree that a party pays its open bills in instalments, which must come to what is owed today."""
    lock_party(party_id)
    items = open_items(party_id, on=on, currency=currency, bills=[bill.pk for bill in bills])
    owed = sum((item.quote(on).total for item in items), ZERO)
    if not items or sum((amount for _day, amount in instalments), ZERO) != owed:
        raise AmountRefused(
            _("The instalments do not come to what is owed"),
            fields={"instalments": _("They must sum to %(owed)s.") % {"owed": owed}},
        )
    if any(day <= on or amount <= 0 for day, amount in instalments):
        raise AmountRefused(
            _("Each instalment needs a later day and an amount"),
            fields={"instalments": _("Check the days and amounts.")},
        )
    if PlanBill.objects.filter(plan__party_id=party_id, plan__broken_on=None, bill__in=bills).exists():
        raise Conflict(_("A plan covers one of these bills already."))
    plan = Plan.objects.create(party_id=party_id, currency=currency, agreed_on=on, by=by)
    PlanBill.objects.bulk_create([PlanBill(plan=plan, bill=bill) for bill in bills])
    Instalment.objects.bulk_create(
        [Instalment(plan=plan, due_on=day, amount=amount) for day, amount in instalments]
    )
    return plan


@transaction.atomic
def review_plans(*, on: date) -> int:
    """Mark the plans that were not kept; their bills' lateness counts again from its beginning."""
    broken = 0
    for plan in Plan.objects.select_for_update(of=("self",)).filter(broken_on=None).order_by("pk"):
        day = missed_on(plan, on=on)
        if day is not None:
            plan.broken_on = day
            plan.save(update_fields=["broken_on"])
            broken += 1
    return broken
