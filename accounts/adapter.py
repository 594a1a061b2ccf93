"""What this portal decides about sign-in: who may sign up, where one goes next."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from accounts.models import Membership, User
from accounts.roles import Role


class AccountAdapter(DefaultAccountAdapter):
    """Staff accounts are made by an administrator; citizens sign up themselves where that is allowed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say whether a citizen may make an account."""
        return settings.CITIZEN_SIGN_UP

    @transaction.atomic
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Save a new account as a citizen's."""
        user = super().save_user(request, user, form, commit=commit)
        if commit:
            Membership.objects.get_or_create(user=user, role=Role.CITIZEN)
        return user

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count attempts by account, not by host name and spelling, which an attacker can vary.

        Overrides a private method of allauth; tests/accounts/test_lockout.py holds it in place.
        """
        login = str(credentials.get("username") or credentials.get("email") or "").lower()
        known = User.objects.filter(Q(username__iexact=login) | Q(email__iexact=login)).values_list(
            "pk", flat=True
        )
        return f"account:{known.first() or login}"

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Send staff to the workspace, everybody else to the map."""
        is_staff = request.user.memberships.exclude(role=Role.CITIZEN).exists()  # type: ignore[union-attr]
        return "/staff/" if is_staff else "/"

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Speak the user's own language from here on, unless this browser has chosen one."""
        response = super().post_login(request, user, **kwargs)
        if user.preferred_language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                user.preferred_language,
                max_age=31536000,
                samesite="Lax",
                secure=settings.BEHIND_TLS,
            )
        return response
