"""What every request passes: its language, and the answer when something is refused."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError

LANGUAGES = dict(settings.LANGUAGES)
Handler = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """Choose the language: `?lang=` on a shared link, else what was chosen before, else Accept-Language.

    A page's own requests for data say the page's language, and that counts: the choice may be from another tab.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("lang")
        stated = "" if wants_page(request) else request.headers.get("Accept-Language", "")
        found = [one for one in (asked, stated) if one in LANGUAGES]
        language = found[0] if found else translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if asked in LANGUAGES:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                language,
                max_age=31536000,
                samesite="Lax",
                secure=settings.BEHIND_TLS,
            )
        return response


def problem(error: DomainError) -> JsonResponse:
    """Return the refusal as `application/problem+json` (RFC 9457) in the active language."""
    body = {
        "title": str(error.title),
        "status": error.status,
        "detail": str(error.detail),
        "errors": [{"field": name, "detail": str(detail)} for name, detail in error.fields.items()],
    }
    return JsonResponse(body, status=error.status, content_type="application/problem+json")


def wants_page(request: HttpRequest) -> bool:
    """Say whether the client is a person's browser that asks for a page."""
    return request.accepts("text/html") and "text/html" in request.headers.get("Accept", "")


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Return the refusal as a page for a person, as a problem document for a program."""
    if wants_page(request):
        return render(request, "core/refusal.html", {"error": error}, status=error.status)
    return problem(error)


class DomainErrorMiddleware:
    """Turn a refusal raised anywhere below into a page or a problem document."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # No text of a database holds it, so no question can mean it.
        if "%00" in request.META["QUERY_STRING"]:
            why = _("The address holds a sign that no text can have (NUL).")
            return refusal(request, DomainError(_("The request cannot be read."), detail=why))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a `DomainError`; anything else stays an error of ours."""
        if not isinstance(exception, DomainError):
            return None
        return refusal(request, exception)
