"""Many changes at once: a choice in the list, a paste from Excel or an XLSX file, shown before it is done."""

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import for_staff
from accounts.policy import district_scope
from buildings.access import require_change, staff_view
from buildings.actions import tables
from buildings.layers import BUILDINGS
from buildings.models import Building
from core.errors import DomainError
from core.workbooks import MOST_BYTES

SHOWN = 200


@require_http_methods(["GET", "POST"])
@for_staff
def table(request: HttpRequest) -> HttpResponse:
    """Take a table and show what it would change."""
    require_change(request)
    if request.method == "GET":
        return render(request, "buildings/table.html", {"fields": tables.FIELDS, "text": ""})
    text = request.POST.get("table", "")
    try:
        file = request.FILES.get("file")
        if file is not None:
            text = tables.read_xlsx(file.read(MOST_BYTES + 1))
        return _preview(request, text)
    except DomainError as refusal:
        context = {"fields": tables.FIELDS, "text": text, "refusal": refusal}
        return render(request, "buildings/table.html", context, status=refusal.status)


@require_POST
@for_staff
def bulk(request: HttpRequest) -> HttpResponse:
    """Show what one value for the chosen buildings would change."""
    require_change(request)
    name, value = request.POST.get("field", ""), request.POST.get("value", "").replace("\t", " ").strip()
    chosen = [int(key) for key in request.POST.getlist("building") if key.isdigit()][: tables.MOST_ROWS]
    codes = Building.objects.in_force().filter(pk__in=chosen).order_by("code").values_list("code", flat=True)
    return _preview(request, tables.table_of([(code, {name: value}) for code in codes], [name]))


def _preview(request: HttpRequest, text: str) -> HttpResponse:
    scope = district_scope(require_change(request), BUILDINGS)
    found = tables.difference(text, scope)
    context = {
        "difference": found, "table": text, "shown": found.changes[:SHOWN],
        "more": max(len(found.changes) - SHOWN, 0), "fields": tables.FIELDS,
    }  # fmt: skip
    return render(request, "buildings/difference.html", context, status=422 if found.faults else 200)


@require_POST
@for_staff
def apply(request: HttpRequest) -> HttpResponse:
    """Do what was shown."""
    subject = require_change(request)
    staff_view(request)
    text = request.POST.get("table", "")
    try:
        done = tables.apply(
            text, digest=request.POST.get("digest", ""), districts=district_scope(subject, BUILDINGS)
        )
    except DomainError as refusal:
        flash.error(request, f"{refusal.title} {refusal.detail}".strip())
        return _preview(request, text)
    flash.success(request, _("Changed: %(count)d buildings.") % {"count": len(done.touched)})
    return redirect("buildings")
