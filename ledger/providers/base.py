"""What the portal asks of a payment provider."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True)
class Outcome:
    """What the provider says of a payment; `state` is created, paid, failed or refunded."""

    reference: str
    state: str
    amount: Decimal
    currency: str


class Provider(Protocol):
    """A payment provider: the portal believes only what `verify` answers, never the browser."""

    name: str

    def create(self, *, amount: Decimal, currency: str, return_url: str) -> tuple[str, str]:
        """Start a payment; return its reference and the address to send the payer to."""

    def verify(self, reference: str) -> Outcome:
        """Ask the provider what became of a payment."""

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> str:
        """Check a callback's signature and return the reference it speaks of."""

    def refund(self, reference: str, amount: Decimal) -> None:
        """Give money back."""

    def reconcile(self, on: date) -> list[Outcome]:
        """Return what the provider settled on a day."""
