"""The auditor's view of the journal, and the check of its chain."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from ledger.access import JOURNAL, desk
from ledger.integrity import PROMISES
from ledger.models import ChainHead, Posting
from ledger.views.common import day_in

PAGE = 50


def listing(request: HttpRequest) -> dict[str, object]:
    """Return one page of postings, newest first, of a day if one is asked for."""
    postings = Posting.objects.select_related("by", "seal", "run", "receipt__book").order_by("-pk")
    on = day_in(request.GET, "on") if request.GET.get("on") else None
    if on:
        postings = postings.filter(business_on=on)
    page = Paginator(postings, PAGE).get_page(request.GET.get("page"))
    return {"page": page, "on": on, "head": ChainHead.objects.first()}


@require_GET
@desk(JOURNAL)
def journal(request: HttpRequest) -> HttpResponse:
    """List the postings with their seals."""
    return render(request, "ledger/journal.html", listing(request))


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
