"""Rules about papers: numbers, rights, documents."""

from collections import Counter
from fractions import Fraction

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cadastre.checks.registry import LATE, Draft, Found, Severity, rule
from cadastre.models import DraftParcel, Parcel
from cadastre.shares import agreed, owners_of, rights_by_parcel, total


@rule("empty", _("Something is drawn"), Severity.BLOCKS, LATE)
def is_not_empty(draft: Draft) -> Found:
    """A record without a drawing changes nothing."""
    if not draft.proposed and not draft.ended:
        yield "draft", _("Nothing is drawn yet."), None, ()


@rule("source", _("Source document"), Severity.BLOCKS, LATE)
def has_source(draft: Draft) -> Found:
    """Every change of land rests on a document."""
    if draft.record is not None and not draft.record.sources.exists():
        yield "source", _("Attach the document that this record rests on."), None, ()


@rule("number", _("Numbers used once"), Severity.BLOCKS)
def numbers_are_free(draft: Draft) -> Found:
    """A number names one parcel of a basin, among those in force and those proposed."""
    counts = Counter((plot.basin_id, plot.quarter, plot.number) for plot in draft.proposed)
    ended = {plot.pk for plot in draft.ended}
    wanted = Q(pk__in=[])
    for basin, quarter, number in counts:
        wanted |= Q(basin=basin, quarter=quarter, number=number)
    taken = set(
        Parcel.objects.in_force()
        .filter(wanted)
        .exclude(pk__in=ended)
        .values_list("basin", "quarter", "number")
    )
    others = DraftParcel.objects.in_effect().filter(
        wanted, record__state__in=("draft", "submitted", "returned")
    )
    if draft.record is not None:
        others = others.exclude(record=draft.record)
    taken |= set(others.values_list("basin", "quarter", "number"))
    for plot in draft.proposed:
        name = (plot.basin_id, plot.quarter, plot.number)
        if counts[name] > 1 or name in taken:
            text = _("The number %(number)s is used already.") % {"number": plot.number}
            yield plot.number, text, plot.shape, (plot.key,)


@rule("shares", _("Shares sum to exactly 1"), Severity.BLOCKS, LATE)
def shares_are_whole(draft: Draft) -> Found:
    """Owners' shares of each parcel that ends must make one whole; land without entries is left alone."""
    if draft.is_reversal:
        return
    numbers = {plot.pk: plot for plot in draft.ended}
    changed = {parent for plot in draft.new for parent in plot.parents}
    for parcel, rights in rights_by_parcel(changed & set(numbers)).items():
        whole = total(owners_of(rights))
        if rights and whole != 1:
            text = _("The owners' shares of %(number)s add up to %(sum)s.") % {
                "number": numbers[parcel].number, "sum": str(whole),
            }  # fmt: skip
            yield str(parcel), text, numbers[parcel].shape, (numbers[parcel].key,)


@rule("merge-rights", _("Same owners before a merge"), Severity.BLOCKS)
def owners_agree(draft: Draft) -> Found:
    """Parcels merge when their owners and shares are equal, or when the owners agreed on shares."""
    for plot in draft.proposed:
        if plot.role != "merged" or len(plot.parents) < 2:
            continue
        every = [owners_of(rights) for rights in rights_by_parcel(plot.parents).values()]
        if plot.agreed_shares:
            settled = agreed(plot.agreed_shares)
            known = {party for owners in every for party in owners}
            if total(settled) != Fraction(1) or not known <= set(settled):
                text = _("The agreed shares of %(number)s must name every owner and sum to 1.") % {
                    "number": plot.number
                }
                yield plot.number, text, plot.shape, (plot.key,)
        elif any(owners != every[0] for owners in every):
            text = _(
                "The parcels merged into %(number)s have different owners or shares; enter what they agreed."
            ) % {"number": plot.number}
            yield plot.number, text, plot.shape, (plot.key,)
