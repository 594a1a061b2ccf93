"""The page of a queue's form: what visits ask, a new version from an XLSForm, and the way back."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import for_staff
from accounts.models import User
from accounts.policy import Verb, decide, require, subject_of
from core.errors import DomainError, NotFound
from core.workbooks import MOST_BYTES
from reconciliation.access import seen
from reconciliation.actions.forms import current, publish, withdraw
from reconciliation.forms.answering import as_asked
from reconciliation.forms.faults import BrokenForm
from reconciliation.models import VisitForm

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHOWN = 20


@require_http_methods(["GET", "POST"])
@for_staff
def form_page(request: HttpRequest, key: str) -> HttpResponse:
    """Show the form of a queue's visits; take a new one, or go back to the queue's own questions."""
    it = seen(subject_of(request), key)
    if request.method == "GET":
        return _page(request, key)
    require(subject_of(request), Verb.MANAGE, it.collection)
    by = User.objects.get(pk=request.user.pk or 0)
    file = request.FILES.get("file")
    try:
        if "withdraw" in request.POST:
            withdraw(queue=key, by=by)
        elif file is None:
            raise BrokenForm([])
        else:
            publish(queue=key, body=file.read(MOST_BYTES + 1), by=by)
    except DomainError as refusal:
        return _page(request, key, refusal=refusal, none_sent=file is None)
    flash.success(request, _("Visits are made with this form from now on."))
    return redirect("queue-form", key=key)


def _page(request: HttpRequest, key: str, **more: Any) -> HttpResponse:
    it, form = seen(subject_of(request), key), current(key)
    own = [
        {"title": str(one.title), "type": "select_one" if one.choices else one.type, "choices": one.choices}
        for one in it.queue.questions
    ]
    context = {
        "queue": it.queue, "form": form, "questions": as_asked(form.questions) if form else own,
        "versions": VisitForm.objects.filter(queue=key).select_related("by")[:_SHOWN],
        "may_manage": bool(decide(subject_of(request), Verb.MANAGE, it.collection)), **more,
    }  # fmt: skip
    refusal = more.get("refusal")
    return render(request, "reconciliation/form.html", context, status=refusal.status if refusal else 200)


@require_GET
@for_staff
def form_file(request: HttpRequest, key: str, version: int, kind: str) -> HttpResponseBase:
    """Give a version of the form back: as it was sent (xlsx), or as the XForm that ODK tools read (xml)."""
    seen(subject_of(request), key)
    form = VisitForm.objects.filter(queue=key, version=version).exclude(questions=[]).first()
    if form is None or kind not in ("xlsx", "xml"):
        raise NotFound(_("There is no such form."))
    body = form.file.read() if kind == "xlsx" else form.xform.encode()
    response = HttpResponse(body, content_type=XLSX if kind == "xlsx" else "application/xml")
    response["Content-Disposition"] = f'attachment; filename="{key}-{version}.{kind}"'
    return response
