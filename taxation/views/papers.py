"""Papers of taxation: assessment notice, bill, clearance; and the public page that verifies one."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import desk
from accounts.listing import Listing
from accounts.policy import Verb
from core.errors import NotFound, Unprocessable
from jobs.actions import enqueue
from jobs.models import Job
from ledger import papers
from ledger.access import ACCOUNTS, CASHIER
from ledger.models import Bill, BillRun
from ledger.views.common import attempt, today
from parties.models import Party
from taxation import printing
from taxation.access import ROLL, UNITS
from taxation.actions.clearance import issue
from taxation.actions.objections import deadline
from taxation.models import Assessment, Clearance
from taxation.tasks import print_bills


@require_GET
@desk(UNITS)
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Print the notice of an assessment with its reasons and the last day to object."""
    kept = get_object_or_404(Assessment.objects.select_related("unit", "pack"), pk=pk)
    context = {
        "assessment": kept,
        "liabilities": kept.unit.liabilities.on(today()).select_related("party"),
        "on": today(),
        "deadline": deadline(kept, today()),
        "place": printing.place_of(kept.unit.collection, kept.unit.feature_id),
        "qr": papers.qr(f"unit:{kept.unit_id}"),
    }
    return papers.answer("taxation/papers/notice.html", context, name=f"notice-{pk}")


@require_GET
@desk(ACCOUNTS)
def bill(request: HttpRequest, pk: int) -> HttpResponse:
    """Print a bill with the steps that made its amount."""
    kept = get_object_or_404(printing.with_shares(Bill.objects.filter(run__state="published")), pk=pk)
    return papers.answer("taxation/papers/bill.html", printing.context_of(kept), name=f"bill-{pk}")


@require_POST
@desk(ROLL, Verb.EDIT)
def print_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Print all bills of a published run in the background."""
    run = get_object_or_404(BillRun, pk=pk, state="published")
    language = request.POST.get("language", "")

    def work() -> None:
        if language not in printing.LANGUAGES:
            raise Unprocessable(_("Choose a language."), fields={"language": _("Choose a language.")})
        prefix = f"bills-{run.pk}-{language}-"
        ended = Job.objects.filter(idempotency_key__startswith=prefix, finished_at__isnull=False).count()
        # While it goes on, a second click finds it; once it has ended or was stopped it may be asked for again.
        enqueue(
            print_bills, run.pk, language, owner=request.user, title=f"{_('Bills')} {run}",
            idempotency_key=f"{prefix}{ended}",
        )  # fmt: skip

    back = f"/staff/tax/roll/{pk}/"
    return attempt(request, work, back=back, done=_("The bills are being printed in the background."))


@require_GET
@desk(ROLL)
def printed(request: HttpRequest, pk: int, language: str, name: str) -> FileResponse:
    """Give one file of a run's printed bills."""
    run = get_object_or_404(BillRun, pk=pk, state="published")
    wanted = [path for path in printing.files_of(run.pk) if (path.parent.name, path.name) == (language, name)]
    if not wanted:
        raise NotFound(_("There is no such file."))
    response = FileResponse(wanted[0].open("rb"), filename=f"bills-{pk}-{language}-{name}")
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@desk(CASHIER, Verb.EDIT)
def clear(request: HttpRequest, party_id: int) -> HttpResponse:
    """Issue a clearance certificate, if nothing is owed."""
    party = get_object_or_404(Party, pk=party_id)
    return attempt(
        request,
        lambda: (
            f"/staff/tax/clearances/{issue(party, on=today(), by=request.user, purpose=request.POST.get('purpose', '')).pk}.pdf"
        ),
        back=f"/staff/tax/parties/{party_id}/",
    )


@require_GET
@desk(ACCOUNTS)
def party(request: HttpRequest, party_id: int) -> HttpResponse:
    """Show what a party is liable for and its clearance certificates."""
    kept = get_object_or_404(Party, pk=party_id)
    context = {
        "party": kept,
        "liabilities": kept.liabilities.on(today()).select_related("unit"),
        "listing": Listing(request, Clearance.objects.filter(party=kept), columns=(), order=["-pk"]),
        "today": today(),
    }
    return render(request, "taxation/party.html", context)


@require_GET
@desk(ACCOUNTS)
def clearance(request: HttpRequest, pk: int) -> HttpResponse:
    """Print a clearance certificate with the code that verifies it."""
    kept = get_object_or_404(Clearance.objects.select_related("party"), pk=pk)
    address = request.build_absolute_uri(f"/verify/{kept.token}/")
    context = {"clearance": kept, "address": address, "qr": papers.qr(address)}
    return papers.answer("taxation/papers/clearance.html", context, name=f"clearance-{pk}")


@require_GET
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Tell anybody whether a certificate is genuine and valid, and nothing of whom it speaks."""
    kept = Clearance.objects.filter(token=token).first()
    state = "unknown"
    if kept is not None:
        expired = kept.expires_on < today()
        state = "revoked" if kept.revoked_at else "expired" if expired else "valid"
    context = {"clearance": kept, "state": state}
    response = render(request, "taxation/verify.html", context, status=200 if kept else 404)
    response["X-Robots-Tag"] = "noindex"
    return response
