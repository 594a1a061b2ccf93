"""The register as a list: search, filters, sums, groups, kept lists, export, and comparisons of footprints."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages as flash
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import for_staff
from accounts.listing import csv_response
from accounts.policy import Verb, require, subject_of
from buildings.access import may_change, staff_view
from buildings.actions.tables import FIELDS, MOST_ROWS
from buildings.layers import BUILDINGS
from buildings.models import Building, SavedView
from buildings.register import SORTED, choices, link, listed
from buildings.views.comparisons import polygon_layers, runs
from layers.access import View


@require_GET
@for_staff
def building_list(request: HttpRequest) -> HttpResponseBase:
    """Show the register, 50 rows at a time, with what all that match come to; or all of them as CSV."""
    seen, asked = staff_view(request), request.GET.dict()
    if asked.get("format") == "csv":
        require(subject_of(request), Verb.EXPORT, BUILDINGS)
        return csv_response("buildings", _columns(seen), _all(seen, asked))
    page = listed(seen, asked)
    context = {
        "page": page, "asked": asked, "headings": _headings(asked), **choices(),
        "next": link(asked, after=page.next) if page.next else "", "first": link(asked, after=None),
        "export": link(asked, format="csv", after=None), "kept": _kept(request), "query": link(asked, after=None)[1:],
        "group": asked.get("group", ""), "may_change": may_change(subject_of(request)), "bulk_fields": _bulk_fields(),
        "layers": polygon_layers(request), "runs": runs(request),
    }  # fmt: skip
    return render(
        request, "buildings/list.html", context, status=page.refusal.status if page.refusal else 200
    )


def _headings(asked: dict[str, str]) -> list[dict[str, Any]]:
    titles = [
        ("code", _("Building number")), ("", _("Address")), ("", _("Parcel")), ("use", _("Use")), ("floors", _("Floors")),
        ("footprint_m2", _("Footprint (m²)")), ("", _("Units")), ("", _("Covered (m²)")), ("year_built", _("Year")),
        ("condition", _("Condition")),
    ]  # fmt: skip
    now = asked.get("sortby", "")
    return [
        {
            "title": title,
            "link": link(asked, sortby=f"-{name}" if now == name else name, after=None)
            if name in SORTED
            else "",
            "sorted": {name: "ascending", f"-{name}": "descending"}.get(now, "") if name else "",
            "is_number": name in ("floors", "footprint_m2", "year_built")
            or title in (_("Units"), _("Covered (m²)")),
        }
        for name, title in titles
    ]


def _kept(request: HttpRequest) -> Any:
    return SavedView.objects.filter(Q(owner=request.user.pk) | Q(is_shared=True)).select_related("owner")


def _bulk_fields() -> list[tuple[str, Any]]:
    return [(name, Building._meta.get_field(name).verbose_name) for name in FIELDS]  # type: ignore[union-attr]


def _columns(seen: View) -> dict[Any, Any]:
    columns: dict[Any, Any] = {
        one.title: (lambda row, name=one.name: row.get(name)) for one in seen.fields if one.language == ""
    }
    return columns | {
        _("Parcel"): lambda row: row.get("parcel"), _("Units"): lambda row: row.get("units"),
        _("Covered (m²)"): lambda row: row.get("covered_m2"),
    }  # fmt: skip


def _all(seen: View, asked: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield every row that matches, a thousand at a time."""
    given = {**asked, "limit": "1000", "after": ""}
    while True:
        page = listed(seen, given)
        if page.refusal is not None:
            raise page.refusal
        yield from page.rows
        if not page.next:
            return
        given["after"] = page.next


@require_POST
@for_staff
def keep_view(request: HttpRequest) -> HttpResponse:
    """Keep the list's filters and order under a name, or forget them."""
    staff_view(request)
    name, query = request.POST.get("name", "").strip()[:60], request.POST.get("query", "")[:600]
    if request.POST.get("forget"):
        SavedView.objects.filter(owner=request.user.pk, pk__in=_numbers(request, "forget")).delete()
    elif name:
        SavedView.objects.update_or_create(
            owner_id=request.user.pk, name=name,
            defaults={"query": query, "is_shared": bool(request.POST.get("is_shared"))},
        )  # fmt: skip
        flash.success(request, _("The list is kept."))
    return redirect(f"/staff/buildings/?{query}")


def _numbers(request: HttpRequest, name: str) -> list[int]:
    return [int(value) for value in request.POST.getlist(name) if value.isdigit()][:MOST_ROWS]
