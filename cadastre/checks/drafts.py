"""Asking the rules about a record, or about a proposal that is not kept yet."""

from collections.abc import Iterable

import shapely

from cadastre.checks import consequences, land, papers  # noqa: F401  (rules register themselves)
from cadastre.checks.registry import Draft, Finding, Moment, Severity, ask_all
from cadastre.drafting.plots import Plot, in_force_by_id, in_force_within, proposed_by, proposed_by_others
from cadastre.drafting.proposal import Proposal
from cadastre.models import CadastreSettings, Record


def findings_of(record: Record, moment: Moment) -> list[Finding]:
    """Ask the rules of a moment about everything that a record proposes."""
    proposed = proposed_by(record)
    claimed = list(record.claims.filter(is_live=True).values_list("parcel_id", flat=True))
    return _ask(record, moment, proposed, in_force_by_id(claimed))


def findings_after(record: Record | None, proposal: Proposal) -> list[Finding]:
    """Ask the live rules about a record as it would be with a proposal, nothing being kept."""
    removed = {plot.key for plot in proposal.removed}
    kept = [plot for plot in (proposed_by(record) if record else []) if plot.key not in removed]
    claimed = list(record.claims.filter(is_live=True).values_list("parcel_id", flat=True)) if record else []
    ended = [*in_force_by_id(claimed), *(plot for plot in proposal.removed if plot.is_in_force)]
    return _ask(record, Moment.LIVE, [*kept, *proposal.added], ended)


def outstanding(record: Record, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that stand in the way: those that block, and those still without a reason."""
    given = set(record.reasons.exclude(reason="").values_list("rule", "subject"))
    return [
        one
        for one in findings
        if one.severity is Severity.BLOCKS
        or (one.severity is Severity.NEEDS_REASON and (one.rule, one.subject) not in given)
    ]


def _ask(record: Record | None, moment: Moment, proposed: list[Plot], ended: list[Plot]) -> list[Finding]:
    shapes = [plot.shape for plot in [*proposed, *ended]]
    around, others = [], []
    if shapes:
        west, south, east, north = (float(side) for side in shapely.total_bounds(shapes))
        bounds = (west - 1, south - 1, east + 1, north + 1)
        gone = {plot.key for plot in ended}
        around = [plot for plot in in_force_within(bounds, leave_out=record) if plot.key not in gone]
        others = proposed_by_others(bounds, record)
    draft = Draft(
        record,
        moment,
        tuple(proposed),
        tuple(ended),
        tuple(around),
        tuple(others),
        CadastreSettings.current(),
    )
    return ask_all(draft)
