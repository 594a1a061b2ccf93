"""What the treasurer's programs do: pay back, give an online payment back, close a day."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Header, Router, Schema

from accounts.policy import Verb
from ledger.access import TREASURY
from ledger.actions import online
from ledger.actions.counter import close_day
from ledger.actions.payment import refund_credit
from ledger.api_common import Reason, allowed, known_party, required_key
from ledger.idempotency import once
from ledger.models import Method, OnlinePayment
from ledger.views.common import today

router = Router(tags=["money"])


class NewRefund(Schema):
    """An advance to be paid back by bank."""

    party: int
    amount: Decimal
    currency: str
    reason: str


class Day(Schema):
    """A business day."""

    on: date


@router.post("/refunds", response={201: dict[str, Any]})
def refund(
    request: HttpRequest, body: NewRefund, idempotency_key: str = Header("", alias="Idempotency-Key")
) -> tuple[int, dict[str, Any]]:
    """Pay back what a party has paid in advance, once for the key."""
    subject, person = allowed(request, TREASURY, Verb.EDIT)
    party = known_party(body.party)

    def work() -> dict[str, Any]:
        posting = refund_credit(
            party_id=party.pk, amount=body.amount, currency=body.currency, method=Method.BANK, on=today(),
            by=person, reason=body.reason,
        )  # fmt: skip
        return {"posting": posting.pk}

    return 201, once(f"api:{subject.user_id}", required_key(idempotency_key), {"refund": body.dict()}, work)


@router.post("/online-payments/{str:reference}/refund")
def refund_online(
    request: HttpRequest,
    reference: str,
    body: Reason,
    idempotency_key: str = Header("", alias="Idempotency-Key"),
) -> dict[str, Any]:
    """Give an online payment back in full, once for the key."""
    subject, person = allowed(request, TREASURY, Verb.EDIT)
    payment = get_object_or_404(OnlinePayment, reference=reference)

    def work() -> dict[str, Any]:
        given = online.refund(payment, reason=body.reason, on=today(), by=person)
        return {"reference": given.reference, "state": given.state}

    asked = {"give_back": reference, **body.dict()}
    return once(f"api:{subject.user_id}", required_key(idempotency_key), asked, work)


@router.post("/days", response={201: dict[str, Any]})
def close(
    request: HttpRequest, body: Day, idempotency_key: str = Header("", alias="Idempotency-Key")
) -> tuple[int, dict[str, Any]]:
    """Close a business day, once for the key."""
    subject, person = allowed(request, TREASURY, Verb.EDIT)

    def work() -> dict[str, Any]:
        closed = close_day(on=body.on, by=person)
        return {"on": closed.on.isoformat(), "totals": closed.totals}

    return 201, once(f"api:{subject.user_id}", required_key(idempotency_key), {"close": body.dict()}, work)
