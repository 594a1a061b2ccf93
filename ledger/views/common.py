"""What the ledger's pages share."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from core.errors import DomainError, Unprocessable
from core.numbers import decimal_in

REFUSED = "refused-form"


def today() -> date:
    """Return the business day: today in the municipality's time zone."""
    return timezone.localdate()


def attempt(request: HttpRequest, work: Callable[[], Any], *, back: str, done: Any = "") -> HttpResponse:
    """Do something and go to a page, saying that it is done, or why not."""
    try:
        result = work()
    except DomainError as refusal:
        reasons = " ".join(str(reason) for reason in refusal.fields.values())
        messages.error(request, f"{refusal.title} {reasons}".strip())
        _keep(request, refusal)
        return redirect(back)
    request.session.pop(REFUSED, None)
    if done:
        messages.success(request, str(done))
    return redirect(result if isinstance(result, str) else back)


def _keep(request: HttpRequest, refusal: DomainError) -> None:
    """Keep what was typed for the page to which a refusal leads (`frontend/refused.ts`)."""
    values = {name: texts for name, texts in request.POST.lists() if name != "csrfmiddlewaretoken"}
    request.session[REFUSED] = {
        "action": request.path, "values": values,
        "faults": {name: str(reason) for name, reason in refusal.fields.items()},
    }  # fmt: skip


def amount_in(values: Any, name: str) -> Decimal:
    """Read an amount that a person typed, in either digit system."""
    amount = decimal_in(values.get(name, ""))
    if amount is None:
        text = _("Write it in digits, with a point before the decimals.")
        raise Unprocessable(_("This is not an amount."), fields={name: text})
    return amount


def day_in(values: Any, name: str, default: date | None = None) -> date:
    """Read a day that a person chose."""
    try:
        found = parse_date(values.get(name) or "")
    except ValueError:
        found = None
    if found is None and default is None:
        raise Unprocessable(_("This is not a day."), fields={name: _("Choose a day.")})
    return found or default or today()
