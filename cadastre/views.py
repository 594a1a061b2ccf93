"""The records' pages: list, record, parcel and its extract, and the drawing page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages as flash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.listing import Column, Listing, csv_response
from accounts.policy import decide, subject_of
from accounts.verbs import Verb
from cadastre import extract, pages
from cadastre.actions import approve, records, reverse
from cadastre.forms import RecordForm, SourceForm
from cadastre.models import Record, RecordState
from cadastre.policy import RECORDS, may, person, sees_parties
from core.errors import DomainError, NotFound

View = Callable[..., HttpResponseBase]
COLUMNS = (
    Column("number", _lazy("Number"), "id"),
    Column("kind", _lazy("Kind"), "kind"),
    Column("date", _lazy("Date"), "dated_on"),
    Column("opened", _lazy("Opened by"), "created_by__first_name"),
    Column("state", _lazy("State"), "state"),
    Column("changed", _lazy("Changed"), "changed_at"),
)
SEARCHED = ["number", "note", "created_by__first_name", "created_by__last_name"]
_WRITTEN: dict[Any, Callable[[Record], Any]] = {
    _lazy("Number"): str,
    _lazy("Kind"): Record.get_kind_display,
    _lazy("Date"): lambda record: record.dated_on,
    _lazy("Effective date"): lambda record: record.effective_on,
    _lazy("Opened by"): lambda record: record.created_by.display_name,
    _lazy("State"): Record.get_state_display,
    _lazy("Changed"): lambda record: record.changed_at.isoformat(timespec="minutes"),
}
LANGUAGES = ("ar", "en", "fr")


def staff_only(view: View) -> View:
    """Let only those in who may see records."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        may(request, Verb.VIEW)
        return view(request, *args, **kwargs)

    return login_required(guarded)


def allowed(request: HttpRequest, verb: str) -> bool:
    """Say whether a button for this is to be shown."""
    return bool(decide(subject_of(request), verb, RECORDS))


