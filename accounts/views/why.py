"""Why can somebody see this? The policy's answer with its rule; and the exceptions themselves."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts import policy
from accounts.access import for_roles
from accounts.authentication import subject_of_user
from accounts.forms import RuleForm
from accounts.models import AccessRule, User
from accounts.models.viewing_as import VIEWABLE_ROLES
from accounts.roles import Role
from accounts.targets import Target, targets
from accounts.verbs import Verb
from municipality.models import District

WHO_ROLES = [*VIEWABLE_ROLES, (Role.ADMIN.value, Role.ADMIN.label)]


@for_roles(Role.AUDITOR)
def why(request: HttpRequest) -> HttpResponse:
    """Ask for a layer, a field, a district, and a user or role; every right is answered with its reason."""
    known = targets()
    target = known.get(request.GET.get("collection", ""))
    context = {
        "targets": [(name, one.title) for name, one in known.items()],
        "target": target,
        "roles": WHO_ROLES,
        "users": User.objects.filter(is_active=True).only("pk", "username", "first_name", "last_name"),
        "districts": District.objects.all() if target and target.district_field else [],
        "asked": request.GET,
        "is_admin": "admin" in policy.subject_of(request).roles,
    }
    if target is not None:
        context |= _answers(request, target)
    return render(request, "accounts/why.html", context)


def _answers(request: HttpRequest, target: Target) -> dict[str, Any]:
    subject, name = _who(request.GET.get("who", "public"))
    number = request.GET.get("district", "")
    district = int(number) if number.isdigit() else None
    field = request.GET.get("field") or None
    verbs = [verb for verb in Verb if field is None or verb in {Verb.VIEW, Verb.EDIT, Verb.EXPORT}]
    return {
        "who": name,
        "field": field,
        "fields": [(one.name, one.title or one.name) for one in target.fields],
        "answers": [
            (verb, policy.decide(subject, verb, target, field=field, district=district)) for verb in verbs
        ],
        "readable": [
            (
                one.title or one.name,
                policy.decide(subject, Verb.VIEW, target, field=one.name, district=district),
            )
            for one in target.fields
        ],
        "rules": AccessRule.objects.filter(collection=target.id).select_related("district", "made_by"),
    }


def _who(asked: str) -> tuple[policy.Subject, str]:
    if asked.startswith("user-") and asked[5:].isdigit():
        user = get_object_or_404(User, pk=int(asked[5:]))
        return subject_of_user(user), user.display_name
    titles = {role: str(title) for role, title in WHO_ROLES}
    role = asked if asked in titles else policy.PUBLIC
    return policy.of_roles([] if role == policy.PUBLIC else [role]), titles[role]


@for_roles(Role.ADMIN)
def rules(request: HttpRequest) -> HttpResponse:
    """List the exceptions and add one; it holds from the next request on."""
    form = RuleForm(request.POST or None, initial={"collection": request.GET.get("collection", "")})
    if request.method == "POST" and form.is_valid():
        form.instance.made_by_id = policy.subject_of(request).user_id
        form.save()
        messages.success(request, gettext("The rule holds from now on."))
        return redirect("access_rules")
    titles = {name: target.title for name, target in targets().items()}
    rows = [
        (rule, titles.get(rule.collection, rule.collection))
        for rule in AccessRule.objects.select_related("district", "made_by")
    ]
    return render(
        request, "accounts/rules.html", {"form": form, "rows": rows}, status=422 if form.errors else 200
    )


@require_POST
@for_roles(Role.ADMIN)
def remove_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an exception back."""
    get_object_or_404(AccessRule, pk=pk).delete()
    messages.success(request, gettext("The rule no longer holds."))
    return redirect("access_rules")
