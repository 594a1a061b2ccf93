"""Meters and their readings: the list, a meter's history, and readings taken in from a file."""

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import desk, may
from accounts.policy import Verb, subject_of
from core import sheets
from core.errors import Unprocessable
from core.incoming import called
from networks.access import METERS, meters_of
from networks.actions import readings
from networks.models import MeterReading, WaterMeter

PAGE = 50
SHOWN = 200
LARGEST = 10 << 20
A_DAY = 24 * 3600
SORTS = {
    "number": F("serial_number").asc(),
    "building": F("connection__building_code").asc(),
    # Meters that nobody has read yet come last.
    "day": F("last_on").desc(nulls_last=True),
}


def _asked(request: HttpRequest) -> tuple[QuerySet[WaterMeter], dict[str, str]]:
    words, sort = request.GET.get("q", "").strip(), request.GET.get("sort", "")
    sort = sort if sort in SORTS else "number"
    found = meters_of(subject_of(request)).select_related("connection", "district")
    if words:
        found = found.filter(
            Q(serial_number__istartswith=words)
            | Q(connection__building_code__istartswith=words)
            | Q(connection__code__istartswith=words)
        )
    if request.GET.get("unread"):
        found = found.filter(readings=None)
    last = MeterReading.objects.standing().filter(meter=OuterRef("pk")).order_by("-read_on")
    found = found.annotate(
        last_on=Subquery(last.values("read_on")[:1]),
        last_m3=Subquery(last.values("value_m3")[:1]),
        before_m3=Subquery(last.values("value_m3")[1:2]),
    ).annotate(used_m3=F("last_m3") - F("before_m3"))
    return found.order_by(SORTS[sort], "pk"), {
        "q": words, "sort": sort, "unread": "1" if request.GET.get("unread") else "",
    }  # fmt: skip


@require_GET
@desk(METERS)
def meters(request: HttpRequest) -> HttpResponse:
    """List the meters with what was read last."""
    found, asked = _asked(request)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        **asked,
        "page": page,
        "query": urlencode(asked) + "&",
        "may_enter": may(request, METERS, Verb.EDIT),
    }
    return render(request, "networks/meters.html", context)


@require_GET
@desk(METERS)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Write the meters that were asked for to a file."""
    found, _words = _asked(request)
    columns = [
        sheets.Column(_("Meter")), sheets.Column(_("Connection")), sheets.Column(_("Building")),
        sheets.Column(_("District"), 20), sheets.Column(_("Installed on"), 12), sheets.Column(_("Read on"), 12),
        sheets.Column(_("Reading (m³)")), sheets.Column(_("Used since the reading before (m³)")),
    ]  # fmt: skip
    return sheets.answer(kind, "meters", columns, map(_line, found.iterator(chunk_size=2000)))


def _line(meter: Any) -> tuple[Any, ...]:
    pipe = meter.connection
    return (
        meter.serial_number, pipe.code, pipe.building_code, str(meter.district or ""), meter.installed_on,
        meter.last_on, meter.last_m3, meter.used_m3,
    )  # fmt: skip


@require_GET
@desk(METERS)
def meter(request: HttpRequest, pk: int) -> HttpResponse:
    """Show all that was ever read on a meter, what was corrected included."""
    kept = get_object_or_404(meters_of(subject_of(request)).select_related("connection", "district"), pk=pk)
    standing = list(kept.readings.standing().order_by("read_on"))
    used: dict[int, Decimal | None] = {
        now.pk: None if before is None else now.value_m3 - before.value_m3
        for before, now in zip([None, *standing], standing, strict=False)
    }
    entered = [
        {"reading": reading, "holds": reading.pk in used, "used": used.get(reading.pk)}
        for reading in kept.readings.select_related("by").order_by("-read_on", "-pk")
    ]
    return render(request, "networks/meter.html", {"meter": kept, "entered": entered})


@require_http_methods(["GET", "POST"])
@desk(METERS, Verb.EDIT)
def take_in(request: HttpRequest) -> HttpResponse:
    """Check a file of readings and show what it would change; keep it once that was looked at."""
    context: dict[str, Any] = {"columns": [called(names) for names in readings.COLUMNS.values()]}
    if request.method == "POST":
        try:
            if "checked" in request.POST:
                return _keep(request)
            context |= _checked(request)
        except Unprocessable as refusal:
            context |= {"refusal": refusal, "faults": list(refusal.fields.items())[:SHOWN]}
    return render(request, "networks/readings.html", context, status=422 if "refusal" in context else 200)


def _checked(request: HttpRequest) -> dict[str, Any]:
    given = request.FILES.get("file")
    if given is None or (given.size or 0) > LARGEST:
        raise Unprocessable(_("Choose a file."), fields={"file": _("At most 10 MB.")})
    name = str(given.name)
    found = readings.read(name, given.read(), meters=meters_of(subject_of(request)), today=localdate())
    new = [one for one in found if not one.is_known]
    rows = [(one.row.number, one.row.meter, str(one.row.value), one.row.on.isoformat()) for one in new]
    return {
        "name": name,
        "new": new,
        "shown": new[:SHOWN],
        "known": len(found) - len(new),
        "checked": signing.dumps([name, rows], salt=_salt(request), compress=True),
    }


def _keep(request: HttpRequest) -> HttpResponse:
    """Keep the rows that the check has shown; they come back signed and are checked again."""
    try:
        name, rows = signing.loads(request.POST["checked"], salt=_salt(request), max_age=A_DAY)
    except signing.BadSignature:
        raise Unprocessable(
            _("Choose the file again."), fields={"file": _("It was checked too long ago.")}
        ) from None
    given = [
        readings.Row(number, meter, Decimal(value), date.fromisoformat(on))
        for number, meter, value, on in rows
    ]
    count = readings.keep(given, meters=meters_of(subject_of(request)), source=name, by=request.user)
    said = ngettext("%(count)s reading is kept.", "%(count)s readings are kept.", count)
    messages.success(request, said % {"count": count})
    return redirect("/staff/meters/?sort=day")


def _salt(request: HttpRequest) -> str:
    return f"readings-{request.user.pk}"
