"""An invented tax year for the demonstration town: packs, owners, assessments, bills, payments."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from buildings.models import Unit
from ledger.actions.billing import publish
from ledger.actions.payment import take_payment
from ledger.models import BillShare, Receipt
from ledger.queries import open_items
from parties.actions import give_access
from parties.models import Party
from reconciliation.actions.filling import fill
from taxation.actions import objections, packs, roll, simulating, standing
from taxation.actions.register import assess_all, take_in
from taxation.models import Assessment, Liability, RulePack, TaxUnit
from taxation.queues import QUEUES

Say = Callable[[str], None]
GIVEN = "محمد أحمد خالد سليم نادر يوسف إبراهيم سامر مريم سعاد هناء ليلى رانيا فاطمة عائشة زينب".split()
FAMILY = "منصور عودة الحاج خوري يعقوب النجار حمدان قاسم الشامي بركات زيدان حداد صالح جابر".split()
GROUNDS = (
    "الإيجار المقدر أعلى من إيجار الجوار.",
    "المساحة المقدرة تشمل درجا مشتركا.",
    "الوحدة شاغرة منذ سنة.",
)
REFORMS = (
    ("رفع ضريبة الأبنية إلى 12%", None),
    ("رفع ضريبة الأبنية إلى 12% بسقف زيادة 10%", Decimal("0.1")),
)
RENT_PER_M2 = Decimal("14")
LEVIES = ("ps-building", "ps-land")
CURRENCY = "JOD"
DECISION = "قرار المجلس البلدي: تستحق الفواتير بعد ستين يوما من إصدارها"
DAYS_TO_PAY = 60


def make(*, seed: int, say: Say) -> None:
    """Fill the tax register of a town that has buildings but no taxes yet."""
    chance = random.Random(seed)  # noqa: S311 - an invented town, not a secret
    today = timezone.localdate()
    by = get_user_model().objects.filter(username="assessor").first()
    treasurer = get_user_model().objects.filter(username="treasurer").first()
    with transaction.atomic():
        for code in LEVIES:
            packs.install(code, valid_from=date(today.year - 3, 1, 1), by=by)
        packs.install("jo-building-2025", valid_from=date(today.year, 1, 1), by=by)
        taken = take_in(share=93)
        say(f"{taken:>9,} taxed units")
        _owners(chance)
        _facts(chance)
    law = packs.in_force("ps-building", today)
    RulePack.objects.filter(pk=law.pk).update(approval_above=Decimal("400"))
    law.refresh_from_db()
    since = date(today.year - 3, 1, 1)
    done, left = assess_all(
        law, TaxUnit.objects.exclude(facts__annual_rent=None).iterator(2000), on=since, by=by
    )
    say(f"{done:>9,} assessments, {left:,} units wait for their facts")
    pack = _decide_terms(law, since=date(today.year - 1, 1, 1), by=by)
    for year, issued_on in _issues(today):
        run = roll.start(
            "ps-building", period_start=date(year, 1, 1), period_end=date(year, 12, 31), period=str(year),
            issued_on=issued_on, by=treasurer,
        )  # fmt: skip
        publish(roll.carry_on(run, lambda done, total, message: None))
        say(f"{run.bills.count():>9,} bills for {year}")
    say(f"{_payments(chance, today, treasurer):>9,} receipts")
    _open_record(today)
    with transaction.atomic():
        _objections(chance, today)
        _differences(chance)
    say(f"{_simulations(pack, today, treasurer):>9,} simulations")
    standing.bring_up_to_date(on=today)
    say(f"{sum(fill(queue=queue, on=today, by=None).found for queue in QUEUES):>9,} rows in the queues")


def _issues(today: date) -> list[tuple[int, date]]:
    """The oldest year fell due by the law, last year's bills within the year; this year's are still to pay."""
    return [
        (today.year - 2, date(today.year - 2, 1, 1)),
        (today.year - 1, today - timedelta(days=360)),
        (today.year, today - timedelta(days=30)),
    ]


def _decide_terms(law: RulePack, *, since: date, by: Any) -> RulePack:
    """The council sets when bills fall due: a copy of the law's pack with other terms, in force from a day."""
    draft = packs.copy(law, by=by)
    for kept in draft.parameters.filter(kind="terms"):
        terms = {**kept.value, "due": {"days_after_issue": DAYS_TO_PAY}}
        packs.set_parameter(draft, kept.key, value=terms, source=DECISION, verified=False)
    return packs.enact(draft, valid_from=since, valid_to=None, source=DECISION, by=by)


