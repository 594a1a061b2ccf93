"""Rule packs: see the figures and their sources, copy, change, try out, enact."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.policy import Verb
from core.errors import DomainError, Unprocessable
from ledger.views.common import attempt, day_in
from taxation.access import PACKS, desk, may
from taxation.actions import packs
from taxation.models import PackStatus, RulePack


@require_GET
@desk(PACKS)
def index(request: HttpRequest) -> HttpResponse:
    """List the packs by levy."""
    found = RulePack.objects.order_by("levy", "-valid_from", "-pk")
    return render(request, "taxation/packs.html", {"packs": found})


@require_GET
@desk(PACKS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a pack's figures; with facts in the address, also what they come to."""
    pack = get_object_or_404(RulePack, pk=pk)
    context = {
        "pack": pack,
        "parameters": [
            (
                p,
                json.dumps(p.value, ensure_ascii=False, indent=1)
                if not isinstance(p.value, str)
                else p.value,
            )
            for p in pack.parameters.all()
        ],
        "is_draft": pack.status == PackStatus.DRAFT,
        "may_change": may(request, PACKS, Verb.EDIT),
        "inputs": [
            {"input": each, "value": request.GET.get(each.name, each.default)} for each in pack.recipe.inputs
        ],
    }
    if "try" in request.GET:
        facts = {
            each.name: (request.GET.get(each.name) == "on")
            if each.kind == "flag"
            else request.GET.get(each.name) or None
            for each in pack.recipe.inputs
        }
        try:
            context["charge"] = packs.try_out(pack, facts)
        except DomainError as refusal:
            context["refusal"] = refusal
    return render(request, "taxation/pack.html", context)


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
    """Change one figure of a draft."""
    pack = get_object_or_404(RulePack, pk=pk)
    parameter = get_object_or_404(pack.parameters, key=request.POST.get("key", ""))

    def work() -> None:
        packs.set_parameter(
            pack, parameter.key, value=_value(parameter.kind, request.POST.get("value", "")),
            source=request.POST.get("source", ""), verified="verified" in request.POST,
        )  # fmt: skip

    return attempt(request, work, back=f"/staff/tax/packs/{pk}/", done=_("The figure is saved."))


def _value(kind: str, text: str) -> object:
    if kind in ("fraction", "amount", "text"):
        return text.strip()
    try:
        return json.loads(text)
    except ValueError:
        raise Unprocessable(
            _("This figure cannot be read"), fields={"value": _("It does not have the right form.")}
        ) from None


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
