"""Finding and opening accounts, and the lock that keeps one party's payments in turn."""

from django.db import connection

from core.money import currency as known_currency
from ledger.models import Account, AccountKind


def named(kind: str, name: str, currency: str) -> Account:
    """Return the account of that kind, name and currency, opened at its first use."""
    known_currency(currency)
    found = Account.objects.filter(kind=kind, name=name, currency=currency).first()
    if found is None:
        Account.objects.bulk_create([Account(kind=kind, name=name, currency=currency)], ignore_conflicts=True)
        found = Account.objects.get(kind=kind, name=name, currency=currency)
    return found


def credit_of(party_id: int, currency: str) -> Account:
    """Return the account of what a party has paid in advance."""
    return named(AccountKind.CREDIT, str(party_id), currency)


def lock_party(party_id: int) -> None:
    """Wait until no other transaction moves this party's money, and hold that until commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"ledger.party:{party_id}"])
