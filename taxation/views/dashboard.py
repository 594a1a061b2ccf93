"""The collection dashboard: billed, collected and in arrears, by year, age and district."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ledger.access import ACCOUNTS
from ledger.views.common import day_in, today
from taxation import queries
from taxation.access import desk


@require_GET
@desk(ACCOUNTS)
def index(request: HttpRequest) -> HttpResponse:
    """Show the sums as they are now, arrears counted from a day."""
    on = day_in(request.GET, "on", today())
    rows = queries.rows("dashboard", {"on": on})
    for row in rows:
        row["rate"] = int(100 * row["collected"] / row["billed"]) if row["billed"] else 0
        row["name"] = {"ar": row["name_ar"] or "", "en": row["name_en"] or "", "fr": row["name_fr"] or ""}
    context = {
        "on": on,
        "levies": [row for row in rows if not row["by_district"]],
        "districts": [row for row in rows if row["by_district"]],
    }
    return render(request, "taxation/dashboard.html", context)