def _find(record_id: int) -> Record:
    found = (
        Record.objects.select_related("created_by", "decided_by", "undoes", "applicant")
        .filter(pk=record_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such record."))
    return found


@require_http_methods(["GET", "POST"])
@staff_only
def record_list(request: HttpRequest) -> HttpResponseBase:
    """List records by state, and open a new one."""
    form = RecordForm(request.POST or None, initial={"dated_on": timezone.localdate()})
    if request.method == "POST":
        subject = may(request, Verb.EDIT)
        if form.is_valid():
            data = form.cleaned_data
            record = records.open_record(
                kind=data["kind"], by=person(subject), on=data["dated_on"], note=data["note"],
                applicant_name=data["applicant_name"],
            )  # fmt: skip
            return redirect("record", record.pk)
    state = request.GET.get("state", "open")
    rows = Record.objects.select_related("created_by")
    rows = (
        rows.open() if state == "open" else rows.filter(state=state) if state in RecordState.values else rows
    )
    searched = [*SEARCHED, "applicant_name"] if sees_parties(subject_of(request)) else SEARCHED
    listing = Listing(request, rows, columns=COLUMNS, search=searched, order=["-id"])
    if listing.wants_csv:
        return csv_response("records", _WRITTEN, listing.rows)
    context = {
        "form": form,
        "listing": listing,
        "state": state,
        "states": [("open", _("Open")), *RecordState.choices, ("all", _("All"))],
        "may_edit": allowed(request, Verb.EDIT),
    }
    return render(request, "cadastre/records.html", context, status=400 if form.errors else 200)


@require_GET
@staff_only
def record_page(request: HttpRequest, record_id: int) -> HttpResponse:
    """Show one record: papers, land before and after, checks, what follows, history."""
    record = _find(record_id)
    context = {
        **pages.record_context(record, parties=sees_parties(subject_of(request))),
        "source_form": SourceForm(),
        "may_edit": allowed(request, Verb.EDIT),
        "may_approve": allowed(request, Verb.APPROVE),
    }
    return render(request, "cadastre/record.html", context)


VERBS: dict[str, tuple[str, Callable[..., Any]]] = {
    "submit": (Verb.EDIT, lambda post, **k: records.submit_record(**k)),
    "approve": (Verb.APPROVE, lambda post, **k: approve.approve_record(**k)),
    "return": (Verb.APPROVE, lambda post, **k: records.return_record(reason=post.get("reason", ""), **k)),
    "withdraw": (Verb.EDIT, lambda post, **k: records.withdraw_record(reason=post.get("reason", ""), **k)),
    "reason": (
        Verb.EDIT,
        lambda post, **k: records.give_reason(
            rule=post.get("rule", ""), subject=post.get("subject", ""), reason=post.get("reason", ""), **k
        ),
    ),
    "choose": (
        Verb.EDIT,
        lambda post, by, **k: records.choose(
            choices=_choices(post), suggested=post.get("take") == "suggested", **k
        ),
    ),
}


def _choices(post: QueryDict) -> dict[tuple[str, str], str]:
    """Return what was chosen in the table of what follows; its fields are called "choice|part|code"."""
    named = {
        tuple(name.split("|", 2)[1:]): value for name, value in post.items() if name.startswith("choice|")
    }
    return {(name[0], name[1]): str(value) for name, value in named.items() if len(name) == 2 and value}


@require_POST
@staff_only
def record_step(request: HttpRequest, record_id: int, step: str) -> HttpResponse:
    """Take one step with a record; a refusal is told on its page."""
    if step not in VERBS:
        raise NotFound(_("There is no such step."))
    verb, act = VERBS[step]
    by = person(may(request, verb))
    try:
        act(request.POST, record_id=record_id, version=int(request.POST.get("version", "0")), by=by)
    except DomainError as refusal:
        flash.error(request, f"{refusal.title} {refusal.detail}".strip())
    else:
        flash.success(request, _("Done."))
    return redirect("record", record_id)


@require_POST
@staff_only
def record_source(request: HttpRequest, record_id: int) -> HttpResponse:
    """Attach a document."""
    by = person(may(request, Verb.EDIT))
    form = SourceForm(request.POST, request.FILES)
    if not form.is_valid():
        context = {
            **pages.record_context(_find(record_id), parties=True),
            "source_form": form,
            "may_edit": True,
        }
        return render(request, "cadastre/record.html", context, status=400)
    try:
        records.add_source(
            record_id=record_id, version=int(request.POST.get("version", "0")), by=by, **form.cleaned_data
        )
    except DomainError as refusal:
        flash.error(request, f"{refusal.title} {refusal.detail}".strip())
    return redirect("record", record_id)


@require_POST
@staff_only
def record_reverse(request: HttpRequest, record_id: int) -> HttpResponse:
    """Open a record that reverses an approved one."""
    by = person(may(request, Verb.EDIT))
    try:
        made = reverse.reverse_record(record_id=record_id, by=by, on=timezone.localdate())
    except DomainError as refusal:
        flash.error(request, f"{refusal.title} {refusal.detail}".strip())
        return redirect("record", record_id)
    return redirect("record", made.pk)


@require_GET
@staff_only
def workbench(request: HttpRequest) -> HttpResponse:
    """Show the drawing page: parcels, tools and the record's panel."""
    may(request, Verb.EDIT)
    return render(request, "cadastre/workbench.html", pages.workbench_context(request.GET))


@require_GET
@staff_only
def parcel_page(request: HttpRequest, parcel_id: int) -> HttpResponse:
    """Show a parcel with its plan, rights and family tree."""
    context = pages.parcel_context(parcel_id, parties=sees_parties(subject_of(request)))
    return render(request, "cadastre/parcel.html", context)


@require_GET
@staff_only
def parcel_extract(request: HttpRequest, parcel_id: int) -> HttpResponse:
    """Return the parcel's extract as a PDF, in the language asked for or the page's."""
    language = request.GET.get("lang") if request.GET.get("lang") in LANGUAGES else None
    name, body = extract.pdf(parcel_id, parties=sees_parties(subject_of(request)), language=language)
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
