"""The account page of a party, and finding parties."""

import re
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import desk, may
from accounts.listing import Listing
from accounts.policy import Verb
from core import sheets
from ledger.access import ACCOUNTS, CASHIER, TREASURY
from ledger.actions.payment import apply_credit, refund_credit
from ledger.actions.relief import approve_write_off, propose_write_off
from ledger.idempotency import once
from ledger.models import Bill, BillShare, Method, Plan, Receipt, Shift, WriteOff
from ledger.plans import missed_on
from ledger.queries import rows
from ledger.statement import statement
from ledger.views.common import amount_in, attempt, day_in, today
from parties.actions import end_access, give_access
from parties.finding import named
from parties.models import OnlineAccess, Party

PAGE = 50
# What the codes on our papers hold, as a scanner types it into the search.
CODE = re.compile(r"(bill|receipt|party):(\d{1,18})")


def find_parties(words: str) -> list[Party]:
    """Return parties whose name or ID number has the words, in either spelling, or whose paper has the code."""
    code = CODE.fullmatch(words.strip())
    if code is not None:
        return list(_of_paper(code[1], int(code[2])))
    return named(words)


def _of_paper(kind: str, number: int) -> QuerySet[Party]:
    if kind == "bill":
        shares = BillShare.objects.filter(bill=number, bill__run__state="published")
        return Party.objects.filter(pk__in=shares.values("party")).order_by("approved_name")
    if kind == "receipt":
        return Party.objects.filter(pk__in=Receipt.objects.filter(pk=number).values("party"))
    return Party.objects.filter(pk=number)


@require_GET
@desk(ACCOUNTS)
def index(request: HttpRequest) -> HttpResponse:
    """Find a party's account by name or ID number; before anything is asked, list who is in arrears."""
    words = request.GET.get("q", "").strip()
    found = {"parties": find_parties(words)} if words else _arrears(request)
    return render(request, "ledger/accounts.html", {"q": words, **found})


def _arrears(request: HttpRequest) -> dict[str, Any]:
    sort = request.GET.get("sort", "")
    asked = request.GET.get("page", "")
    number = max(int(asked), 1) if asked.isdigit() and len(asked) < 7 else 1
    values = {"on": today(), "sort": sort, "size": PAGE}
    late = rows("arrears", {**values, "skip": (number - 1) * PAGE}) or rows("arrears", {**values, "skip": 0})
    page = Paginator(range(late[0]["found"] if late else 0), PAGE).get_page(number)
    return {"late": late, "page": page, "sort": sort, "query": urlencode({"sort": sort}) + "&"}


@require_GET
@desk(ACCOUNTS)
def arrears(request: HttpRequest, kind: str) -> HttpResponse:
    """Write everybody who is in arrears to a file."""
    columns = [
        sheets.Column(_("Party"), 30), sheets.Column(_("ID number")), sheets.Column(_("Bills"), 8),
        sheets.Column(_("Late since"), 12), sheets.Column(_("Past due")), sheets.Column(_("Currency"), 8),
    ]  # fmt: skip
    late = rows("arrears", {"on": today(), "sort": request.GET.get("sort", ""), "size": None, "skip": 0})
    cells = ("name", "id_number", "bills", "since", "owed", "currency")
    return sheets.answer(kind, "arrears", columns, ([row[cell] for cell in cells] for row in late))


@require_GET
@desk(ACCOUNTS)
def account(request: HttpRequest, party_id: int) -> HttpResponse:
    """Show what a party owes on a day, every movement, and what can be done."""
    party, on = get_object_or_404(Party, pk=party_id), day_in(request.GET, "on", today())
    plans = Plan.objects.filter(party=party).prefetch_related("instalments").order_by("-pk")
    accounts = statement(party, on=on)
    context = {
        "party": party,
        "on": on,
        "accounts": accounts,
        "may_demand": any(row["item"].due_on < on for each in accounts for row in each.open),
        "receipts": Listing(
            request,
            Receipt.objects.filter(party=party).select_related("book", "void"),
            columns=(),
            order=["-pk"],
            paged="receipts",
        ),
        "write_offs": WriteOff.objects.filter(party=party).select_related(
            "proposed_by", "approved_by", "bill"
        ),
        "plans": [(plan, plan.broken_on or missed_on(plan, on=on)) for plan in plans],
        "shift": Shift.objects.filter(cashier=request.user.pk, closed_at=None).first(),
        "methods": [(value, title) for value, title in Method.choices if value != "online"],
        "accesses": OnlineAccess.objects.filter(party=party).select_related("user").order_by("pk"),
        "may_cash": may(request, CASHIER, Verb.EDIT),
        "may_decide": may(request, TREASURY, Verb.EDIT),
    }
    return render(request, "ledger/account.html", context)


@require_POST
@desk(CASHIER, Verb.EDIT)
def use_advance(request: HttpRequest, party_id: int) -> HttpResponse:
    """Use a party's advance for what it owes."""
    back, code = f"/staff/accounts/{party_id}/", request.POST.get("currency", "")
    return attempt(
        request,
        lambda: apply_credit(party_id=party_id, currency=code, on=today(), by=request.user),
        back=back,
    )


@require_POST
@desk(TREASURY, Verb.EDIT)
def pay_back(request: HttpRequest, party_id: int) -> HttpResponse:
    """Pay an advance back by bank."""
    values = {name: request.POST.get(name, "") for name in ("amount", "currency", "reason")}

    def give() -> dict[str, int]:
        posting = refund_credit(
            party_id=party_id, amount=amount_in(request.POST, "amount"), currency=values["currency"],
            method=Method.BANK, on=today(), by=request.user, reason=values["reason"],
        )  # fmt: skip
        return {"posting": posting.pk}

    def work() -> None:
        # The form's key makes a second click find the first refund.
        once(f"refund:{request.user.pk}", request.POST.get("key", ""), {**values, "party": party_id}, give)

    return attempt(request, work, back=f"/staff/accounts/{party_id}/")


@require_POST
@desk(CASHIER, Verb.EDIT)
def give_up(request: HttpRequest, party_id: int) -> HttpResponse:
    """Propose to write a bill off."""
    bill = get_object_or_404(Bill, pk=request.POST.get("bill") or 0)
    reason = request.POST.get("reason", "")
    return attempt(
        request,
        lambda: propose_write_off(party_id=party_id, bill=bill, reason=reason, by=request.user),
        back=f"/staff/accounts/{party_id}/",
    )


@require_POST
@desk(TREASURY, Verb.EDIT)
def sign_write_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign a proposed write-off as the second person."""
    proposal = get_object_or_404(WriteOff, pk=pk)
    return attempt(
        request,
        lambda: approve_write_off(proposal, by=request.user, on=today()),
        back=f"/staff/accounts/{proposal.party_id}/",
    )


@require_POST
@desk(CASHIER, Verb.EDIT)
def access(request: HttpRequest, party_id: int) -> HttpResponse:
    """Open a party's own record to a user whose papers were seen, or close it."""
    party, closing = get_object_or_404(Party, pk=party_id), request.POST.get("end", "")

    def work() -> None:
        if closing.isdigit():
            end_access(party, user_id=int(closing))
        else:
            give_access(party, to=request.POST.get("to", ""), by=request.user)

    return attempt(request, work, back=f"/staff/accounts/{party_id}/#online-access", done=_("Saved."))
