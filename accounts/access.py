"""Who may open a page: decorators for views, and what they guard."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts import reasons
from accounts.policy import Sensitivity, Subject, Verb, decide, require, subject_of
from accounts.roles import STAFF_ROLES, Role
from core.errors import NotFound

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Guarded:
    """A desk that is not a collection, as the policy asks for it."""

    id: str
    view_roles: frozenset[str]
    edit_roles: frozenset[str]
    sensitivities: Mapping[str, Sensitivity] = field(default_factory=dict)
    district_field: str | None = None


def for_signed_in(view: View) -> View:
    """Open a page to whoever is signed in."""
    return _guarded(view, lambda subject: None)


def for_staff(view: View) -> View:
    """Open a page to staff of any role."""
    return _for_roles(STAFF_ROLES)(view)


def for_roles(*roles: str) -> Callable[[View], View]:
    """Open a page to some roles; administrators always may."""
    return _for_roles(frozenset(roles) | {Role.ADMIN.value})


def desk(target: Guarded, verb: str = Verb.VIEW) -> Callable[[View], View]:
    """Open a page to those who may do this with a target."""
    return lambda view: _guarded(view, lambda subject: require(subject, verb, target))


def may(request: HttpRequest, target: Guarded, verb: str) -> bool:
    """Say whether the asker may do this: what a page offers follows it."""
    return bool(decide(subject_of(request), verb, target))


def _for_roles(roles: frozenset[str]) -> Callable[[View], View]:
    def admit(subject: Subject) -> None:
        if not roles & subject.roles:
            raise NotFound(reasons.NOT_FOUND)

    return lambda view: _guarded(view, admit)


def _guarded(view: View, admit: Callable[[Subject], None]) -> View:
    """Send strangers to sign in; for everybody else who is not admitted the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        subject = subject_of(request)
        if not subject.is_signed_in:
            return redirect_to_login(request.get_full_path())
        admit(subject)
        return view(request, *args, **kwargs)

    return guarded
