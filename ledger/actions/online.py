"""Online payments: the browser's return and the provider's callbacks race, and book once.

Whoever comes first locks the payment's row, asks the provider, books and writes the receipt; the
others find it there. Nothing that the browser says is believed.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.faults import point
from core.money import currency as known_currency
from ledger.actions.payment import take_payment, void_receipt
from ledger.errors import AmountRefused, PaymentUnknown
from ledger.models import Method, OnlinePayment, OnlineState, Receipt
from ledger.providers import provider


@transaction.atomic
def start(
    *, party_id: int, amount: Decimal, currency: str, bills: list[int], return_url: str, via: str = "test"
) -> tuple[OnlinePayment, str]:
    """Start an online payment; return it and the provider's address for the payer."""
    known_currency(currency)
    if amount <= 0:
        raise AmountRefused(_("The amount must be above zero"), fields={"amount": _("Choose what to pay.")})
    reference, address = provider(via).create(amount=amount, currency=currency, return_url=return_url)
    payment = OnlinePayment.objects.create(
        provider=via, reference=reference, party_id=party_id, amount=amount, currency=currency, bills=bills
    )
    return payment, address


@transaction.atomic
def settle(via: str, reference: str, *, on: date) -> OnlinePayment:
    """Book what the provider says of a payment, once; safe to call any number of times at once."""
    payment = (
        OnlinePayment.objects.select_for_update(of=("self",))
        .filter(provider=via, reference=reference)
        .first()
    )
    if payment is None:
        raise PaymentUnknown(_("No such payment."))
    if payment.state != OnlineState.CREATED:
        return payment
    outcome = provider(via).verify(reference)
    point("online.verified")
    if outcome.state == "paid":
        if (outcome.amount, outcome.currency) != (payment.amount, payment.currency):
            raise Conflict(_("The provider took another amount than was asked."))
        payment.receipt = _receipt(payment, on)
        payment.state = OnlineState.PAID
    elif outcome.state == "failed":
        payment.state = OnlineState.FAILED
    payment.save(update_fields=["receipt", "state"])
    point("online.booked")
    return payment


def _receipt(payment: OnlinePayment, on: date) -> Receipt:
    return take_payment(
        party_id=payment.party_id,
        amount=payment.amount,
        currency=payment.currency,
        method=Method.ONLINE,
        on=on,
        by=None,
        bills=payment.bills or None,
        book="W",
        reference=f"{payment.provider}:{payment.reference}",
        holder=payment.provider,
    )


@transaction.atomic
def refund(payment: OnlinePayment, *, reason: str, on: date, by: Any) -> OnlinePayment:
    """Give an online payment back in full: its receipt is void, and the provider pays out."""
    payment = OnlinePayment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    if payment.state != OnlineState.PAID or payment.receipt is None:
        raise Conflict(_("Only a payment that was made can be given back."))
    void_receipt(payment.receipt, reason=reason, on=on, by=by)
    point("online.voided")
    provider(payment.provider).refund(payment.reference, payment.amount)
    payment.state = OnlineState.REFUNDED
    payment.save(update_fields=["state"])
    return payment


def unbooked(via: str, *, on: date) -> list[str]:
    """Return the references that the provider settled on a day and the ledger has not booked."""
    known = set(
        OnlinePayment.objects.filter(provider=via)
        .exclude(state__in=(OnlineState.CREATED, OnlineState.FAILED))
        .values_list("reference", flat=True)
    )
    return [outcome.reference for outcome in provider(via).reconcile(on) if outcome.reference not in known]
