"""Objections: the queue by deadline, setting the hearing, deciding."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.policy import Verb
from ledger.views.common import amount_in, attempt, day_in, today
from taxation.access import APPROVAL, desk, may
from taxation.actions import objections
from taxation.models import Objection


@require_GET
@desk(APPROVAL)
def index(request: HttpRequest) -> HttpResponse:
    """List the objections, open ones first."""
    found = Objection.objects.select_related("assessment__unit", "assessment__pack", "party", "decided_by")
    context = {
        "open": found.filter(state__in=objections.OPEN).order_by("filed_on", "pk"),
        "decided": found.exclude(state__in=objections.OPEN).order_by("-decided_on", "-pk")[:50],
        "today": today(),
        "may_decide": may(request, APPROVAL, Verb.EDIT),
    }
    return render(request, "taxation/objections.html", context)


@require_POST
@desk(APPROVAL, Verb.EDIT)
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the hearing of an objection, or decide it."""
    objection = get_object_or_404(Objection, pk=pk)

    def work() -> None:
        if "hearing" in request.POST:
            objections.set_hearing(objection, on=day_in(request.POST, "hearing_on"))
            return
        upheld = "uphold" in request.POST
        objections.decide(
            objection,
            upheld=upheld,
            new_total=amount_in(request.POST, "new_total") if upheld else None,
            decision=request.POST.get("decision", ""),
            on=today(),
            by=request.user,
        )

    return attempt(request, work, back="/staff/tax/objections/", done=_("Done."))
