"""Instalment plans: whether one is kept, as of a day."""

from datetime import date
from decimal import Decimal

from django.db.models import Sum

from ledger.models import Entry, Part, Plan, PlanBill

SETTLING = (
    Part.PAID, Part.PENALTY_PAID, Part.DISCOUNT, Part.RELIEF, Part.WRITTEN_OFF, Part.PENALTY_WAIVED,
)  # fmt: skip


def missed_on(plan: Plan, *, on: date) -> date | None:
    """Return the first day on which a plan was not kept, looking from a day; None while it is kept."""
    paid = (
        Entry.objects.filter(
            account__party=plan.party_id,
            bill__in=plan.covered.values("bill"),
            part__in=SETTLING,
            posting__business_on__gte=plan.agreed_on,
        )
        .values_list("posting__business_on")
        .annotate(total=Sum("amount"))
    )
    by_day = {day: -total for day, total in paid}
    needed = Decimal(0)
    for instalment in plan.instalments.all():
        needed += instalment.amount
        have = sum((total for day, total in by_day.items() if day <= instalment.due_on), Decimal(0))
        if instalment.due_on < on and have < needed:
            return instalment.due_on
    return None


def missed_bills(party_id: int, *, on: date) -> set[int]:
    """Return the bills of a party whose plan was not kept, though nobody has marked it as broken yet."""
    plans = Plan.objects.filter(party_id=party_id, broken_on=None, agreed_on__lte=on)
    missed = [plan.pk for plan in plans if missed_on(plan, on=on)]
    return set(PlanBill.objects.filter(plan__in=missed).values_list("bill_id", flat=True))