def _owners(chance: random.Random) -> None:
    units = list(TaxUnit.objects.values_list("pk", "building_id"))
    people = [
        Party(approved_name=f"{chance.choice(GIVEN)} {chance.choice(GIVEN)} {chance.choice(FAMILY)}")
        for _ in range(len(units) // 2 + 1)
    ]
    people = Party.objects.bulk_create(people)
    since, rows = date(2015, 1, 1), []
    for pk, _building in units:
        if chance.random() < 0.02:
            continue
        heirs = chance.random() < 0.06
        shares = [(300, 2400), (1050, 2400), (525, 2400), (525, 2400)] if heirs else [(1, 1)]
        for owner, (num, den) in zip(chance.sample(people, len(shares)), shares, strict=True):
            rows.append(Liability(unit_id=pk, party=owner, num=num, den=den, valid_from=since))
    Liability.objects.bulk_create(rows, batch_size=2000)


def _facts(chance: random.Random) -> None:
    units = list(TaxUnit.objects.all())
    for unit in units:
        draw = chance.random()
        if draw < 0.06:
            continue
        rent = (unit.area_m2 * RENT_PER_M2 * Decimal(chance.uniform(0.6, 1.5))).quantize(Decimal(1))
        unit.facts = {**unit.facts, "annual_rent": str(rent), "exempt": draw > 0.97}
    TaxUnit.objects.bulk_update(units, ["facts"], batch_size=2000)


def _payments(chance: random.Random, today: date, by: object) -> int:
    count = 0
    for party_id in BillShare.objects.values_list("party_id", flat=True).distinct().order_by("party_id"):
        if chance.random() < 0.12:
            continue
        # Some have seen this year's bill before they pay, others only what was due until then.
        on = today - timedelta(
            days=chance.randint(0, 25) if chance.random() < 0.6 else chance.randint(31, 350)
        )
        items = open_items(party_id, on=on, currency=CURRENCY)
        owed = sum((item.quote(on).total for item in items), Decimal(0))
        amount = owed if chance.random() < 0.93 else (owed / 2).quantize(Decimal("0.001"))
        if amount > 0:
            take_payment(party_id=party_id, amount=amount, currency=CURRENCY, method="bank", on=on, by=by)
            count += 1
    return count


def _open_record(today: date) -> None:
    """The demonstration's citizen has paid before, and has a few bills to pay."""
    users = {
        user.username: user for user in get_user_model().objects.filter(username__in=("citizen", "clerk"))
    }
    if "citizen" not in users:
        return
    for party in Party.objects.filter(pk__in=Receipt.objects.values("party")).order_by("pk"):
        if 2 <= len({item.bill_id for item in open_items(party.pk, on=today)}) <= 3:
            give_access(party, to="citizen", by=users.get("clerk"))
            return


def _simulations(pack: RulePack, today: date, by: Any) -> int:
    """A draft with a higher rate is simulated as it is, and with a cap on what each unit may grow."""
    draft = packs.copy(pack, by=by)
    packs.set_parameter(draft, "rate.property", value="0.12", source="مشروع قرار المجلس", verified=False)
    for title, cap in REFORMS:
        asked = simulating.prepare(draft, title=title, cap=cap, on=today, by=by)
        simulating.run(asked, lambda done, total, message: None)
    return len(REFORMS)


def _objections(chance: random.Random, today: date) -> None:
    """A few owners object to what was assessed."""
    assessed = Assessment.objects.filter(state="approved", total__gt=0, unit__liabilities__isnull=False)
    ids = sorted(set(assessed.values_list("pk", flat=True)))
    for pk in chance.sample(ids, min(9, len(ids))):
        contested = Assessment.objects.get(pk=pk)
        told = today - timedelta(days=chance.randint(3, 25))
        Assessment.objects.filter(pk=pk).update(served_on=told)
        owner = contested.unit.liabilities.order_by("pk").first()
        if owner is not None:
            objections.file(
                contested, party_id=owner.party_id, notified_on=told, filed_on=told + timedelta(days=2),
                grounds=chance.choice(GROUNDS),
            )  # fmt: skip


def _differences(chance: random.Random) -> None:
    """What grows apart over the years: an extension, a flat that became an office, a house pulled down."""
    units = list(TaxUnit.objects.filter(collection="units").order_by("pk"))
    picked = chance.sample(units, len(units) // 20)
    for place, unit in enumerate(picked):
        if place % 12 == 0:
            Unit.objects.filter(pk=unit.feature_id).update(end_lifespan=timezone.now())
        elif place % 5 == 0:
            unit.use = "residential" if unit.use == "non_residential" else "non_residential"
        else:
            unit.area_m2 = (unit.area_m2 * Decimal(chance.uniform(0.55, 0.95))).quantize(Decimal("0.01"))
    TaxUnit.objects.bulk_update(picked, ["area_m2", "use"], batch_size=2000)
