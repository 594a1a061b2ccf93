"""Money from outside: online payments and their reconciliation, the bank's file, collectors' cash."""

import csv

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import desk, may
from accounts.models import User
from accounts.policy import Verb
from core.errors import Unprocessable
from core.incoming import called
from core.sheets import harmless
from ledger.access import TREASURY
from ledger.actions import bank_file, online
from ledger.actions.counter import hand_in
from ledger.models import OnlinePayment, OnlineState
from ledger.providers import PROVIDERS
from ledger.views.common import amount_in, attempt, day_in, today

PAGE = 50
ONLINE = "/staff/online/"
LARGEST = 10 << 20


def _chosen(request: HttpRequest) -> QuerySet[OnlinePayment]:
    found = OnlinePayment.objects.select_related("party", "receipt__book").order_by("-pk")
    state, words = request.GET.get("state", ""), request.GET.get("q", "").strip()
    if state in OnlineState.values:
        found = found.filter(state=state)
    return found.filter(reference__startswith=words) if words else found


@require_GET
@desk(TREASURY)
def payments(request: HttpRequest) -> HttpResponse:
    """List online payments, and what providers settled on a day and the ledger has not booked."""
    on = day_in(request.GET, "on", today())
    context = {
        "page": Paginator(_chosen(request), PAGE).get_page(request.GET.get("page")),
        "on": on,
        "unbooked": [(via, reference) for via in PROVIDERS for reference in online.unbooked(via, on=on)],
        "states": OnlineState.choices,
        "state": request.GET.get("state", ""),
        "q": request.GET.get("q", ""),
        "may_decide": may(request, TREASURY, Verb.EDIT),
    }
    return render(request, "ledger/online.html", context)


@require_GET
@desk(TREASURY)
def payments_csv(request: HttpRequest) -> HttpResponse:
    """Give the chosen online payments as CSV that Excel opens in Arabic."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="online-payments.csv"'
    sheet = csv.writer(response)
    sheet.writerow(
        [_("Reference"), _("Party"), _("Amount"), _("Currency"), _("State"), _("Receipt"), _("Day")]
    )
    for each in _chosen(request).iterator(chunk_size=1000):
        sheet.writerow(
            [
                harmless(each.reference), harmless(str(each.party)), each.amount, each.currency,
                each.get_state_display(), each.receipt or "", each.created_at.date(),
            ]
        )  # fmt: skip
    return response


@require_POST
@desk(TREASURY, Verb.EDIT)
def act(request: HttpRequest, via: str, reference: str) -> HttpResponse:
    """Ask the provider again and book what it says, or give a payment back."""
    if "refund" not in request.POST:
        return attempt(
            request, lambda: online.settle(via, reference, on=today()) and None, back=ONLINE, done=_("Done.")
        )
    payment = get_object_or_404(OnlinePayment, provider=via, reference=reference)
    reason = request.POST.get("reason", "")
    return attempt(
        request,
        lambda: online.refund(payment, reason=reason, on=today(), by=request.user) and None,
        back=ONLINE,
        done=_("The payment is given back."),
    )


@require_http_methods(["GET", "POST"])
@desk(TREASURY, Verb.EDIT)
def bank(request: HttpRequest) -> HttpResponse:
    """Book a bank's file of payments: all of its rows, or none with what is wrong by row."""
    context: dict[str, object] = {"columns": [called(names) for names in bank_file.COLUMNS.values()]}
    if request.method == "POST":
        try:
            given = request.FILES.get("file")
            if given is None or (given.size or 0) > LARGEST:
                raise Unprocessable(_("Choose a file."), fields={"file": _("At most 10 MB.")})
            rows = bank_file.read(str(given.name), given.read())
            context["receipts"] = bank_file.book(rows, by=request.user)
        except Unprocessable as refusal:
            context |= {"refusal": refusal, "faults": list(refusal.fields.items())[:200]}
    return render(request, "ledger/bank.html", context, status=422 if "refusal" in context else 200)


@require_POST
@desk(TREASURY, Verb.EDIT)
def collect(request: HttpRequest, collector_id: int) -> HttpResponse:
    """Count a collector's cash into the vault."""
    collector = get_object_or_404(User, pk=collector_id)

    def work() -> None:
        hand_in(
            collector=collector, counted=amount_in(request.POST, "counted"),
            currency=request.POST.get("currency", ""), on=today(), by=request.user,
        )  # fmt: skip

    return attempt(request, work, back="/staff/days/", done=_("The cash is in the vault."))
