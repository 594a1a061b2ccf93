"""Granting exemptions and amnesties, and taking exemptions off the bills they hold for."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.errors import Unprocessable
from core.money import round_money
from ledger.actions.accounts import lock_party
from ledger.actions.posting import post
from ledger.actions.relief import relief_legs
from ledger.models import Amnesty, Bill, BillRun, BillShare, ChargeType, Exemption, ExemptionUse, PostingKind
from ledger.queries import ZERO, charges_of


def _check(
    valid_from: date, valid_to: date, source: str, fractions: dict[str, Decimal], *, least: Decimal
) -> None:
    faults: dict[str, Any] = {}
    if valid_to < valid_from:
        faults["valid_to"] = _("It ends before it begins.")
    if not source.strip():
        faults["source"] = _("Name the decision it rests on.")
    for name, fraction in fractions.items():
        if not least <= fraction <= 1:
            faults[name] = _("Between 0 and 100 per cent.")
    if faults:
        raise Unprocessable(_("The decision is incomplete."), fields=faults)


@transaction.atomic
def grant(
    *,
    party_id: int | None,
    collection: str,
    feature_id: int | None,
    charge_types: Sequence[ChargeType],
    fraction: Decimal,
    valid_from: date,
    valid_to: date,
    source: str,
    on: date,
    by: Any,
) -> Exemption:
    """Grant an exemption and take it off the published bills whose period begins within its days."""
    _check(valid_from, valid_to, source, {"fraction": fraction}, least=Decimal("0.0001"))
    if party_id is None and feature_id is None:
        raise Unprocessable(
            _("An exemption is for somebody or something."), fields={"party": _("Choose a party.")}
        )
    made = Exemption.objects.create(
        party_id=party_id, collection=collection, feature_id=feature_id, fraction=fraction, valid_from=valid_from,
        valid_to=valid_to, source=source, by=by,
    )  # fmt: skip
    made.charge_types.set(charge_types)
    bills = Bill.objects.filter(
        run__state="published", run__period_start__range=(valid_from, valid_to), cancelled_at=None
    )
    _use(made, bills, on=on, by=by)
    return made


@transaction.atomic
def use_for_run(run: BillRun, *, on: date, by: Any) -> None:
    """Take the exemptions in force on the first day of a published run's period off its bills."""
    for exemption in Exemption.objects.filter(
        valid_from__lte=run.period_start, valid_to__gte=run.period_start
    ).order_by("pk"):
        _use(exemption, Bill.objects.filter(run=run, cancelled_at=None), on=on, by=by)


def _use(exemption: Exemption, bills: QuerySet[Bill], *, on: date, by: Any) -> None:
    shares = BillShare.objects.filter(bill__in=bills)
    if exemption.party_id is not None:
        shares = shares.filter(party=exemption.party_id)
    if exemption.feature_id is not None:
        shares = shares.filter(bill__collection=exemption.collection, bill__feature_id=exemption.feature_id)
    kinds = set(exemption.charge_types.values_list("code", flat=True))
    for share in shares.select_related("bill").order_by("party_id", "bill_id"):
        lock_party(share.party_id)
        if ExemptionUse.objects.filter(exemption=exemption, bill=share.bill, party=share.party_id).exists():
            continue
        legs = []
        for item in charges_of(share.party_id, on=max(on, share.bill.run.issued_on), bills=[share.bill_id]):
            part = round_money(item.charged * exemption.fraction, item.currency)
            if part > ZERO and (not kinds or item.charge_type in kinds):
                legs += relief_legs(share.party_id, item, part)
        if legs:
            posting = post(kind=PostingKind.RELIEF, legs=legs, on=on, by=by, reason=exemption.source)
            ExemptionUse.objects.create(
                exemption=exemption, bill=share.bill, party_id=share.party_id, posting=posting
            )


@transaction.atomic
def end(exemption: Exemption, *, on: date) -> Exemption:
    """End an exemption early, after a day; what it has taken off stays."""
    exemption = Exemption.objects.select_for_update(of=("self",)).get(pk=exemption.pk)
    if not exemption.valid_from <= on <= exemption.valid_to:
        raise Unprocessable(_("It is not in force on that day."), fields={"on": _("Choose a day within it.")})
    exemption.valid_to = on
    exemption.save(update_fields=["valid_to"])
    return exemption


@transaction.atomic
def declare_amnesty(
    *,
    titles: dict[str, str],
    valid_from: date,
    valid_to: date,
    due_before: date,
    principal: Decimal,
    penalty: Decimal,
    charge_types: Sequence[ChargeType],
    source: str,
) -> Amnesty:
    """Declare an amnesty: between two days, whoever pays all arrears is forgiven a part of older charges."""
    _check(valid_from, valid_to, source, {"principal": principal, "penalty": penalty}, least=ZERO)
    if not all(titles.get(language, "").strip() for language in ("ar", "en", "fr")):
        raise Unprocessable(_("A title is missing."), fields={"title": _("Give it in all three languages.")})
    if Amnesty.objects.filter(Q(valid_from__lte=valid_to) & Q(valid_to__gte=valid_from)).exists():
        raise Unprocessable(
            _("Another amnesty covers part of these days."), fields={"valid_from": _("Choose other days.")}
        )
    made = Amnesty.objects.create(
        title_ar=titles["ar"], title_en=titles["en"], title_fr=titles["fr"], valid_from=valid_from, valid_to=valid_to,
        due_before=due_before, principal_fraction=principal, penalty_fraction=penalty, source=source,
    )  # fmt: skip
    made.charge_types.set(charge_types)
    return made
