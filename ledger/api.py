"""The ledger's API: accounts, payments, receipts, online payments. Money takes an Idempotency-Key."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Header, Router, Schema

from accounts.policy import Verb
from ledger.access import ACCOUNTS, CASHIER, TREASURY
from ledger.actions import online
from ledger.actions.payment import take_payment, void_receipt
from ledger.api_common import Reason, allowed, known_party, required_key
from ledger.api_treasury import router as treasury
from ledger.idempotency import once
from ledger.models import Method, Receipt
from ledger.statement import statement
from ledger.views.common import today

router = Router(tags=["money"])
router.add_router("", treasury)


class NewPayment(Schema):
    """A payment at the counter."""

    party: int
    amount: Decimal
    currency: str
    method: str = "bank"
    bills: list[int] | None = None
    reference: str = ""


class NewOnlinePayment(Schema):
    """A payment to be made with a provider."""

    party: int
    amount: Decimal
    currency: str
    bills: list[int] = []


def receipt_json(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt as the API shows it."""
    return {
        "id": receipt.pk,
        "number": str(receipt),
        "party": receipt.party_id,
        "amount": str(receipt.amount),
        "currency": receipt.currency,
        "method": receipt.method,
        "lines": receipt.lines,
        "is_void": hasattr(receipt, "void"),
    }


@router.get("/accounts/{int:party}")
def account(request: HttpRequest, party: int, on: date | None = None) -> dict[str, Any]:
    """Return what a party owes and every movement, as of a day."""
    allowed(request, ACCOUNTS, Verb.VIEW)
    day = on or today()
    return {
        "party": party,
        "on": day.isoformat(),
        "accounts": [
            {
                "currency": one.currency,
                "balance": str(one.balance),
                "to_pay": str(one.owed),
                "open": [
                    {
                        "bill": row["item"].bill_id,
                        "charge": row["item"].charge_type,
                        "period": row["item"].period,
                        "due_on": row["item"].due_on.isoformat(),
                        "principal": str(row["quote"].principal),
                        "discount": str(row["quote"].discount),
                        "penalty": str(row["quote"].penalty),
                        "to_pay": str(row["quote"].total),
                    }
                    for row in one.open
                ],
            }
            for one in statement(known_party(party), on=day)
        ],
    }


@router.post("/payments", response={201: dict[str, Any]})
def pay(
    request: HttpRequest, payment: NewPayment, idempotency_key: str = Header("", alias="Idempotency-Key")
) -> tuple[int, dict[str, Any]]:
    """Take a payment; the same key with the same body gives the first receipt again."""
    subject, person = allowed(request, CASHIER, Verb.EDIT)
    party = known_party(payment.party)

    def work() -> dict[str, Any]:
        method = (
            payment.method if payment.method in (Method.CASH, Method.CHEQUE, Method.BANK) else Method.BANK
        )
        receipt = take_payment(
            party_id=party.pk,
            amount=payment.amount,
            currency=payment.currency,
            method=method,
            on=today(),
            by=person,
            bills=payment.bills,
            reference=payment.reference[:80],
        )
        return receipt_json(receipt)

    return 201, once(f"api:{subject.user_id}", required_key(idempotency_key), payment.dict(), work)


@router.get("/receipts/{int:pk}")
def receipt(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return a receipt."""
    allowed(request, CASHIER, Verb.VIEW)
    return receipt_json(get_object_or_404(Receipt.objects.select_related("book", "void"), pk=pk))


@router.post("/receipts/{int:pk}/void")
def void(
    request: HttpRequest, pk: int, body: Reason, idempotency_key: str = Header("", alias="Idempotency-Key")
) -> dict[str, Any]:
    """Make a receipt void with a reason."""
    subject, person = allowed(request, TREASURY, Verb.EDIT)
    kept = get_object_or_404(Receipt, pk=pk)

    def work() -> dict[str, Any]:
        undone = void_receipt(kept, reason=body.reason, on=today(), by=person)
        return {"receipt": pk, "posting": undone.posting_id}

    return once(f"api:{subject.user_id}", required_key(idempotency_key), {"void": pk, **body.dict()}, work)


@router.post("/online-payments", response={201: dict[str, Any]})
def pay_online(
    request: HttpRequest,
    payment: NewOnlinePayment,
    idempotency_key: str = Header("", alias="Idempotency-Key"),
) -> tuple[int, dict[str, Any]]:
    """Start an online payment for a party; answer where to send the payer."""
    subject, _person = allowed(request, CASHIER, Verb.EDIT)
    party = known_party(payment.party)

    def work() -> dict[str, Any]:
        made, address = online.start(
            party_id=party.pk,
            amount=payment.amount,
            currency=payment.currency,
            bills=payment.bills,
            return_url=request.build_absolute_uri("/"),
        )
        return {"reference": made.reference, "address": address}

    return 201, once(f"api:{subject.user_id}", required_key(idempotency_key), payment.dict(), work)
