"""The queues of tax, ranked by what they are worth a year: as a page, beneath the map, and as files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.access import desk, may
from accounts.policy import Verb, district_scope, subject_of
from core import sheets
from core.errors import NotFound
from core.text3 import Text3
from jobs.actions import enqueue
from ledger.views.common import attempt, today
from networks.access import METERS
from taxation import queries
from taxation.access import QUEUES
from taxation.actions import discrepancies, standing
from taxation.evidence import sentences
from taxation.models import Discrepancy, DiscrepancyState, ImportedRoll, TaxStatus
from taxation.reconciliation import BY_CODE, IMPORTED, SOURCES
from taxation.tasks import look_for_discrepancies
from taxation.views.boxes import box_of

PAGE = 50
MOST = 1_000_000
WORK = "work"
# What a table can be sorted by, in SQL of our own.
ORDERS = {
    "worth": "abs(d.revenue) DESC NULLS LAST",
    "label": "d.label",
    "street": "place.street_ar, d.label",
    "found": "d.found_at DESC",
}
WORK_ORDERS = {
    "owed": "k.owed DESC NULLS LAST",
    "label": "u.label",
    "street": "place.street_ar, u.label",
    "due": "k.due_on NULLS LAST",
}


@dataclass(frozen=True)
class Asked:
    """What a request asks of a queue."""

    queue: str
    words: str
    status: str
    state: str
    sort: str
    number: int
    box: str | None

    @classmethod
    def of(cls, request: HttpRequest, first: str = WORK) -> "Asked":
        """Read the request; a queue that is not there does not exist."""
        get = request.GET.get
        queue = get("queue", first)
        if queue != WORK and queue not in BY_CODE:
            raise NotFound(_("There is no such queue."))
        page = get("page", "1")
        state = get("state", DiscrepancyState.OPEN)
        orders = WORK_ORDERS if queue == WORK else ORDERS
        return cls(
            queue=queue,
            words=get("q", "").strip(),
            status=get("status", "") if get("status", "") in TaxStatus.values else "",
            state=state if state in DiscrepancyState.values else DiscrepancyState.OPEN,
            sort=get("sort", "") if get("sort", "") in orders else next(iter(orders)),
            number=int(page) if page.isdigit() and 0 < int(page) < 100_000 else 1,
            box=box_of(request),
        )


def _rows(request: HttpRequest, asked: Asked, *, size: int = PAGE) -> list[dict[str, Any]]:
    scope = district_scope(subject_of(request), QUEUES)
    values = {
        "on": today(), "q": asked.words, "like": f"%{asked.words}%", "box": asked.box, "size": size,
        "skip": (asked.number - 1) * PAGE, "status": asked.status, "state": asked.state, "queue": asked.queue,
        "districts": None if scope is None else sorted(scope),
    }  # fmt: skip
    if asked.queue == WORK:
        return queries.rows("desk", values, order=WORK_ORDERS[asked.sort])
    return queries.rows("discrepancies", values, order=ORDERS[asked.sort])


def listing(request: HttpRequest, first: str = WORK) -> dict[str, Any]:
    """Return a page of a queue as its template shows it."""
    asked = Asked.of(request, first)
    standing.bring_up_to_date(on=today())
    found = _rows(request, asked)
    titles = dict(TaxStatus.choices)
    for row in found:
        row["street"] = {code: row[f"street_{code}"] or "" for code in ("ar", "en", "fr")}
        if asked.queue == WORK:
            row["title"] = titles[row["status"]]
            row["days"] = (row["due_on"] - today()).days if row["due_on"] else None
            row["late"] = max(-row["days"], 0) if row["due_on"] else 0
        else:
            # Days and numbers are not broken at their hyphens.
            row["sentences"] = [
                one.replace("-", "\u2011") for one in sentences(row["queue"], row["evidence"])
            ]
    total = found[0]["found"] if found else 0
    return {
        "asked": asked,
        "rows": found,
        "found": total,
        "worth": found[0].get("worth") if found else None,
        "currency": found[0]["currency"] if found else "",
        "source": BY_CODE.get(asked.queue),
        "sources": (*SOURCES, *(IMPORTED if ImportedRoll.objects.exists() else ())),
        "states": DiscrepancyState.choices,
        "has_next": asked.number * PAGE < total,
        "may_decide": may(request, QUEUES, Verb.EDIT),
        "may_see_meters": may(request, METERS, Verb.VIEW),
        "today": today(),
    }


@require_GET
@desk(QUEUES)
def index(request: HttpRequest) -> HttpResponse:
    """Show a queue as a page: the list twin of the map."""
    return render(request, "taxation/queues.html", listing(request, first=SOURCES[0].code))


@require_GET
@desk(QUEUES)
def rows(request: HttpRequest) -> HttpResponse:
    """Answer with the table alone, for the map."""
    return render(request, "taxation/queue_rows.html", {**listing(request), "on_map": True})


@require_GET
@desk(QUEUES)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Write a whole queue, as it is asked for, to a file."""
    asked = Asked.of(request)
    standing.bring_up_to_date(on=today())
    found = _rows(request, asked, size=MOST)
    columns, lines = (_work_sheet if asked.queue == WORK else _sheet)(found)
    return sheets.answer(kind, f"{asked.queue}-{today():%Y-%m-%d}", columns, lines)


