"""The phone page for visits: a page that can be installed and works without network."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from accounts.access import for_staff


@require_GET
@for_staff
@ensure_csrf_cookie
def page(request: HttpRequest) -> HttpResponse:
    """Show the round; what it shows is read and kept by the page itself."""
    return render(request, "reconciliation/phone.html", {"user_id": request.user.pk})


@require_GET
@for_staff
def worker(request: HttpRequest) -> HttpResponse:
    """Return the script that answers the page's requests without network; its place sets its reach."""
    body = (settings.BASE_DIR / "static" / "dist" / "phone-worker.js").read_bytes()
    response = HttpResponse(body, content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@require_GET
@for_staff
def manifest(request: HttpRequest) -> HttpResponse:
    """Return what a phone needs to install the page."""
    return JsonResponse(
        {
            "name": _("Visits"), "short_name": _("Visits"), "start_url": "/staff/visits/", "scope": "/staff/visits/",
            "display": "standalone", "lang": get_language(), "dir": "rtl" if get_language_bidi() else "ltr",
            "theme_color": "#0B5A6B", "background_color": "#F5F1E9",
            "icons": [{"src": static("brand/mark.svg"), "sizes": "any", "type": "image/svg+xml"}],
        },
        content_type="application/manifest+json",
    )  # fmt: skip
