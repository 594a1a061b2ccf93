"""Assessing units: propose, approve, refuse; and many at once when a pack changes."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict, Unprocessable
from taxation.actions import packs, standing
from taxation.errors import SecondSignature, SharesIncomplete
from taxation.models import Assessment, AssessmentState, RulePack, TaxUnit
from taxation.models.rule_pack import charge_code
from taxation.rules.computation import Charge, assess
from taxation.rules.schema import Levy


def facts_of(unit: TaxUnit, recipe: Levy, given: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the facts of a unit that a levy asks for: the register's, the unit's own, then those given."""
    known = {"area_m2": unit.area_m2, "use": unit.use, **unit.facts, **(given or {})}
    return {each.name: known[each.name] for each in recipe.inputs if known.get(each.name) not in (None, "")}


def compute(unit: TaxUnit, pack: RulePack, given: dict[str, Any] | None = None) -> Charge:
    """Compute a unit's charge by a pack, writing nothing."""
    recipe = pack.recipe
    if recipe.subject != unit.subject:
        raise Unprocessable(_("This levy does not apply to this kind of unit."))
    return assess(recipe, pack.values(), facts_of(unit, recipe, given), verified=pack.verified())


def draw_up(unit: TaxUnit, pack: RulePack, charge: Charge, facts: dict[str, Any], **more: Any) -> Assessment:
    """Return an assessment, not yet saved, from a computed charge."""
    components: dict[str, str] = {}
    for code, amount in charge.components:
        key = charge_code(pack.levy, code)
        components[key] = str(Decimal(components.get(key, 0)) + amount)
    breakdown = {
        "steps": [step.as_dict() for step in charge.steps],
        "facts": {name: str(value) for name, value in facts.items()},
        "pack": pack.pk,
        "source": pack.source,
    }
    return Assessment(
        unit=unit, levy=pack.levy, pack=pack, total=charge.total, base=charge.base, currency=charge.currency,
        components=components, breakdown=breakdown, **more,
    )  # fmt: skip


@transaction.atomic
def propose(
    unit: TaxUnit, levy: str, *, on: date, by: Any, facts: dict[str, Any] | None = None, reason: str = ""
) -> Assessment:
    """Propose an assessment from a day on; up to the pack's threshold it holds at once.

    Facts that are given are kept with the unit. Raises `Unprocessable` for bad facts.
    """
    unit = TaxUnit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    pack = packs.in_force(levy, on)
    used = facts_of(unit, pack.recipe, facts)
    charge = compute(unit, pack, facts)
    if Assessment.objects.filter(unit=unit, levy=levy, state=AssessmentState.PROPOSED).exists():
        raise Conflict(_("A proposal for this unit is waiting for approval."))
    _keep_facts(unit, facts or {})
    proposal = draw_up(unit, pack, charge, used, valid_from=on, reason=reason, proposed_by=by)
    proposal.save()
    if not pack.needs_second_signature(charge.total):
        _put_in_force(proposal, by)
    standing.look_again([unit.pk], on=timezone.localdate())
    return proposal


def _keep_facts(unit: TaxUnit, facts: dict[str, Any]) -> None:
    if facts:
        unit.facts = {**unit.facts, **{name: str(value) for name, value in facts.items()}}
        unit.version += 1
        unit.save(update_fields=["facts", "version"])


@transaction.atomic
def approve(proposal: Assessment, *, by: Any) -> Assessment:
    """Approve a proposal as a second person."""
    proposal = Assessment.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    _require_proposed(proposal)
    if proposal.proposed_by_id == by.pk:
        raise SecondSignature(_("Another person must approve what you proposed."))
    _put_in_force(proposal, by)
    standing.look_again([proposal.unit_id], on=timezone.localdate())
    return proposal


@transaction.atomic
def reject(proposal: Assessment, *, by: Any, reason: str) -> Assessment:
    """Refuse a proposal with a reason."""
    proposal = Assessment.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    _require_proposed(proposal)
    proposal.state, proposal.reason, proposal.approved_by = AssessmentState.REJECTED, reason, by
    proposal.save(update_fields=["state", "reason", "approved_by"])
    return proposal


def _require_proposed(proposal: Assessment) -> None:
    if proposal.state != AssessmentState.PROPOSED:
        raise Conflict(_("This assessment has been decided already."))


def _put_in_force(proposal: Assessment, by: Any) -> Assessment:
    for earlier in Assessment.objects.filter(
        unit=proposal.unit_id, levy=proposal.levy, state=AssessmentState.APPROVED, valid_to=None
    ):
        last_day = proposal.valid_from - timedelta(days=1)
        if last_day >= earlier.valid_from:
            earlier.valid_to = last_day
        else:
            earlier.state = AssessmentState.SUPERSEDED
        earlier.save(update_fields=["valid_to", "state"])
    proposal.state, proposal.approved_by, proposal.approved_at = AssessmentState.APPROVED, by, timezone.now()
    proposal.save(update_fields=["state", "approved_by", "approved_at"])
    return proposal


@transaction.atomic
def set_shares(unit: TaxUnit, shares: list[tuple[int, int]], *, den: int, role: str, on: date) -> None:
    """Set who is liable for a unit from a day on, as numerators over one denominator.

    `shares` are (party, numerator). They must sum to the denominator: 24 qirat, 2,400 shares.
    """
    if not shares or any(num <= 0 for _party, num in shares) or sum(num for _party, num in shares) != den:
        raise SharesIncomplete(
            _("The shares do not sum to the whole"),
            fields={"shares": _("They must sum to %(den)s.") % {"den": den}},
        )
    if len({party for party, _num in shares}) != len(shares):
        raise SharesIncomplete(_("A party is named twice"), fields={"shares": _("Add up its shares.")})
    held = unit.liabilities.filter(role=role, valid_to=None)
    held.filter(valid_from__gte=on).delete()
    held.update(valid_to=on)
    unit.liabilities.bulk_create(
        [
            unit.liabilities.model(unit=unit, party_id=party, role=role, num=num, den=den, valid_from=on)
            for party, num in shares
        ]
    )
