"""Who may open a page: decorators for views."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts import reasons
from accounts.authentication import subject_of
from accounts.roles import STAFF_ROLES, Role
from core.errors import NotFound

View = Callable[..., HttpResponseBase]


def for_signed_in(view: View) -> View:
    """Open a page to whoever is signed in."""
    return _guarded(view, None)


def for_staff(view: View) -> View:
    """Open a page to staff of any role."""
    return _guarded(view, STAFF_ROLES)


def for_roles(*roles: str) -> Callable[[View], View]:
    """Open a page to some roles; administrators always may."""
    return lambda view: _guarded(view, frozenset(roles) | {Role.ADMIN.value})


def _guarded(view: View, roles: frozenset[str] | None) -> View:
    """Send strangers to sign in; for everybody else without the role the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        subject = subject_of(request)
        if not subject.is_signed_in:
            return redirect_to_login(request.get_full_path())
        if roles is not None and not roles & subject.roles:
            raise NotFound(reasons.NOT_FOUND)
        return view(request, *args, **kwargs)

    return guarded
