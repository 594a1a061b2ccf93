"""Decisions that lighten debts: amnesties, exemptions, instalment plans."""

from collections.abc import Callable
from decimal import Decimal
from functools import reduce
from operator import attrgetter, or_
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import F, Func, Q, QuerySet, TextField
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.policy import Verb
from core import sheets
from core.errors import Unprocessable
from core.money import currency as known_currency
from core.money import share_out
from core.text import search_key
from ledger.access import TREASURY, desk, may
from ledger.actions import exemptions
from ledger.actions.relief import agree_plan
from ledger.models import Amnesty, Bill, ChargeType, Exemption, Plan
from ledger.plans import missed_on
from ledger.queries import ZERO, open_items
from ledger.terms import add_months
from ledger.views.accounts import find_parties
from ledger.views.common import amount_in, attempt, day_in, today
from parties.models import Party

BACK = "/staff/reliefs/"
EXEMPTIONS, AMNESTIES = f"{BACK}?list=exemptions", f"{BACK}?list=amnesties"
PAGE = 50
NAMED = Func(F("party__approved_name"), function="core_search_key", output_field=TextField())
SORTS = {
    "plans": {"party": "party__approved_name"},
    "exemptions": {"party": "party__approved_name", "until": "valid_to"},
}


def _asked(values: QueryDict) -> tuple[str, QuerySet[Any], dict[str, str]]:
    """Return which list is asked for, its rows in order, and what was asked."""
    words, sort, which = values.get("find", "").strip(), values.get("sort", ""), values.get("list", "plans")
    named = Q(named__contains=search_key(words)) if search_key(words) else Q()
    found: QuerySet[Any]
    if which == "exemptions":
        found = Exemption.objects.alias(named=NAMED).filter(named | Q(source__icontains=words))
        order = ("-valid_to", "-pk")
    elif which == "amnesties":
        titles = (Q(**{f"title_{language}__icontains": words}) for language in ("ar", "en", "fr"))
        found = Amnesty.objects.filter(reduce(or_, titles, Q(source__icontains=words)))
        order = ("-valid_from", "-pk")
    else:
        which, order = "plans", ("-agreed_on", "-pk")
        found = Plan.objects.alias(named=NAMED).filter(named)
    chosen = SORTS.get(which, {}).get(sort)
    return which, found.order_by(*((chosen,) if chosen else ()), *order), {"find": words, "sort": sort}


def _related(which: str, found: QuerySet[Any]) -> QuerySet[Any]:
    if which == "amnesties":
        return found
    return found.select_related("party", "by").prefetch_related(
        *(["instalments"] if which == "plans" else [])
    )


@require_GET
@desk(TREASURY)
def index(request: HttpRequest) -> HttpResponse:
    """List plans, exemptions or amnesties with what has become of them."""
    words = request.GET.get("q", "")
    which, found, shown = _asked(request.GET)
    page = Paginator(_related(which, found), PAGE).get_page(request.GET.get("page"))
    context = {
        **shown,
        "today": today(),
        "list": which,
        "lists": (
            ("plans", _("Instalment plans")),
            ("exemptions", _("Exemptions")),
            ("amnesties", _("Amnesties")),
        ),
        "page": page,
        "query": urlencode({"list": which, **shown}) + "&",
        "plans": [(plan, plan.broken_on or missed_on(plan, on=today())) for plan in page if which == "plans"],
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
    which, found, _shown = _asked(request.GET)
    titles, cells = COLUMNS[which]
    columns = [sheets.Column(title, 20) for title in titles]
    rows = ([cell(row) for cell in cells] for row in _related(which, found))
    return sheets.answer(kind, which, columns, rows)


def _until_kept(plan: Plan) -> Any:
    return plan.broken_on or missed_on(plan, on=today())


COLUMNS: dict[str, tuple[tuple[Any, ...], tuple[Callable[[Any], Any], ...]]] = {
    "plans": (
        (_lazy("Party"), _lazy("Agreed on"), _lazy("Instalments"), _lazy("Broken")),
        (lambda row: str(row.party), attrgetter("agreed_on"), lambda row: len(row.instalments.all()), _until_kept),
    ),
    "exemptions": (
        (_lazy("Party"), _lazy("From"), _lazy("Until"), _lazy("Part taken off"), _lazy("Source")),
        (
            lambda row: str(row.party or f"{row.collection} {row.feature_id}"), attrgetter("valid_from"),
            attrgetter("valid_to"), attrgetter("fraction"), attrgetter("source"),
        ),
    ),
    "amnesties": (
        (
            _lazy("Title"), _lazy("From"), _lazy("Until"), _lazy("For charges due before"), _lazy("Off the principal"),
            _lazy("Off the penalty"), _lazy("Source"),
        ),
        (
            attrgetter("title"), attrgetter("valid_from"), attrgetter("valid_to"), attrgetter("due_before"),
            attrgetter("principal_fraction"), attrgetter("penalty_fraction"), attrgetter("source"),
        ),
    ),
}  # fmt: skip


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
