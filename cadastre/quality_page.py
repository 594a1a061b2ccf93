"""The quality queue's page: findings, worked one by one."""

from typing import Any

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.verbs import Verb
from cadastre.actions.mend import MENDED, mend
from cadastre.models import DraftClaim, Parcel, QualityFinding, QualityState, Record
from cadastre.policy import may, person
from cadastre.quality.queue import TITLES, UNITS, accept, check_cadastre
from cadastre.views import PAGE, allowed, staff_only
from core.errors import DomainError


def _dress(row: Any, numbers: dict[int, str], held: dict[int, Record]) -> None:
    """Give a finding what its line in the table shows."""
    row.title, row.unit = TITLES.get(row.rule, row.rule), UNITS.get(row.rule, "")
    row.named = [(pk, numbers.get(pk, "?")) for pk in row.parcels]
    point = row.place.centroid
    row.at = f"{point.x:.2f},{point.y:.2f}"
    row.is_mendable = row.rule in MENDED and row.state == QualityState.OPEN
    row.held_by = next((held[pk] for pk in row.parcels if pk in held), None)


@require_http_methods(["GET", "POST"])
@staff_only
def quality(request: HttpRequest) -> HttpResponse:
    """Show the queue of breaches in the whole cadastre; a POST checks everything anew."""
    if request.method == "POST":
        may(request, Verb.EDIT)
        counts = check_cadastre()
        breaches = sum(count for rule, count in counts.items() if rule != "gone")
        flash.success(
            request,
            _("Checked: %(found)d findings, %(gone)d gone.") % {"found": breaches, "gone": counts["gone"]},
        )
        return redirect("quality")
    state = request.GET.get("state", QualityState.OPEN)
    rule = request.GET.get("rule", "")
    rows = QualityFinding.objects.filter(state=state).order_by("-measure", "id")
    if rule in TITLES:
        rows = rows.filter(rule=rule)
    found = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    named = {parcel for row in found for parcel in row.parcels}
    numbers = dict(Parcel.objects.filter(pk__in=named).values_list("pk", "number"))
    claims = DraftClaim.objects.filter(parcel__in=named, is_live=True).select_related("record")
    held = {claim.parcel_id: claim.record for claim in claims}
    for row in found:
        _dress(row, numbers, held)
    context = {
        "rows": found,
        "state": state,
        "rule": rule,
        "rules": TITLES,
        "states": QualityState.choices,
        "may_edit": allowed(request, Verb.EDIT),
    }
    return render(request, "cadastre/quality.html", context)


@require_POST
@staff_only
def quality_mend(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Open a record whose draft closes a gap or an overlap, and show it."""
    by = person(may(request, Verb.EDIT))
    try:
        record = mend(finding_id=finding_id, by=by, on=timezone.localdate())
    except DomainError as refusal:
        flash.error(request, f"{refusal.title} {refusal.detail}".strip())
        return redirect("quality")
    flash.success(
        request, _("This draft is a suggestion: look at it, then send it to approval or withdraw it.")
    )
    return redirect("record", record.pk)


@require_POST
@staff_only
def quality_accept(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Accept a breach with a reason."""
    by = person(may(request, Verb.EDIT))
    try:
        accept(
            finding_id=finding_id, version=int(request.POST.get("version", "0")), by=by,
            reason=request.POST.get("reason", ""),
        )  # fmt: skip
    except DomainError as refusal:
        flash.error(request, f"{refusal.title} {refusal.detail}".strip())
    return redirect("quality")
