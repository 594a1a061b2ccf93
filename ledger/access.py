"""What the policy is told of money: who may look, who may take it, who decides on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.policy import Sensitivity, Verb, decide, require, subject_of

View = Callable[..., HttpResponseBase]
MONEY_STAFF = frozenset({"assessor", "treasurer", "clerk", "auditor"})
TILL = frozenset({"clerk", "treasurer"})


@dataclass(frozen=True)
class Guarded:
    """A desk that is not a collection, as the policy asks for it."""

    id: str
    view_roles: frozenset[str]
    edit_roles: frozenset[str]
    sensitivities: Mapping[str, Sensitivity] = field(default_factory=dict)
    district_field: str | None = None


ACCOUNTS = Guarded(
    "accounts",
    MONEY_STAFF,
    frozenset({"treasurer"}),
    {"balance": Sensitivity.DEBT, "party": Sensitivity.IDENTITY},
)
CASHIER = Guarded("cashier", TILL, TILL)
TREASURY = Guarded("treasury", frozenset({"treasurer", "auditor"}), frozenset({"treasurer"}))
JOURNAL = Guarded("journal", frozenset({"auditor", "treasurer"}), frozenset())


def desk(target: Guarded, verb: str = Verb.VIEW) -> Callable[[View], View]:
    """Open a page to those who may do this; strangers sign in, for others it does not exist."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            subject = subject_of(request)
            if not subject.is_signed_in:
                return redirect_to_login(request.get_full_path())
            require(subject, verb, target)
            return view(request, *args, **kwargs)

        return guarded

    return wrap


def may(request: HttpRequest, target: Guarded, verb: str) -> bool:
    """Say whether the asker may do this: what a page offers follows it."""
    return bool(decide(subject_of(request), verb, target))
