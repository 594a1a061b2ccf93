"""Answers for those programs that watch a portal."""

import secrets

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from core.instance import secret
from operations import health, metrics


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that this process lives, without asking anything else."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer whether the portal can do its work; 503 when a part of it cannot."""
    found = health.findings()
    is_ready = all(finding.is_well for finding in found)
    told = ("is_well", "seconds", "detail") if _is_watcher(request) else ("is_well",)
    checks = {one.name: {name: getattr(one, name) for name in told} for one in found}
    return JsonResponse({"ready": is_ready, "checks": checks}, status=200 if is_ready else 503)


@require_safe
@never_cache
def metrics_view(request: HttpRequest) -> HttpResponse:
    """Answer with the measurements, to programs on this machine or with the instance's token."""
    if not _is_watcher(request):
        raise Http404
    return HttpResponse(metrics.exposition(), content_type=CONTENT_TYPE_LATEST)


def _is_watcher(request: HttpRequest) -> bool:
    """Say whether a request comes from this machine itself, or bears the token `metrics_token`.

    What a proxy passes on comes from the loopback address too, but says for whom it asks.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Bearer" and secrets.compare_digest(token.encode(), secret("metrics_token").encode()):
        return True
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    return request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"}
