"""Online payment: the test provider's page, the browser's return, the provider's callback."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import NotFound
from ledger.actions import online
from ledger.models import TestPayment
from ledger.providers import PROVIDERS
from ledger.providers.local import LocalTestProvider
from ledger.views.common import today


def _known(via: str) -> str:
    if via not in PROVIDERS:
        raise NotFound(_("There is no such provider."))
    return via


@require_http_methods(["GET", "POST"])
def test_provider(request: HttpRequest, reference: str) -> HttpResponse:
    """Stand in for a bank's page: the payer confirms or cancels."""
    payment = get_object_or_404(TestPayment, reference=reference)
    if request.method == "POST":
        LocalTestProvider().decide(reference, "paid" if "pay" in request.POST else "failed")
        return redirect("pay-return", via="test", reference=reference)
    return render(request, "ledger/test_provider.html", {"payment": payment})


@require_GET
def returned(request: HttpRequest, via: str, reference: str) -> HttpResponse:
    """Answer the browser's return with what the provider says, without personal data."""
    payment = online.settle(_known(via), reference, on=today())
    return render(request, "ledger/returned.html", {"payment": payment})


@csrf_exempt  # a provider's server has no cookie of ours; the signature is checked instead
@require_POST
def callback(request: HttpRequest, via: str) -> JsonResponse:
    """Book what a signed callback speaks of, asked of the provider itself."""
    reference = PROVIDERS[_known(via)].read_webhook(request.headers, request.body)
    return JsonResponse({"state": online.settle(via, reference, on=today()).state})
