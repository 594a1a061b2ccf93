"""What administrators and users do about accounts, and what is refused."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ApiToken, Membership, User, ViewingAs
from accounts.roles import Role
from core.errors import Conflict


@transaction.atomic
def save_user(*, form: Any, by_id: int) -> User:
    """Save a person with roles and password; somebody must remain who can administrate."""
    user: User = form.save(commit=False)
    if form.cleaned_data["password"]:
        user.set_password(form.cleaned_data["password"])
    user.save()
    _replace_roles(user, form.roles())
    _keep_an_administrator()
    if user.pk == by_id and not user.is_active:
        raise Conflict(_("You cannot lock yourself out."))
    return user


def _replace_roles(user: User, roles: dict[str, list[int]]) -> None:
    user.memberships.exclude(role__in=roles).delete()
    for role, districts in roles.items():
        membership, _made = Membership.objects.get_or_create(user=user, role=role)
        membership.districts.set(districts)


def _keep_an_administrator() -> None:
    administrators = Membership.objects.select_for_update().filter(role=Role.ADMIN, user__is_active=True)
    if not administrators.exists():
        raise Conflict(_("At least one administrator who may sign in must remain."))


def revoke_token(*, token: ApiToken) -> None:
    """End a token now."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])


@transaction.atomic
def begin_viewing(*, user_id: int, role: str) -> ViewingAs:
    """Write down that an administrator looks as a role from now on."""
    end_viewing(user_id=user_id)
    return ViewingAs.objects.create(user_id=user_id, role=role)


def end_viewing(*, user_id: int) -> None:
    """Write down that it is over."""
    ViewingAs.objects.filter(user_id=user_id, ended_at=None).update(ended_at=timezone.now())
