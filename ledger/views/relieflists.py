"""The lists of decisions that lighten debts: what is in them, how they are found, sorted and written to files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import attrgetter, or_
from typing import Any

from django.db.models import F, Func, Q, QuerySet, TextField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.listing import Column, Listing
from core.text import search_key
from ledger.models import Amnesty, Exemption, Plan
from ledger.plans import missed_on
from ledger.views.common import today

NAMED = Func(F("party__approved_name"), function="core_search_key", output_field=TextField())


@dataclass(frozen=True)
class ReliefList:
    """One of the lists; `found` returns its rows that have the words."""

    key: str
    title: Any
    search_title: Any
    found: Callable[[str], QuerySet[Any]]
    order: Sequence[str]
    columns: Sequence[Column]
    written: Mapping[Any, Callable[[Any], Any]]

    def listing(self, request: HttpRequest) -> Listing:
        """Return what of the list a request asks for."""
        words = request.GET.get("find", "").strip()
        return Listing(request, self.found(words), columns=self.columns, order=self.order, asked="find")


def broken_on(plan: Plan) -> Any:
    """Return since when a plan is broken, None while it is kept."""
    return plan.broken_on or missed_on(plan, on=today())


def _of_party(words: str) -> Q:
    return Q(named__contains=search_key(words)) if search_key(words) else Q()


def _plans(words: str) -> QuerySet[Plan]:
    found = Plan.objects.alias(named=NAMED).filter(_of_party(words))
    return found.select_related("party", "by").prefetch_related("instalments")


def _exemptions(words: str) -> QuerySet[Exemption]:
    found = Exemption.objects.alias(named=NAMED).filter(_of_party(words) | Q(source__icontains=words))
    return found.select_related("party", "by")


def _amnesties(words: str) -> QuerySet[Amnesty]:
    titles = (Q(**{f"title_{language}__icontains": words}) for language in ("ar", "en", "fr"))
    return Amnesty.objects.filter(reduce(or_, titles, Q(source__icontains=words)))


LISTS = {one.key: one for one in (
    ReliefList(
        "plans", _("Instalment plans"), _("Name"), _plans, ("-agreed_on", "-pk"),
        (
            Column("party", _("Party"), "party__approved_name"), Column("agreed", _("Agreed on"), "agreed_on"),
            Column("instalments", _("Instalments")), Column("state", _("State")),
        ),
        {
            _("Party"): lambda row: str(row.party), _("Agreed on"): attrgetter("agreed_on"),
            _("Instalments"): lambda row: len(row.instalments.all()), _("Broken"): broken_on,
        },
    ),
    ReliefList(
        "exemptions", _("Exemptions"), _("Name or decision"), _exemptions, ("-valid_to", "-pk"),
        (
            Column("party", _("Party"), "party__approved_name"), Column("from", _("From"), "valid_from"),
            Column("until", _("Until"), "valid_to"),
            Column("fraction", _("Part taken off"), "fraction", is_number=True), Column("source", _("Source")),
            Column("state", _("State")),
        ),
        {
            _("Party"): lambda row: str(row.party or f"{row.collection} {row.feature_id}"),
            _("From"): attrgetter("valid_from"), _("Until"): attrgetter("valid_to"),
            _("Part taken off"): attrgetter("fraction"), _("Source"): attrgetter("source"),
        },
    ),
    ReliefList(
        "amnesties", _("Amnesties"), _("Name or decision"), _amnesties, ("-valid_from", "-pk"),
        (
            Column("title", _("Title")), Column("from", _("From"), "valid_from"), Column("until", _("Until"), "valid_to"),
            Column("due", _("For charges due before"), "due_before"),
            Column("principal", _("Off the principal"), "principal_fraction", is_number=True),
            Column("penalty", _("Off the penalty"), "penalty_fraction", is_number=True), Column("source", _("Source")),
            Column("state", _("State")),
        ),
        {
            _("Title"): attrgetter("title"), _("From"): attrgetter("valid_from"), _("Until"): attrgetter("valid_to"),
            _("For charges due before"): attrgetter("due_before"),
            _("Off the principal"): attrgetter("principal_fraction"), _("Off the penalty"): attrgetter("penalty_fraction"),
            _("Source"): attrgetter("source"),
        },
    ),
)}  # fmt: skip


def asked(request: HttpRequest) -> ReliefList:
    """Return the list that a request asks for, plans where it names none."""
    return LISTS.get(request.GET.get("list", ""), LISTS["plans"])
