"""What taxation says to records: taxes are cleared first, where the municipality demands it."""

from django.utils.translation import gettext_lazy as _

from cadastre.checks.registry import LATE, Draft, Found, Severity, rule
from taxation.arrears import parcels_in_arrears


def _open(draft: Draft) -> Found:
    changed = {parent for plot in draft.new if plot.base is None for parent in plot.parents}
    plots = {plot.pk: plot for plot in draft.ended if plot.pk in changed}
    for parcel in sorted(parcels_in_arrears(plots)):
        plot = plots[parcel]
        text = _("Taxes on parcel %(number)s are not cleared.") % {"number": plot.number}
        yield str(parcel), text, plot.shape, (plot.key,)


@rule("taxes", _("Taxes cleared"), Severity.BLOCKS, LATE)
def are_cleared(draft: Draft) -> Found:
    """Land that ends by the record owes no taxes, where the municipality demands it (Jordan, Palestine)."""
    if draft.settings.demands_tax_clearance and not draft.is_reversal:
        yield from _open(draft)


@rule("taxes-open", _("Taxes still open"), Severity.INFO, LATE)
def are_known_to_be_open(draft: Draft) -> Found:
    """Where clearance is not demanded, open taxes are told; who answers for them is chosen."""
    if not draft.settings.demands_tax_clearance:
        yield from _open(draft)
