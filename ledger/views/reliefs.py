"""Decisions that lighten debts: amnesties, exemptions, instalment plans."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import desk, may
from accounts.policy import Verb
from core import sheets
from core.errors import Unprocessable
from core.money import currency as known_currency
from core.money import share_out
from ledger.access import TREASURY
from ledger.actions import exemptions
from ledger.actions.relief import agree_plan
from ledger.models import Bill, ChargeType, Exemption
from ledger.queries import ZERO, open_items
from ledger.terms import add_months
from ledger.views import relieflists
from ledger.views.accounts import find_parties
from ledger.views.common import amount_in, attempt, day_in, today
from parties.models import Party

BACK = "/staff/reliefs/"
EXEMPTIONS, AMNESTIES = f"{BACK}?list=exemptions", f"{BACK}?list=amnesties"


@require_GET
@desk(TREASURY)
def index(request: HttpRequest) -> HttpResponse:
    """List plans, exemptions or amnesties with what has become of them."""
    words = request.GET.get("q", "")
    shown = relieflists.asked(request)
    listing = shown.listing(request)
    context = {
        "today": today(),
        "shown": shown,
        "lists": relieflists.LISTS.values(),
        "listing": listing,
        "page": listing.page,
        "charge_types": ChargeType.objects.order_by("code"),
        "q": words,
        "parties": find_parties(words),
        "may_decide": may(request, TREASURY, Verb.EDIT),
    }
    return render(request, "ledger/reliefs.html", context)


@require_GET
@desk(TREASURY)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Write the list that is asked for to a file."""
    shown = relieflists.asked(request)
    columns = [sheets.Column(title, 20) for title in shown.written]
    rows = ([value(row) for value in shown.written.values()] for row in shown.listing(request).rows)
    return sheets.answer(kind, shown.key, columns, rows)


def _fraction(request: HttpRequest, name: str) -> Decimal:
    return amount_in(request.POST, name) / 100


def _kinds(request: HttpRequest) -> list[ChargeType]:
    return list(
        ChargeType.objects.filter(pk__in=[k for k in request.POST.getlist("charge_type") if k.isdigit()])
    )


@require_POST
@desk(TREASURY, Verb.EDIT)
def declare_amnesty(request: HttpRequest) -> HttpResponse:
    """Declare an amnesty."""

    def work() -> None:
        exemptions.declare_amnesty(
            titles={language: request.POST.get(f"title_{language}", "").strip() for language in ("ar", "en", "fr")},
            valid_from=day_in(request.POST, "valid_from"), valid_to=day_in(request.POST, "valid_to"),
            due_before=day_in(request.POST, "due_before"), principal=_fraction(request, "principal"),
            penalty=_fraction(request, "penalty"), charge_types=_kinds(request),
            source=request.POST.get("source", "").strip(),
        )  # fmt: skip

    return attempt(request, work, back=AMNESTIES, done=_("The amnesty is declared."))


@require_POST
@desk(TREASURY, Verb.EDIT)
def grant(request: HttpRequest) -> HttpResponse:
    """Grant an exemption to a party."""
    party = get_object_or_404(Party, pk=request.POST.get("party") or 0)

    def work() -> None:
        exemptions.grant(
            party_id=party.pk, collection="", feature_id=None, charge_types=_kinds(request),
            fraction=_fraction(request, "fraction"), valid_from=day_in(request.POST, "valid_from"),
            valid_to=day_in(request.POST, "valid_to"), source=request.POST.get("source", "").strip(), on=today(),
            by=request.user,
        )  # fmt: skip

    return attempt(request, work, back=EXEMPTIONS, done=_("The exemption is granted."))


@require_POST
@desk(TREASURY, Verb.EDIT)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End an exemption today."""
    kept = get_object_or_404(Exemption, pk=pk)
    return attempt(
        request,
        lambda: exemptions.end(kept, on=today()),
        back=EXEMPTIONS,
        done=_("The exemption ends today."),
    )


@require_POST
@desk(TREASURY, Verb.EDIT)
def agree(request: HttpRequest, party_id: int) -> HttpResponse:
    """Agree a plan of equal monthly instalments over everything that is open in a currency."""
    code, back = request.POST.get("currency", ""), f"/staff/accounts/{party_id}/"

    def work() -> None:
        count, first = request.POST.get("count", ""), day_in(request.POST, "first_on")
        if not count.isdigit() or not 1 <= int(count) <= 60:
            raise Unprocessable(_("How many instalments?"), fields={"count": _("From 1 to 60.")})
        items = open_items(party_id, on=today(), currency=known_currency(code).code)
        owed: Any = sum((item.quote(today()).total for item in items), ZERO)
        parts = share_out(owed, [1] * int(count), known_currency(code).unit)
        agree_plan(
            party_id=party_id, currency=code, on=today(), by=request.user,
            bills=list(Bill.objects.filter(pk__in={item.bill_id for item in items})),
            instalments=[(add_months(first, month), part) for month, part in enumerate(parts)],
        )  # fmt: skip

    return attempt(request, work, back=back, done=_("The plan is agreed."))
