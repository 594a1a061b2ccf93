"""Sign-in of programs, and what a token or somebody viewing as a role may not even try."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from accounts import reasons
from accounts.authentication import VIEW_AS_KEY, bearer_token, subject_of
from accounts.errors import NotSignedIn
from accounts.models import User
from accounts.verbs import READING
from core.errors import DomainError, Forbidden
from core.middleware import problem, wants_page

Handler = Callable[[HttpRequest], HttpResponse]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# What somebody viewing as a role may still send: to stop doing so, and to sign out.
ALWAYS_OPEN = ("/staff/view-as/", "/accounts/")


class TokenMiddleware:
    """Make a bearer token's user the request's user, without session and CSRF check."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse a token that does not hold, and changes by a token made only for reading."""
        if bearer_token(request) is None:
            return self.get_response(request)
        try:
            self._sign_in(request)
        except DomainError as error:
            answer: HttpResponse = problem(error)
            if isinstance(error, NotSignedIn):
                answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        return self.get_response(request)

    def _sign_in(self, request: HttpRequest) -> None:
        subject = subject_of(request)
        if request.method not in SAFE_METHODS and not (subject.verbs or frozenset()) - READING:
            raise Forbidden(reasons.FORBIDDEN, detail=str(reasons.READING_TOKEN))
        request.user = SimpleLazyObject(lambda: User.objects.get(pk=subject.user_id))  # type: ignore
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]


class LookingOnlyMiddleware:
    """Refuse every change while an administrator views as a role."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer unsafe methods with a refusal; the session is read for those alone."""
        if request.method not in SAFE_METHODS and self._is_looking(request):
            return _refusal(request, Forbidden(reasons.FORBIDDEN, detail=str(reasons.only_looking())))
        return self.get_response(request)

    def _is_looking(self, request: HttpRequest) -> bool:
        if request.path_info.startswith(ALWAYS_OPEN) or bearer_token(request):
            return False
        return bool(request.session.get(VIEW_AS_KEY)) and subject_of(request).acting_as is not None


def _refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    if wants_page(request):
        return render(request, "core/refusal.html", {"error": error}, status=error.status)
    return problem(error)
