"""Taking money: allocation, posting and receipt, in one transaction.

Concurrency: all moves of one party's money take that party's lock first, then the shift, and the
receipt counter last, so two payments never wait for each other in a ring. The counter's row stays
locked until commit, so a number is given again if the payment is rolled back: no gap, no double.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core.faults import point
from core.money import round_money
from ledger.actions.accounts import credit_of, lock_party, named
from ledger.actions.posting import Leg, post, require_open_day, reverse
from ledger.allocation import Amnestied, Share, allocate
from ledger.errors import AlreadyReversed, AmountRefused, ShiftMissing
from ledger.models import (
    AccountKind,
    Amnesty,
    Method,
    Part,
    PostingKind,
    Receipt,
    ReceiptBook,
    ReceiptCounter,
    ReceiptVoid,
    Shift,
)
from ledger.queries import ZERO, balance, open_items
from ledger.terms import split_revenue

MONEY_ACCOUNTS = {
    Method.CASH: AccountKind.CASH,
    Method.CHEQUE: AccountKind.CHEQUES,
    Method.BANK: AccountKind.BANK,
    Method.COLLECTOR: AccountKind.CUSTODY,
    Method.ONLINE: AccountKind.PROVIDER,
}
MUNICIPALITY = "municipality"


@transaction.atomic
def take_payment(
    *,
    party_id: int,
    amount: Decimal,
    currency: str,
    method: str,
    on: date,
    by: Any,
    bills: list[int] | None = None,
    book: str = "A",
    reference: str = "",
    holder: str = "",
) -> Receipt:
    """Take an amount from a party and give a receipt.

    It settles the party's open charges in that currency (or only `bills`), oldest due first; what
    is left over becomes the party's advance. Cash and cheques need the taker's open shift.
    `holder` names the provider or collector that holds the money. Raises `AmountRefused`,
    `ShiftMissing` or `DayClosed`.
    """
    _check_amount(amount, currency)
    require_open_day(on)
    lock_party(party_id)
    shift = _shift(method, by, currency, on)
    point("payment.locked")
    items = open_items(party_id, on=on, currency=currency, bills=bills)
    shares, left = allocate(items, amount, on, _amnesty(on))
    money = named(MONEY_ACCOUNTS[Method(method)], holder or _holder(method, by), currency)
    legs = [Leg(money.pk, amount), *_legs(shares)]
    if left:
        legs.append(Leg(credit_of(party_id, currency).pk, -left))
    posting = post(kind=PostingKind.PAYMENT, legs=legs, on=on, by=by)
    point("payment.posted")
    receipt = _receipt(
        book, on, posting=posting, party_id=party_id, amount=amount, currency=currency, method=method,
        reference=reference, shift=shift, by=by, lines=[_line(share) for share in shares],
    )  # fmt: skip
    point("payment.receipted")
    return receipt


def _check_amount(amount: Decimal, currency: str) -> None:
    if amount <= 0:
        raise AmountRefused(
            _("The amount must be above zero"), fields={"amount": _("Enter what was received.")}
        )
    if round_money(amount, currency) != amount:
        raise AmountRefused(
            _("The amount has more decimals than the currency"),
            fields={"amount": _("Round it to the currency’s smallest coin.")},
        )


def _shift(method: str, by: Any, currency: str, on: date) -> Shift | None:
    if method not in (Method.CASH, Method.CHEQUE):
        return None
    shift = Shift.objects.select_for_update().filter(cashier=by, currency=currency, closed_at=None).first()
    if shift is None or shift.business_on != on:
        raise ShiftMissing(_("Open your cash drawer for this day first."))
    return shift


def _holder(method: str, by: Any) -> str:
    return str(by.pk) if method in (Method.CASH, Method.COLLECTOR) else ""


def _amnesty(on: date) -> Amnestied | None:
    rule = Amnesty.objects.filter(valid_from__lte=on, valid_to__gte=on).order_by("-valid_from").first()
    if rule is None:
        return None
    kinds = frozenset(rule.charge_types.values_list("code", flat=True))
    return Amnestied(rule.principal_fraction, rule.penalty_fraction, rule.due_before, kinds)


def _legs(shares: Sequence[Share]) -> list[Leg]:
    return [leg for share in shares for leg in (*_on_account(share), *_against(share), *_passed_on(share))]


def _on_account(share: Share) -> list[Leg]:
    """Return what a payment does to the party's own account."""
    amounts = {
        Part.PENALTY: share.new_penalty,
        Part.PENALTY_PAID: -share.penalty_paid,
        Part.PAID: -share.principal_paid,
        Part.DISCOUNT: -share.discount,
        Part.RELIEF: -share.relief,
        Part.PENALTY_WAIVED: -share.waived,
    }
    return [Leg(share.item.account_id, amount, part, share.item.bill_id) for part, amount in amounts.items()]


