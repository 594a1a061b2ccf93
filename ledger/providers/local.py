"""A test provider inside the portal: it keeps its own books and signs its callbacks, but moves no money."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from core.errors import Forbidden
from core.instance import secret
from ledger.errors import AmountRefused, PaymentUnknown
from ledger.models import TestPayment
from ledger.providers.base import Outcome

SIGNATURE = "X-Signature"


class LocalTestProvider:
    """Takes any payment that its own page confirms."""

    name = "test"

    def create(self, *, amount: Decimal, currency: str, return_url: str) -> tuple[str, str]:
        """Start a payment; return its reference and the test page's address."""
        reference = secrets.token_urlsafe(24)
        TestPayment.objects.create(reference=reference, amount=amount, currency=currency)
        return reference, f"/pay/test/{reference}/"

    def decide(self, reference: str, state: str) -> None:
        """Let the payer confirm or cancel on the provider's page; a decision stands."""
        TestPayment.objects.filter(reference=reference, state="created").update(state=state)

    def verify(self, reference: str) -> Outcome:
        """Read the provider's books."""
        kept = TestPayment.objects.filter(reference=reference).first()
        if kept is None:
            raise PaymentUnknown(_("The provider does not know this payment."))
        return Outcome(kept.reference, kept.state, kept.amount, kept.currency)

    def webhook(self, reference: str) -> tuple[dict[str, str], bytes]:
        """Return a signed callback as the provider sends it."""
        body = json.dumps({"reference": reference}).encode()
        return {SIGNATURE: self._sign(body)}, body

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> str:
        """Check the signature (HMAC-SHA256 over the body) and return the reference."""
        if not hmac.compare_digest(headers.get(SIGNATURE, ""), self._sign(body)):
            raise Forbidden(_("The callback is not signed by the provider."))
        return str(json.loads(body)["reference"])

    def refund(self, reference: str, amount: Decimal) -> None:
        """Give money back, at most what was paid."""
        kept = TestPayment.objects.select_for_update().get(reference=reference)
        if kept.state not in ("paid", "refunded") or kept.refunded + amount > kept.amount:
            raise AmountRefused(_("The provider cannot pay back so much."))
        kept.refunded += amount
        kept.state = "refunded"
        kept.save(update_fields=["refunded", "state"])

    def reconcile(self, on: date) -> list[Outcome]:
        """Return the payments made on a day that were paid."""
        kept = TestPayment.objects.filter(created_at__date=on, state__in=("paid", "refunded"))
        return [Outcome(row.reference, row.state, row.amount, row.currency) for row in kept]

    def _sign(self, body: bytes) -> str:
        return hmac.new(secret("payment_test_key").encode(), body, hashlib.sha256).hexdigest()
