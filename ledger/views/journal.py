"""The auditor's view of the journal, and the check of its chain."""

import csv
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.access import desk
from core.sheets import harmless
from ledger.access import JOURNAL
from ledger.integrity import PROMISES
from ledger.models import ChainHead, Entry, Posting, PostingKind, Receipt
from ledger.views.common import day_in

PAGE = 50
BATCH = 2000
HEAD = (
    gettext_lazy("Posting"), gettext_lazy("Kind"), gettext_lazy("Business day"), gettext_lazy("Account"),
    gettext_lazy("Debit"), gettext_lazy("Credit"), gettext_lazy("Currency"), gettext_lazy("Bill"),
    gettext_lazy("Receipt"), gettext_lazy("Reason"), gettext_lazy("Seal"),
)  # fmt: skip


def asked(request: HttpRequest) -> tuple[QuerySet[Posting], dict[str, Any]]:
    """Return the postings that the address asks for, by days, kind and words, and what was asked."""
    first = day_in(request.GET, "from") if request.GET.get("from") else None
    last = day_in(request.GET, "to") if request.GET.get("to") else None
    kind, words = request.GET.get("kind", ""), request.GET.get("q", "").strip()
    found = Posting.objects.all()
    if first:
        found = found.filter(business_on__gte=first)
    if last:
        found = found.filter(business_on__lte=last)
    if kind in PostingKind.values:
        found = found.filter(kind=kind)
    if words:
        number = int(words) if words.isdigit() and len(words) < 18 else 0
        found = found.filter(Q(pk=number) | Q(reason__icontains=words) | Q(receipt__in=_receipts(words)))
    return found, {"first": first, "last": last, "kind": kind, "q": words}


def _receipts(words: str) -> QuerySet[Receipt]:
    """Return the receipt of a number as it is printed, for example A-2026-000012."""
    book, _dash, rest = words.partition("-")
    year, _dash, number = rest.partition("-")
    if not (year.isdigit() and number.isdigit() and len(year) == 4 and len(number) < 10):
        return Receipt.objects.none()
    return Receipt.objects.filter(book__code=book, year=int(year), number=int(number))


def listing(request: HttpRequest) -> dict[str, Any]:
    """Return one page of the postings that are asked for, newest first."""
    postings, shown = asked(request)
    related = postings.select_related("by", "seal", "run", "receipt__book")
    page = Paginator(related.order_by("-pk"), PAGE).get_page(request.GET.get("page"))
    kept = {name: text for name, text in request.GET.items() if name not in ("page", "lang")}
    query = f"{urlencode(kept)}&" if kept else ""
    return {
        **shown,
        "page": page,
        "head": ChainHead.objects.first(),
        "kinds": PostingKind.choices,
        "query": query,
    }


@require_GET
@desk(JOURNAL)
def journal(request: HttpRequest) -> HttpResponse:
    """List the postings with their seals."""
    return render(request, "ledger/journal.html", listing(request))


@require_GET
@desk(JOURNAL)
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Give the entries of the postings that are asked for, with their seals, as CSV in a stream."""
    postings, _shown = asked(request)
    response = StreamingHttpResponse(_lines(postings), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="journal.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _lines(postings: QuerySet[Posting]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    # The mark by which spreadsheets know UTF-8.
    yield "\ufeff" + str(writer.writerow([str(title) for title in HEAD]))
    entries = Entry.objects.filter(posting__in=postings).order_by("posting_id", "pk")
    related = entries.select_related(
        "posting__seal", "posting__receipt__book", "account__party", "account__charge_type"
    )
    kinds = dict(PostingKind.choices)
    for one in related.iterator(BATCH):
        posted = one.posting
        debit, credit = (one.amount, "") if one.amount > 0 else ("", -one.amount)
        yield str(writer.writerow([
            posted.pk, kinds[posted.kind], posted.business_on, harmless(str(one.account)), debit, credit,
            one.account.currency, one.bill_id or "", getattr(posted, "receipt", ""), harmless(posted.reason), posted.seal.seq,
        ]))  # fmt: skip


class _Echo:
    """A file that gives back what is written."""

    def write(self, text: str) -> str:
        return text


@require_GET
@desk(JOURNAL)
def posting(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a posting's entries and its place in the chain."""
    kept = get_object_or_404(Posting.objects.select_related("by", "seal", "reverses"), pk=pk)
    entries = kept.entries.select_related("account__party", "account__charge_type").order_by("pk")
    page = Paginator(entries, 200).get_page(request.GET.get("page"))
    return render(request, "ledger/posting.html", {"posting": kept, "page": page})


@require_POST
@desk(JOURNAL)
def verify(request: HttpRequest) -> HttpResponse:
    """Check every promise of the ledger now, the whole chain included."""
    results = [{"promise": promise, "breaches": list(promise.breaches())[:20]} for promise in PROMISES]
    return render(request, "ledger/journal.html", {**listing(request), "results": results})