Sheet = tuple[list[sheets.Column], list[Sequence[Any]]]


def _street(row: dict[str, Any]) -> str:
    return str(Text3(*(row[f"street_{code}"] or "" for code in ("ar", "en", "fr"))))


def _work_sheet(found: list[dict[str, Any]]) -> Sheet:
    titles = dict(TaxStatus.choices)
    columns = [
        sheets.Column(_("Unit")), sheets.Column(_("Street"), 24), sheets.Column(_("Liable"), 28),
        sheets.Column(_("Status")), sheets.Column(_("Years")), sheets.Column(_("Area (m²)")),
        sheets.Column(_("Balance")), sheets.Column(_("Currency"), 8), sheets.Column(_("Due on")),
    ]  # fmt: skip
    return columns, [
        (
            row["label"], _street(row), row["liable"], str(titles[row["status"]]), row["periods"], row["area_m2"], row["owed"],
            row["currency"], row["due_on"],
        )
        for row in found
    ]  # fmt: skip


def _sheet(found: list[dict[str, Any]]) -> Sheet:
    states = dict(DiscrepancyState.choices)
    columns = [
        sheets.Column(_("Unit or building")), sheets.Column(_("Street"), 24), sheets.Column(_("Evidence"), 60),
        sheets.Column(_("Estimated a year")), sheets.Column(_("Currency"), 8), sheets.Column(_("Found on")),
        sheets.Column(_("State")), sheets.Column(_("Reason"), 40),
    ]  # fmt: skip
    return columns, [
        (
            row["label"], _street(row), "; ".join(sentences(row["queue"], row["evidence"])), row["revenue"], row["currency"],
            row["found_on"], str(states[row["state"]]), row["reason"],
        )
        for row in found
    ]  # fmt: skip


@require_POST
@desk(QUEUES, Verb.EDIT)
def look(request: HttpRequest) -> HttpResponse:
    """Compare the registers again, as a job."""

    def work() -> str:
        title = gettext_lazy("Comparing the registers with the tax register")
        return f"/staff/jobs/{enqueue(look_for_discrepancies, owner=request.user, title=title).pk}/"

    return attempt(request, work, back="/staff/tax/queues/")


@require_POST
@desk(QUEUES, Verb.EDIT)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the tax register by a row, or find no fault, with a reason."""
    row = get_object_or_404(Discrepancy, pk=pk)
    scope = district_scope(subject_of(request), QUEUES)
    if scope is not None and row.district_id not in scope:
        raise NotFound(_("There is no such row."))
    back = "/staff/tax/map/?queue=" if "from_map" in request.POST else "/staff/tax/queues/?queue="

    def work() -> None:
        discrepancies.decide(
            row, correct="correct" in request.POST, reason=request.POST.get("reason", ""), by=request.user
        )

    return attempt(request, work, back=f"{back}{row.queue}", done=_("Decided."))
