"""The cashier's day: opening and closing the drawer, cheques, and closing the business day."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.faults import point
from core.money import currency as known_currency
from ledger.actions.accounts import named
from ledger.actions.payment import void_receipt
from ledger.actions.posting import Leg, post, require_open_day
from ledger.actions.relief import review_plans
from ledger.errors import AmountRefused, ShiftMissing
from ledger.models import AccountKind, DayClose, Method, Posting, PostingKind, Receipt, ReceiptVoid, Shift
from ledger.queries import balance

VAULT = "vault"


@transaction.atomic
def open_shift(*, cashier: Any, currency: str, opening: Decimal, on: date) -> Shift:
    """Open a cashier's drawer with a counted float, which comes out of the vault."""
    known_currency(currency)
    require_open_day(on)
    if opening < 0:
        raise AmountRefused(
            _("The count cannot be negative"), fields={"opening": _("Count what is in the drawer.")}
        )
    try:
        with transaction.atomic():
            shift = Shift.objects.create(cashier=cashier, currency=currency, business_on=on, opening=opening)
    except IntegrityError:
        raise Conflict(_("Your drawer is open already.")) from None
    drawer = named(AccountKind.CASH, str(cashier.pk), currency)
    difference = opening - balance(drawer)
    if difference:
        vault = named(AccountKind.BANK, VAULT, currency)
        legs = [Leg(drawer.pk, difference), Leg(vault.pk, -difference)]
        post(kind=PostingKind.TRANSFER, legs=legs, on=on, by=cashier, reason=_("Opening float"))
    return shift


@transaction.atomic
def close_shift(shift: Shift, *, counted: Decimal, by: Any, note: str = "") -> Shift:
    """Close a drawer: what is counted goes to the vault, what is over or short is booked as such."""
    shift = Shift.objects.select_for_update().get(pk=shift.pk)
    if shift.closed_at is not None:
        raise Conflict(_("This drawer is closed already."))
    if counted < 0:
        raise AmountRefused(
            _("The count cannot be negative"), fields={"counted": _("Count what is in the drawer.")}
        )
    drawer = named(AccountKind.CASH, str(shift.cashier_id), shift.currency)
    expected = balance(drawer)
    if counted != expected and not note.strip():
        raise AmountRefused(
            _("The count differs from what is expected"),
            fields={"note": _("Say why the drawer is over or short.")},
        )
    legs = [
        Leg(drawer.pk, -expected),
        Leg(named(AccountKind.BANK, VAULT, shift.currency).pk, counted),
        Leg(named(AccountKind.OVER_SHORT, str(shift.cashier_id), shift.currency).pk, expected - counted),
    ]
    if any(leg.amount for leg in legs):
        post(
            kind=PostingKind.TRANSFER,
            legs=legs,
            on=shift.business_on,
            by=by,
            reason=note or _("Drawer closed"),
        )
    shift.closed_at, shift.counted, shift.expected, shift.note = timezone.now(), counted, expected, note
    shift.save(update_fields=["closed_at", "counted", "expected", "note"])
    return shift


@transaction.atomic
def bounce_cheque(receipt: Receipt, *, on: date, by: Any, reason: str) -> ReceiptVoid:
    """Undo a payment whose cheque came back unpaid; the charge and its lateness stand as before."""
    if receipt.method != Method.CHEQUE:
        raise Conflict(_("This receipt was not paid by cheque."))
    return void_receipt(receipt, reason=reason, on=on, by=by)


@transaction.atomic
def hand_in(*, collector: Any, counted: Decimal, currency: str, on: date, by: Any) -> Posting:
    """Book a collector's cash, in custody until now, as counted into the vault."""
    custody = named(AccountKind.CUSTODY, str(collector.pk), currency)
    held = balance(custody)
    if counted <= 0 or counted > held:
        raise AmountRefused(
            _("The collector does not hold this amount"), fields={"counted": _("At most what is in custody.")}
        )
    legs = [Leg(custody.pk, -counted), Leg(named(AccountKind.BANK, VAULT, currency).pk, counted)]
    return post(kind=PostingKind.TRANSFER, legs=legs, on=on, by=by, reason=_("Handed in by the collector"))


@transaction.atomic
def close_day(*, on: date, by: Any) -> DayClose:
    """Close a business day: no drawer may be open, and nothing is posted on it any more."""
    with connection.cursor() as cursor:
        # Waits for the postings under way, which hold this lock shared (migration 0002).
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('ledger.day', 0))")
    if Shift.objects.filter(closed_at=None, business_on__lte=on).exists():
        raise ShiftMissing(_("A drawer is still open on this day; close it first."))
    require_open_day(on)
    point("day.locked")
    review_plans(on=on)
    closed = DayClose.objects.create(on=on, by=by, totals=day_totals(on))
    point("day.closed")
    return closed


def day_totals(on: date) -> dict[str, Any]:
    """Return what was received on a day by method and currency, voids apart."""
    receipts = Receipt.objects.filter(posting__business_on=on)
    totals = (
        receipts.values("method", "currency").annotate(total=Sum("amount")).order_by("method", "currency")
    )
    voided = ReceiptVoid.objects.filter(posting__business_on=on)
    return {
        "receipts": receipts.count(),
        "voided": voided.count(),
        "received": [
            {"method": row["method"], "currency": row["currency"], "amount": str(row["total"])}
            for row in totals
        ],
        "voids": [
            {
                "receipt": str(void.receipt),
                "amount": str(void.receipt.amount),
                "currency": void.receipt.currency,
            }
            for void in voided.select_related("receipt__book")
        ],
    }