def _against(share: Share) -> list[Leg]:
    """Return the other side of penalties, discounts and reliefs."""
    item = share.item
    amounts = {
        AccountKind.PENALTY: -share.new_penalty,
        AccountKind.DISCOUNT: share.discount,
        AccountKind.RELIEF: share.relief + share.waived,
    }
    return [
        Leg(named(kind, item.charge_type, item.currency).pk, amount, "", item.bill_id)
        for kind, amount in amounts.items()
        if amount
    ]


def _passed_on(share: Share) -> list[Leg]:
    """Book what of the principal belongs to others, such as the ministry's tenth."""
    item, legs = share.item, []
    for who, part in split_revenue(item.terms, share.principal_paid, item.currency):
        if who != MUNICIPALITY and part:
            legs.append(
                Leg(named(AccountKind.TRANSFER, item.charge_type, item.currency).pk, part, "", item.bill_id)
            )
            legs.append(Leg(named(AccountKind.BENEFICIARY, who, item.currency).pk, -part, "", item.bill_id))
    return legs


def _line(share: Share) -> dict[str, Any]:
    item = share.item
    return {
        "bill": item.bill_id,
        "title": item.title,
        "charge_type": item.charge_type,
        "period": item.period,
        "label": item.label,
        "principal": str(share.principal_paid),
        "penalty": str(share.penalty_paid),
        "discount": str(share.discount + share.relief + share.waived),
    }


def next_number(book: str, year: int) -> tuple[ReceiptBook, int]:
    """Take the next number of a book and year; its row stays locked until the transaction ends."""
    kept, _made = ReceiptBook.objects.get_or_create(code=book, defaults={"title": book})
    ReceiptCounter.objects.bulk_create([ReceiptCounter(book=kept, year=year)], ignore_conflicts=True)
    ReceiptCounter.objects.filter(book=kept, year=year).update(last=F("last") + 1)
    return kept, ReceiptCounter.objects.get(book=kept, year=year).last


def _receipt(book: str, on: date, **values: Any) -> Receipt:
    kept, number = next_number(book, on.year)
    point("payment.numbered")
    return Receipt.objects.create(book=kept, year=on.year, number=number, **values)


@transaction.atomic
def void_receipt(receipt: Receipt, *, reason: str, on: date, by: Any) -> ReceiptVoid:
    """Undo a payment: an opposing posting; the receipt keeps its number and shows the reason."""
    if not reason.strip():
        raise AmountRefused(_("A reason is needed"), fields={"reason": _("Say why the receipt is void.")})
    lock_party(receipt.party_id)
    if ReceiptVoid.objects.filter(receipt=receipt).exists():
        raise AlreadyReversed(_("This receipt is void already."))
    posting = reverse(receipt.posting, on=on, by=by, reason=reason)
    if balance(credit_of(receipt.party_id, receipt.currency)) > 0:
        raise AmountRefused(_("The advance from this payment has been used; undo that first."))
    point("void.posted")
    void = ReceiptVoid.objects.create(receipt=receipt, posting=posting, reason=reason, by=by)
    point("void.written")
    return void


@transaction.atomic
def refund_credit(
    *, party_id: int, amount: Decimal, currency: str, method: str, on: date, by: Any, reason: str
) -> Any:
    """Pay back what a party has paid in advance, at most its credit."""
    _check_amount(amount, currency)
    if not reason.strip():
        raise AmountRefused(_("A reason is needed"), fields={"reason": _("Say why money is paid back.")})
    lock_party(party_id)
    _shift(method, by, currency, on)
    credit = credit_of(party_id, currency)
    if amount > -balance(credit):
        raise AmountRefused(
            _("There is not so much in advance"),
            fields={"amount": _("At most the party’s advance can be paid back.")},
        )
    money = named(MONEY_ACCOUNTS[Method(method)], _holder(method, by), currency)
    legs = [Leg(credit.pk, amount), Leg(money.pk, -amount)]
    posting = post(kind=PostingKind.REFUND, legs=legs, on=on, by=by, reason=reason)
    point("refund.posted")
    return posting


@transaction.atomic
def apply_credit(*, party_id: int, currency: str, on: date, by: Any) -> Any:
    """Use what a party has paid in advance for its open charges; return the posting, or None."""
    lock_party(party_id)
    credit = credit_of(party_id, currency)
    available = -balance(credit)
    items = open_items(party_id, on=on, currency=currency)
    if available <= ZERO or not items:
        return None
    shares, left = allocate(items, available, on, _amnesty(on))
    legs = [Leg(credit.pk, available - left), *_legs(shares)]
    return post(kind=PostingKind.APPLY_CREDIT, legs=legs, on=on, by=by)
