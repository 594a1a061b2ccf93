"""Rule packs: installing a country's, copying, changing figures, enacting."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.errors import DomainError, Unprocessable
from core.text import isolated
from core.text3 import Text3
from ledger.models import BillRun, ChargeType, RunState
from taxation.errors import AlreadyBilled, NoPack, OverlappingPeriod, PackFrozen
from taxation.models import PackStatus, RulePack, RuleParameter
from taxation.models.rule_pack import charge_code
from taxation.rules.computation import Charge, assess
from taxation.rules.examples import Example
from taxation.rules.examples import of as examples_of
from taxation.rules.packs import LEVIES
from taxation.rules.schema import Levy


@transaction.atomic
def install(code: str, *, valid_from: date, by: Any = None) -> RulePack:
    """Make a pack with the figures that a levy comes with; a bill before parliament stays a draft."""
    recipe = LEVIES[code]
    pack = RulePack.objects.create(
        levy=code,
        title=recipe.title.as_dict(),
        source=recipe.article,
        by=by,
        reassess_years=recipe.cycle_years or None,
    )
    RuleParameter.objects.bulk_create(
        [
            RuleParameter(
                pack=pack, key=each.key, title=each.title.as_dict(), kind=each.kind, value=each.value, unit=each.unit,
                source=each.source, verified=each.verified,
            )
            for each in recipe.parameters
        ]
    )  # fmt: skip
    open_charge_types(recipe)
    pack.valid_from = valid_from
    if not recipe.is_draft:
        pack.status = PackStatus.ENACTED
    pack.save(update_fields=["valid_from", "status"])
    return pack


def open_charge_types(recipe: Levy) -> None:
    """Make the charge types that a levy's components post to, where they are missing."""
    for component in recipe.components:
        ChargeType.objects.get_or_create(
            code=charge_code(recipe.code, component.code),
            defaults={
                "title_ar": component.title.ar,
                "title_en": component.title.en,
                "title_fr": component.title.fr,
                "currency": recipe.currency,
            },
        )


@transaction.atomic
def copy(pack: RulePack, *, by: Any) -> RulePack:
    """Make a draft with the same figures, to be changed."""
    draft = RulePack.objects.create(
        levy=pack.levy,
        title=pack.title,
        source=pack.source,
        approval_above=pack.approval_above,
        reassess_years=pack.reassess_years,
        copied_from=pack,
        by=by,
    )
    copies = [
        RuleParameter(
            pack=draft,
            key=p.key,
            title=p.title,
            kind=p.kind,
            value=p.value,
            unit=p.unit,
            source=p.source,
            verified=p.verified,
        )
        for p in pack.parameters.all()
    ]
    RuleParameter.objects.bulk_create(copies)
    return draft


@transaction.atomic
def set_parameter(pack: RulePack, key: str, *, value: Any, source: str, verified: bool) -> RuleParameter:
    """Change a figure of a draft; it must have the form that its kind asks for."""
    _require_draft(pack)
    parameter = pack.parameters.get(key=key)
    parameter.value = check_value(parameter.kind, value)
    parameter.source, parameter.verified = source, verified
    parameter.save(update_fields=["value", "source", "verified"])
    return parameter


def _require_draft(pack: RulePack) -> None:
    if pack.status != PackStatus.DRAFT:
        raise PackFrozen(_("An enacted pack is never changed. Copy it and change the copy."))


def check_value(kind: str, value: Any) -> Any:
    """Return a figure in the form that is stored, or refuse it by its kind."""
    try:
        return CHECKS[kind](value)
    except (ValueError, TypeError, ArithmeticError, KeyError):
        raise Unprocessable(
            _("This figure cannot be read"), fields={"value": _("It does not have the right form.")}
        ) from None


def _number(value: Any, *, most: Decimal | None = None) -> str:
    number = Decimal(str(value))
    if not number.is_finite() or number < 0 or (most is not None and number > most):
        raise ValueError(value)
    return str(number)


def _table(value: Any) -> Any:
    return {
        str(key): _table(part) if isinstance(part, dict) else _number(part) for key, part in value.items()
    }


def _brackets(value: Any) -> Any:
    limits = [None if up_to in (None, "") else Decimal(str(up_to)) for up_to, _rate in value]
    below = [limit for limit in limits[:-1] if limit is not None]
    if limits[-1] is not None or len(below) < len(limits) - 1 or below != sorted(below):
        raise ValueError(value)
    return [[None if up_to in (None, "") else _number(up_to), _number(rate)] for up_to, rate in value]


def _tiers(value: Any) -> Any:
    starts = [Decimal(str(start)) for start, _rate in value]
    if starts != sorted(starts):
        raise ValueError(value)
    return [[_number(start), _number(rate)] for start, rate in value]


def _limits(value: Any) -> Any:
    return [
        [None if up_to in (None, "") else _number(up_to), _number(least), _number(most)]
        for up_to, least, most in value
    ]


def _terms(value: Any) -> Any:
    if not isinstance(value, dict) or not {"due", "discounts", "penalty", "split"} <= set(value):
        raise ValueError(value)
    if value["split"] and sum(Decimal(str(part)) for _who, part in value["split"]) != 1:
        raise ValueError(value)
    return value


