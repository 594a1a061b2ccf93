"""The ledger's API: accounts, payments, receipts, online payments. Money takes an Idempotency-Key."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Header, Router, Schema
from ninja.utils import check_csrf

from accounts.authentication import bearer_token
from accounts.models import User
from accounts.policy import Subject, Verb, require, subject_of
from core.errors import Forbidden, NotFound, PreconditionRequired
from ledger.access import ACCOUNTS, CASHIER, TREASURY, Guarded
from ledger.actions import online
from ledger.actions.payment import take_payment, void_receipt
from ledger.idempotency import once
from ledger.models import Method, Receipt
from ledger.statement import statement
from ledger.views.common import today
from parties.models import Party

router = Router(tags=["money"])


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


class Reason(Schema):
    """Why something is done."""

    reason: str


def _allowed(request: HttpRequest, target: Guarded, verb: str) -> tuple[Subject, User]:
    """Return who asks, once it is shown that they may; a browser's request must come from our pages."""
    subject = subject_of(request)
    require(subject, verb, target)
    if request.method != "GET" and bearer_token(request) is None and check_csrf(request):
        raise Forbidden(_("This request did not come from the portal's own page."))
    return subject, User.objects.get(pk=subject.user_id or 0)


def _key(key: str) -> str:
    if not key.strip():
        raise PreconditionRequired(_("Money takes an Idempotency-Key."))
    return key.strip()[:120]


def _party(pk: int) -> Party:
    found = Party.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such party."))
    return found


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
    _allowed(request, ACCOUNTS, Verb.VIEW)
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
            for one in statement(_party(party), on=day)
        ],
    }


@router.post("/payments", response={201: dict[str, Any]})
def pay(
    request: HttpRequest, payment: NewPayment, idempotency_key: str = Header("", alias="Idempotency-Key")
) -> tuple[int, dict[str, Any]]:
    """Take a payment; the same key with the same body gives the first receipt again."""
    subject, person = _allowed(request, CASHIER, Verb.EDIT)
    party = _party(payment.party)

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

    return 201, once(f"api:{subject.user_id}", _key(idempotency_key), payment.dict(), work)


@router.get("/receipts/{int:pk}")
def receipt(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return a receipt."""
    _allowed(request, CASHIER, Verb.VIEW)
    return receipt_json(get_object_or_404(Receipt.objects.select_related("book", "void"), pk=pk))


@router.post("/receipts/{int:pk}/void")
def void(
    request: HttpRequest, pk: int, body: Reason, idempotency_key: str = Header("", alias="Idempotency-Key")
) -> dict[str, Any]:
    """Make a receipt void with a reason."""
    subject, person = _allowed(request, TREASURY, Verb.EDIT)
    kept = get_object_or_404(Receipt, pk=pk)

    def work() -> dict[str, Any]:
        undone = void_receipt(kept, reason=body.reason, on=today(), by=person)
        return {"receipt": pk, "posting": undone.posting_id}

    return once(f"api:{subject.user_id}", _key(idempotency_key), {"void": pk, **body.dict()}, work)


@router.post("/online-payments", response={201: dict[str, Any]})
def pay_online(
    request: HttpRequest,
    payment: NewOnlinePayment,
    idempotency_key: str = Header("", alias="Idempotency-Key"),
) -> tuple[int, dict[str, Any]]:
    """Start an online payment for a party; answer where to send the payer."""
    subject, _person = _allowed(request, CASHIER, Verb.EDIT)
    party = _party(payment.party)

    def work() -> dict[str, Any]:
        made, address = online.start(
            party_id=party.pk,
            amount=payment.amount,
            currency=payment.currency,
            bills=payment.bills,
            return_url=request.build_absolute_uri("/"),
        )
        return {"reference": made.reference, "address": address}

    return 201, once(f"api:{subject.user_id}", _key(idempotency_key), payment.dict(), work)
