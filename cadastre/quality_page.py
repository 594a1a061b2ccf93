"""The quality queue's page: findings, worked one by one."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.listing import Column, Listing, csv_response
from accounts.verbs import Verb
from cadastre.actions.mend import MENDED, mend
from cadastre.models import DraftClaim, Parcel, QualityFinding, QualityState
from cadastre.policy import may, person
from cadastre.quality.coverage import GAP_WIDTH_M
from cadastre.quality.queue import TITLES, UNITS, accept, check_cadastre
from cadastre.views import allowed, staff_only
from core.errors import DomainError

COLUMNS = (
    Column("rule", _lazy("Finding"), "rule"),
    Column("where", _lazy("Where")),
    Column("measure", _lazy("Measure"), "measure"),
    Column("first", _lazy("First found"), "first_seen_at"),
    Column("next", _lazy("Next step")),
)
_WRITTEN: dict[Any, Callable[[Any], Any]] = {
    _lazy("Finding"): lambda row: row.title,
    _lazy("Where"): lambda row: " × ".join(number for _pk, number in row.named),
    _lazy("Measure"): lambda row: round(row.measure, 3),
    _lazy("Unit"): lambda row: row.unit,
    _lazy("First found"): lambda row: row.first_seen_at.date(),
    _lazy("Reason"): lambda row: row.reason,
}


def _dressed(rows: Iterable[Any]) -> list[Any]:
    """Give findings what their lines in the table show."""
    found = list(rows)
    named = {parcel for row in found for parcel in row.parcels}
    numbers = dict(Parcel.objects.filter(pk__in=named).values_list("pk", "number"))
    claims = DraftClaim.objects.filter(parcel__in=named, is_live=True).select_related("record")
    held = {claim.parcel_id: claim.record for claim in claims}
    for row in found:
        point = row.place.centroid
        row.title, row.unit = TITLES.get(row.rule, row.rule), UNITS.get(row.rule, "")
        row.named = [(pk, numbers.get(pk, "?")) for pk in row.parcels]
        row.at = f"{point.x:.2f},{point.y:.2f}"
        is_narrow = row.rule in MENDED and row.place.buffer(-GAP_WIDTH_M / 2).empty
        row.is_mendable = is_narrow and row.state == QualityState.OPEN
        row.held_by = next((held[pk] for pk in row.parcels if pk in held), None)
    return found


@require_http_methods(["GET", "POST"])
@staff_only
def quality(request: HttpRequest) -> HttpResponseBase:
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
    rows = QualityFinding.objects.filter(state=state)
    if rule in TITLES:
        rows = rows.filter(rule=rule)
    listing = Listing(request, rows, columns=COLUMNS, order=["-measure"])
    if listing.q:
        named = Parcel.objects.filter(number__istartswith=listing.q).values_list("pk", flat=True)
        listing.rows = listing.rows.filter(parcels__overlap=list(named))
    if listing.wants_csv:
        return csv_response("quality", _WRITTEN, _dressed(listing.rows))
    context = {
        "listing": listing,
        "rows": _dressed(listing.page),
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
