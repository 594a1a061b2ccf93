"""Writing to the journal: the one way in for everything but a billing run's bulk."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.faults import point
from ledger.errors import AccountClosed, AlreadyReversed, DayClosed
from ledger.models import Account, DayClose, Entry, Posting, PostingKind


@dataclass(frozen=True)
class Leg:
    """One entry to be: debit above zero, credit below."""

    account_id: int
    amount: Decimal
    part: str = ""
    bill_id: int | None = None


def require_open_day(on: date) -> None:
    """Refuse a business day that is closed, and keep it open until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended('ledger.day', 0))")
    if DayClose.objects.filter(on__gte=on).exists():
        raise DayClosed(
            _("The day %(day)s is closed; nothing is posted on it any more.") % {"day": on.isoformat()}
        )


@transaction.atomic
def post(
    *, kind: str, legs: Iterable[Leg], on: date, by: Any, reason: str = "", reverses: Posting | None = None
) -> Posting:
    """Write one balanced posting; legs of amount zero are left out.

    Raises `DayClosed` or `AccountClosed`. The database checks the balance and seals at commit.
    """
    require_open_day(on)
    wanted = [leg for leg in legs if leg.amount]
    if Account.objects.filter(pk__in={leg.account_id for leg in wanted}, closed_on__isnull=False).exists():
        raise AccountClosed(_("The account is closed and takes no more entries."))
    posting = Posting.objects.create(kind=kind, business_on=on, by=by, reason=reason, reverses=reverses)
    point("posting.before_entries")
    Entry.objects.bulk_create(
        [
            Entry(
                posting=posting,
                account_id=leg.account_id,
                amount=leg.amount,
                part=leg.part,
                bill_id=leg.bill_id,
            )
            for leg in wanted
        ]
    )
    point("posting.after_entries")
    return posting


MIRROR = """
INSERT INTO ledger_entry (posting_id, account_id, bill_id, part, amount)
SELECT %s, account_id, bill_id, part, -amount FROM ledger_entry WHERE posting_id = %s ORDER BY id
"""


@transaction.atomic
def reverse(posting: Posting, *, on: date, by: Any, reason: str) -> Posting:
    """Undo a posting by an opposing one; each can be undone once, and a reversal not at all."""
    require_open_day(on)
    if posting.kind == PostingKind.REVERSAL or Posting.objects.filter(reverses=posting).exists():
        raise AlreadyReversed(_("This has been undone already."))
    opposing = Posting.objects.create(
        kind=PostingKind.REVERSAL,
        business_on=on,
        by=by,
        reason=reason,
        reverses=posting,
        run_id=posting.run_id,
    )
    with connection.cursor() as cursor:
        cursor.execute(MIRROR, [opposing.pk, posting.pk])
    return opposing
