"""The counter: the drawer, taking money, voids; closing the day."""

from collections.abc import Callable
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.access import desk, may
from accounts.listing import Column, Listing, csv_response
from accounts.models import User
from accounts.policy import Verb
from core.money import CURRENCIES
from ledger.access import CASHIER, TREASURY
from ledger.actions.accounts import named
from ledger.actions.counter import bounce_cheque, close_day, close_shift, day_totals, open_shift
from ledger.actions.payment import take_payment, void_receipt
from ledger.idempotency import once
from ledger.models import AccountKind, ChargeType, DayClose, Entry, Method, Receipt, Shift
from ledger.queries import balance
from ledger.statement import paid_for
from ledger.views.accounts import find_parties
from ledger.views.common import amount_in, attempt, day_in, today

DAYS = (
    Column("day", gettext_lazy("Day"), "on"),
    Column("by", gettext_lazy("Closed by")),
    Column("receipts", gettext_lazy("Receipts"), is_number=True),
    Column("received", gettext_lazy("Received"), is_number=True),
)


@require_GET
@desk(CASHIER)
def cashier(request: HttpRequest) -> HttpResponse:
    """Show the cashier's drawers, today's receipts, and find who pays."""
    shifts = list(Shift.objects.filter(cashier=request.user.pk, closed_at=None))
    for shift in shifts:
        shift.held = balance(named(AccountKind.CASH, str(shift.cashier_id), shift.currency))  # type: ignore[attr-defined]
    used = ChargeType.objects.values_list("currency", flat=True).distinct()
    words = request.GET.get("q", "")
    context = {
        "shifts": shifts,
        "currencies": [CURRENCIES[code] for code in sorted(set(used))] or list(CURRENCIES.values()),
        "receipts": Receipt.objects.filter(shift__in=shifts)
        .select_related("book", "party", "void")
        .order_by("-pk"),
        "q": words,
        "parties": find_parties(words),
    }
    return render(request, "ledger/cashier.html", context)


@require_POST
@desk(CASHIER, Verb.EDIT)
def open_drawer(request: HttpRequest) -> HttpResponse:
    """Open a drawer with its counted float."""

    def work() -> None:
        open_shift(
            cashier=request.user,
            currency=request.POST.get("currency", ""),
            opening=amount_in(request.POST, "opening"),
            on=today(),
        )

    return attempt(request, work, back="/staff/cashier/", done=_("The drawer is open."))


@require_POST
@desk(CASHIER, Verb.EDIT)
def close_drawer(request: HttpRequest, pk: int) -> HttpResponse:
    """Close one's drawer with the counted amount."""
    shift = get_object_or_404(Shift, pk=pk, cashier=request.user.pk)
    note = request.POST.get("note", "")
    return attempt(
        request,
        lambda: close_shift(shift, counted=amount_in(request.POST, "counted"), by=request.user, note=note),
        back="/staff/cashier/",
        done=_("The drawer is closed."),
    )


@require_POST
@desk(CASHIER, Verb.EDIT)
def pay(request: HttpRequest, party_id: int) -> HttpResponse:
    """Take a payment; the form's key makes a second click find the first receipt."""
    values = {name: request.POST.get(name, "") for name in ("amount", "currency", "method", "reference")}

    def receive() -> dict[str, int]:
        taken = (Method.CASH, Method.CHEQUE, Method.BANK, Method.COLLECTOR)
        method = values["method"] if values["method"] in taken else Method.CASH
        receipt = take_payment(
            party_id=party_id, amount=amount_in(request.POST, "amount"), currency=values["currency"], method=method,
            on=today(), by=request.user, reference=values["reference"][:80],
        )  # fmt: skip
        return {"receipt": receipt.pk}

    def work() -> str:
        answer = once(
            f"counter:{request.user.pk}", request.POST.get("key", ""), {**values, "party": party_id}, receive
        )
        return f"/staff/receipts/{answer['receipt']}/"

    return attempt(request, work, back=f"/staff/accounts/{party_id}/")


@require_GET
@desk(CASHIER)
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a receipt."""
    kept = get_object_or_404(Receipt.objects.select_related("book", "party", "by", "void"), pk=pk)
    context = {"receipt": kept, "lines": paid_for(kept), "may_void": may(request, TREASURY, Verb.EDIT)}
    return render(request, "ledger/receipt.html", context)


@require_POST
@desk(TREASURY, Verb.EDIT)
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a receipt void; a bounced cheque is one too."""
    kept = get_object_or_404(Receipt, pk=pk)
    undo = bounce_cheque if kept.method == Method.CHEQUE else void_receipt
    reason = request.POST.get("reason", "")
    return attempt(
        request, lambda: undo(kept, reason=reason, on=today(), by=request.user), back=f"/staff/receipts/{pk}/"
    )


def custody() -> list[dict[str, Any]]:
    """Return the cash that collectors hold and have not handed in."""
    held = (
        Entry.objects.filter(account__kind=AccountKind.CUSTODY)
        .values("account__name", "account__currency")
        .annotate(amount=Sum("amount"))
        .filter(amount__gt=0)
        .order_by("account__name")
    )
    names = {
        str(user.pk): user for user in User.objects.filter(pk__in=[row["account__name"] for row in held])
    }
    return [
        {
            "collector": names.get(row["account__name"]),
            "currency": row["account__currency"],
            "amount": row["amount"],
        }
        for row in held
    ]


@require_GET
@desk(TREASURY)
def days(request: HttpRequest) -> HttpResponseBase:
    """Show closed days and what today has brought."""
    closed = Listing(
        request, DayClose.objects.select_related("by"), columns=DAYS, search=("on",), order=["-on"]
    )
    if closed.wants_csv:
        return _days_as_csv(closed)
    drawers = Listing(
        request,
        Shift.objects.filter(closed_at__isnull=False).select_related("cashier"),
        columns=(),
        order=["-pk"],
        paged="drawers",
    )
    totals, methods = day_totals(today()), dict(Method.choices)
    for row in [*totals["received"], *(row for day in closed.page for row in day.totals["received"])]:
        row["method"] = methods[row["method"]]
    context = {
        "today": today(),
        "totals": totals,
        "open_shifts": Shift.objects.filter(closed_at=None).select_related("cashier"),
        "drawers": drawers,
        "custody": custody(),
        "listing": closed,
        "may_close": may(request, TREASURY, Verb.EDIT),
    }
    return render(request, "ledger/days.html", context)


def _days_as_csv(closed: Listing) -> HttpResponseBase:
    methods = dict(Method.choices)

    def received(day: DayClose) -> str:
        return "; ".join(
            f"{methods[row['method']]} {row['amount']} {row['currency']}" for row in day.totals["received"]
        )

    columns: dict[Any, Callable[[DayClose], Any]] = {
        _("Day"): lambda day: day.on,
        _("Closed by"): lambda day: day.by.display_name if day.by else "",
        _("Receipts"): lambda day: day.totals["receipts"],
        _("Void receipts"): lambda day: day.totals["voided"],
        _("Received"): received,
    }
    return csv_response("days", columns, closed.rows)


@require_POST
@desk(TREASURY, Verb.EDIT)
def shut_day(request: HttpRequest) -> HttpResponse:
    """Close a business day."""
    return attempt(
        request,
        lambda: close_day(on=day_in(request.POST, "on"), by=request.user),
        back="/staff/days/",
        done=_("The day is closed."),
    )