CHECKS: dict[str, Callable[[Any], Any]] = {
    "fraction": lambda value: _number(value, most=Decimal(1)),
    "amount": _number,
    "table": _table,
    "brackets": _brackets,
    "tiers": _tiers,
    "limits": _limits,
    "terms": _terms,
    "text": str,
}


@transaction.atomic
def enact(
    pack: RulePack, *, valid_from: date | None, valid_to: date | None, source: str, by: Any
) -> RulePack:
    """Put a draft in force from a day; the pack before it ends the day before."""
    _require_draft(pack)
    missing = {}
    if valid_from is None:
        missing["valid_from"] = _("A rate without a date cannot be enacted.")
    elif valid_to is not None and valid_to < valid_from:
        missing["valid_to"] = _("Choose a later day.")
    if not source.strip():
        missing["source"] = _("Name the law or decision.")
    if missing or valid_from is None:
        raise Unprocessable(_("The pack cannot be enacted yet"), fields=missing)
    hold(pack.levy)
    _require_unbilled(pack.levy, valid_from, valid_to)
    earlier = RulePack.objects.filter(
        levy=pack.levy, status=PackStatus.ENACTED, valid_to=None, valid_from__lt=valid_from
    )
    earlier.update(valid_to=valid_from - timedelta(days=1))
    pack.valid_from, pack.valid_to, pack.source, pack.status = (
        valid_from,
        valid_to,
        source,
        PackStatus.ENACTED,
    )
    try:
        with transaction.atomic():
            pack.save(update_fields=["valid_from", "valid_to", "source", "status"])
    except IntegrityError:
        raise OverlappingPeriod(_("Another enacted pack covers part of these days.")) from None
    open_charge_types(pack.recipe)
    return pack


def hold(levy: str) -> None:
    """Lock a levy's enacted packs until the transaction ends: enacting and billing take turns."""
    list(RulePack.objects.select_for_update().filter(levy=levy, status=PackStatus.ENACTED).order_by("pk"))


def _require_unbilled(levy: str, valid_from: date, valid_to: date | None) -> None:
    """Refuse days that a run has billed: its bills were made, and are owed, by the pack of those days."""
    runs = BillRun.objects.filter(levy=levy, period_end__gte=valid_from).exclude(state=RunState.ROLLED_BACK)
    if valid_to is not None:
        runs = runs.filter(period_start__lte=valid_to)
    run = runs.order_by("period_end").last()
    if run is None:
        return
    said = {
        "run": f"{Text3.of(run.title)} {run.period}", "day": isolated(run.period_end + timedelta(days=1)),
    }  # fmt: skip
    advice = (
        _("Its bills are published; let the pack begin on %(day)s or later.")
        if run.state == RunState.PUBLISHED
        else _("Roll that run back first, or let the pack begin on %(day)s or later.")
    )
    raise AlreadyBilled(
        _("The run “%(run)s” has billed part of these days already.") % said,
        fields={"valid_from": advice % said},
    )


def in_force(levy: str, on: date) -> RulePack:
    """Return the enacted pack of a levy on a day, or refuse."""
    pack = RulePack.objects.in_force(on).filter(levy=levy).first()
    if pack is None:
        raise NoPack(_("No rule pack is in force for this levy on %(day)s.") % {"day": on.isoformat()})
    return pack


def try_out(pack: RulePack, facts: dict[str, Any]) -> Any:
    """Compute a made-up unit with a pack, draft or not: what an officer sees before enacting."""
    return assess(pack.recipe, pack.values(), facts, verified=pack.verified())


def set_duties(pack: RulePack, *, approval_above: Decimal | None, reassess_years: int | None) -> None:
    """Set from which total a second person signs, and after how many years a unit is assessed anew."""
    _require_draft(pack)
    wrong = {}
    if approval_above is not None and approval_above < 0:
        wrong["approval_above"] = _("An amount from 0 on.")
    if reassess_years is not None and not 1 <= reassess_years <= 50:
        wrong["reassess_years"] = _("From 1 to 50 years.")
    if wrong:
        raise Unprocessable(_("These duties cannot be set"), fields=wrong)
    pack.approval_above, pack.reassess_years = approval_above, reassess_years
    pack.version += 1
    pack.save(update_fields=["approval_above", "reassess_years", "version"])


@dataclass(frozen=True)
class Run:
    """A worked example of the law, computed with a pack's figures."""

    example: Example
    charge: Charge | None
    refusal: str

    @property
    def facts(self) -> dict[str, Any]:
        """Return the facts in words: by the titles of the inputs, choices by theirs."""
        inputs = {each.name: each for each in LEVIES[self.example.levy].inputs}
        return {
            str(inputs[name].title): _("yes")
            if value is True
            else inputs[name].choices.get(str(value), value)
            for name, value in self.example.facts.items()
        }

    @property
    def holds(self) -> bool:
        """Say whether the pack gives what the law's figures give."""
        return self.charge is not None and self.charge.total == Decimal(self.example.total)


def examples(pack: RulePack) -> list[Run]:
    """Run the worked examples of a pack's levy with its figures."""
    found = []
    values, verified = pack.values(), pack.verified()
    for example in examples_of(pack.levy):
        try:
            charge, refusal = assess(pack.recipe, values, example.facts, verified=verified), ""
        except DomainError as reason:
            charge, refusal = None, " ".join(str(each) for each in (reason.title, *reason.fields.values()))
        found.append(Run(example, charge, refusal))
    return found
