"""What a person sees of their own record: what is owed and was paid, its papers, and paying online."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.policy import Verb, subject_of
from core.errors import Conflict, DomainError, Forbidden, NotFound
from ledger import papers
from ledger.actions import online
from ledger.idempotency import once
from ledger.models import Bill, BillShare, Receipt
from ledger.queries import open_items
from ledger.statement import CurrencyAccount, statement
from parties.finding import party_of
from parties.models import Party
from taxation import printing

RECENT = 10


@dataclass
class Due:
    """What a person owes on one bill."""

    bill: int
    title: str
    period: str
    label: str
    due_on: date
    total: Decimal
    is_late: bool


def record(party: Party | None, *, on: date) -> dict[str, Any]:
    """Return a person's record as their page shows it; without a party there is none."""
    if party is None:
        return {"party": None}
    owed = [
        {"currency": account.currency, "total": account.owed, "bills": _bills(account, on)}
        for account in statement(party, on=on)
    ]
    receipts = Receipt.objects.filter(party=party).select_related("book", "posting", "void").order_by("-pk")
    return {"party": party, "owed": owed, "receipts": receipts[:RECENT], "today": on}


def _bills(account: CurrencyAccount, on: date) -> list[Due]:
    found: dict[int, Due] = {}
    for row in account.open:
        item = row["item"]
        due = found.setdefault(
            item.bill_id,
            Due(
                item.bill_id, row["title"], item.period, item.label, item.due_on, Decimal(0), item.due_on < on
            ),
        )
        due.total += row["quote"].total
    return list(found.values())


def _own(request: HttpRequest) -> Party:
    party = party_of(subject_of(request).user_id)
    if party is None:
        raise NotFound(_("No record is open to you."))
    return party


@require_GET
@login_required
def statement_paper(request: HttpRequest) -> HttpResponse:
    """Print a person's own statement of account."""
    context = papers.of_account(_own(request), on=localdate())
    return papers.answer("ledger/papers/statement.html", context, name="statement")


@require_GET
@login_required
def bill_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Print a person's own bill; of its shares, theirs alone."""
    party = _own(request)
    mine = BillShare.objects.filter(party=party).select_related("party")
    bills = Bill.objects.filter(run__state="published", shares__party=party).select_related("run").distinct()
    bill = get_object_or_404(bills.prefetch_related(Prefetch("shares", queryset=mine)), pk=pk)
    return papers.answer("taxation/papers/bill.html", printing.context_of(bill), name=f"bill-{pk}")


@require_GET
@login_required
def receipt_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Print a person's own receipt."""
    receipts = Receipt.objects.filter(party=_own(request)).select_related("book", "party", "by", "posting")
    receipt = get_object_or_404(receipts, pk=pk)
    return papers.answer("ledger/papers/receipt.html", papers.of_receipt(receipt), name=str(receipt))


@require_POST
@login_required
def pay(request: HttpRequest) -> HttpResponse:
    """Send a person to the provider for all that they owe in a currency, or for one bill of theirs.

    The amount is the ledger's, not the browser's; a second click finds the first payment.
    """
    subject, party = subject_of(request), _own(request)
    if subject.verbs is not None and Verb.EDIT not in subject.verbs:
        raise Forbidden(_("Whoever only looks cannot pay."))
    asked = {name: request.POST.get(name, "") for name in ("currency", "bill")}

    def work() -> dict[str, str]:
        bills = [int(asked["bill"])] if asked["bill"].isdigit() else None
        items = open_items(party.pk, on=localdate(), currency=asked["currency"], bills=bills)
        amount = sum((item.quote(localdate()).total for item in items), Decimal(0))
        if amount <= 0:
            raise Conflict(_("Nothing of this is open any more."))
        _payment, address = online.start(
            party_id=party.pk, amount=amount, currency=asked["currency"], bills=bills or [],
            return_url=request.build_absolute_uri("/my/"),
        )  # fmt: skip
        return {"address": address}

    try:
        answer = once(f"my:{subject.user_id}", request.POST.get("key", ""), asked, work)
    except DomainError as refusal:
        context = {"refusal": refusal, "is_staff_member": subject.is_staff, **record(party, on=localdate())}
        return render(request, "portal/my.html", context, status=refusal.status)
    return redirect(answer["address"])
