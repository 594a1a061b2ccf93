"""The collection dashboard: billed, collected and in arrears, by year, age and district, on a map and as files."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import desk
from core import sheets
from core.text3 import Text3
from ledger.access import ACCOUNTS
from ledger.views.common import day_in, today
from taxation import drawing, offline_map, queries

SUMS = ("billed", "collected", "forgiven", "arrears")


def _rows(request: HttpRequest) -> tuple[Any, list[dict[str, Any]]]:
    on = day_in(request.GET, "on", today())
    rows = queries.rows("dashboard", {"on": on})
    for row in rows:
        row["rate"] = int(100 * row["collected"] / row["billed"]) if row["billed"] else 0
        row["name"] = {"ar": row["name_ar"] or "", "en": row["name_en"] or "", "fr": row["name_fr"] or ""}
    return on, rows


def _bars(levies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return, by year and currency, how billed splits into collected, forgiven and open, in parts of the largest."""
    years: dict[tuple[str, str], dict[str, Decimal]] = {}
    for row in levies:
        sums = years.setdefault((row["period"], row["currency"]), dict.fromkeys(SUMS, Decimal(0)))
        for name in SUMS:
            sums[name] += row[name]
    largest: dict[str, Decimal] = {}
    for (_period, code), sums in years.items():
        largest[code] = max(largest.get(code, Decimal(1)), sums["billed"])
    bars = []
    for (period, code), sums in sorted(years.items()):
        parts = {name: round(float(100 * max(sums[name], Decimal(0)) / largest[code]), 2) for name in SUMS}
        bars.append({
            "period": period, "currency": code, **sums, "width": parts["billed"], "part_collected": parts["collected"],
            "part_forgiven": parts["forgiven"], "from_forgiven": parts["collected"],
        })  # fmt: skip
    return bars


@require_GET
@desk(ACCOUNTS)
def index(request: HttpRequest) -> HttpResponse:
    """Show the sums as they are now, arrears counted from a day."""
    on, rows = _rows(request)
    districts = [row for row in rows if row["by_district"]]
    levies = [row for row in rows if not row["by_district"]]
    main = max(
        (row["currency"] for row in districts),
        key=lambda code: sum(r["currency"] == code for r in districts),
        default="",
    )
    arrears = {
        row["district_id"]: row["arrears"]
        for row in districts
        if row["district_id"] is not None and row["currency"] == main
    }
    ages = [
        (title, sum((row[name] for row in districts if row["currency"] == main), Decimal(0)))
        for name, title in (
            ("under_1", _("Under 1 year")),
            ("under_3", _("1 to 3 years")),
            ("over_3", _("Over 3 years")),
        )
    ]
    context = {
        "on": on,
        "levies": levies,
        "districts": districts,
        "bars": _bars(levies),
        "ages": [(title, amount, _part(amount, ages)) for title, amount in ages],
        "currency": main,
        "map": drawing.districts(arrears),
    }
    return render(request, "taxation/dashboard.html", context)


def _part(amount: Decimal, ages: list[tuple[str, Decimal]]) -> float:
    most = max((each for _title, each in ages), default=Decimal(0))
    return round(float(100 * amount / most), 2) if most else 0


@require_GET
@desk(ACCOUNTS)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Write the sums by district and by levy to a file."""
    on, rows = _rows(request)
    columns = [
        sheets.Column(_("District"), 24), sheets.Column(_("Levy"), 30), sheets.Column(_("Year")), sheets.Column(_("Currency"), 8),
        *(sheets.Column(title) for title in (
            _("Billed"), _("Collected"), _("Discounts and reliefs"), _("Arrears"), _("Under 1 year"), _("1 to 3 years"),
            _("Over 3 years"),
        )),
    ]  # fmt: skip
    lines = [
        (
            str(Text3.of(row["name"])) if row["by_district"] else _("All"),
            "" if row["by_district"] else str(Text3.of(row["title"] or "")),
            row["period"] or "", row["currency"], *(row[name] for name in (*SUMS, "under_1", "under_3", "over_3")),
        )
        for row in rows
    ]  # fmt: skip
    return sheets.answer(kind, f"collection-{on:%Y-%m-%d}", columns, lines)


@require_GET
@desk(ACCOUNTS)
def offline_map_page(request: HttpRequest) -> HttpResponse:
    """Give the map by district as one file to keep and to share: sums alone, nobody's name or house."""
    on, rows = _rows(request)
    page = offline_map.html([row for row in rows if row["by_district"]], on=on)
    response = HttpResponse(page, content_type="text/html; charset=utf-8")
    # Its own scripts stand in the page, which the portal's policy forbids: it is kept, not shown here.
    response["Content-Disposition"] = f'attachment; filename="collection-{on:%Y-%m-%d}.html"'
    response["Cache-Control"] = "private, no-store"
    return response
