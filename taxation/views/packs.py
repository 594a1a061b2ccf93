"""Rule packs: see the figures and their sources, copy, change, run the law's examples, enact."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import desk, may
from accounts.policy import Verb
from core.errors import DomainError
from ledger.views.common import amount_in, attempt, day_in
from taxation import figures, terms_form
from taxation.access import PACKS, SIMULATION
from taxation.actions import packs
from taxation.models import PackStatus, RulePack, RuleParameter


@require_GET
@desk(PACKS)
def index(request: HttpRequest) -> HttpResponse:
    """List the packs by levy."""
    found = RulePack.objects.order_by("levy", "-valid_from", "-pk")
    return render(request, "taxation/packs.html", {"packs": found})


@require_GET
@desk(PACKS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a pack's figures and its examples; with facts in the address, also what they come to."""
    pack = get_object_or_404(RulePack.objects.select_related("copied_from"), pk=pk)
    parameters = list(pack.parameters.all())
    context: dict[str, Any] = {
        "pack": pack,
        "parameters": [(one, _shown(pack, one)) for one in parameters],
        "unverified": sum(not one.verified for one in parameters),
        "examples": packs.examples(pack),
        "is_draft": pack.status == PackStatus.DRAFT,
        "may_change": may(request, PACKS, Verb.EDIT),
        "may_simulate": may(request, SIMULATION, Verb.EDIT),
        "inputs": [
            {"input": each, "value": request.GET.get(each.name, each.default)} for each in pack.recipe.inputs
        ],
    }
    if "try" in request.GET:
        context |= _tried(pack, request)
    return render(request, "taxation/pack.html", context)


def _shown(pack: RulePack, parameter: RuleParameter) -> dict[str, Any]:
    if parameter.kind == "terms":
        return {"terms": terms_form.shown(parameter.value), "of": _charges(pack, parameter.key)}
    words = {code: title for each in pack.recipe.inputs for code, title in each.choices.items()}
    return figures.shown(parameter.kind, parameter.unit, parameter.value, words)


def _charges(pack: RulePack, key: str) -> str:
    """Say which components pay by these terms, where not all pay by the same."""
    terms = pack.recipe.terms
    if len(terms) == 1:
        return ""
    named = [each for each in pack.recipe.components if terms.get(each.code, terms.get("")) == key]
    return " · ".join(str(each.title) for each in named)


def _read(parameter: RuleParameter, request: HttpRequest) -> Any:
    if parameter.kind == "terms":
        return terms_form.read(parameter.value, request.POST)
    return figures.read(parameter.kind, parameter.unit, parameter.value, request.POST)


def _tried(pack: RulePack, request: HttpRequest) -> dict[str, Any]:
    facts = {
        each.name: (request.GET.get(each.name) == "on")
        if each.kind == "flag"
        else request.GET.get(each.name) or None
        for each in pack.recipe.inputs
    }
    try:
        return {"charge": packs.try_out(pack, facts)}
    except DomainError as refusal:
        return {"refusal": refusal}


@require_POST
@desk(PACKS, Verb.EDIT)
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Copy a pack to a draft."""
    pack = get_object_or_404(RulePack, pk=pk)
    return attempt(
        request,
        lambda: f"/staff/tax/packs/{packs.copy(pack, by=request.user).pk}/",
        back=f"/staff/tax/packs/{pk}/",
        done=_("This is the copy. Change it, try it out, then enact it."),
    )


@require_POST
@desk(PACKS, Verb.EDIT)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one figure of a draft, or when assessments need a second signature and are made anew."""
    pack = get_object_or_404(RulePack, pk=pk)
    if "settings" in request.POST:
        return _settings(request, pack)
    parameter = get_object_or_404(pack.parameters, key=request.POST.get("key", ""))

    def work() -> str:
        packs.set_parameter(
            pack, parameter.key, source=request.POST.get("source", ""), verified="verified" in request.POST,
            value=_read(parameter, request),
        )  # fmt: skip
        return f"/staff/tax/packs/{pk}/#figure-{parameter.pk}"

    return attempt(request, work, back=f"/staff/tax/packs/{pk}/", done=_("The figure is saved."))


def _settings(request: HttpRequest, pack: RulePack) -> HttpResponse:
    def work() -> None:
        years = request.POST.get("reassess_years", "").strip()
        packs.set_duties(
            pack,
            approval_above=amount_in(request.POST, "approval_above")
            if request.POST.get("approval_above")
            else None,
            reassess_years=int(amount_in(request.POST, "reassess_years")) if years else None,
        )

    return attempt(request, work, back=f"/staff/tax/packs/{pack.pk}/", done=_("Saved."))


@require_POST
@desk(PACKS, Verb.EDIT)
def enact(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a draft in force."""
    pack = get_object_or_404(RulePack, pk=pk)

    def work() -> None:
        packs.enact(
            pack,
            valid_from=day_in(request.POST, "valid_from") if request.POST.get("valid_from") else None,
            valid_to=day_in(request.POST, "valid_to") if request.POST.get("valid_to") else None,
            source=request.POST.get("source", ""),
            by=request.user,
        )

    return attempt(request, work, back=f"/staff/tax/packs/{pk}/", done=_("The pack is enacted."))
