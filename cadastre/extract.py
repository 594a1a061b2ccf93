"""The parcel's extract as a PDF: plan, dimensions, areas, owners by role, history."""

from typing import Any
from urllib.parse import urlparse

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from cadastre import pages
from municipality.models import Municipality

RIGHT_TO_LEFT = {"ar"}


def pdf(parcel_id: int, *, parties: bool, language: str | None = None) -> tuple[str, bytes]:
    """Return the file's name and body, in a language or the active one."""
    # The PDF writer is large and seldom wanted.
    from weasyprint import HTML

    chosen = language or (translation.get_language() or "ar")[:2]
    with translation.override(chosen):
        context = {
            **pages.parcel_context(parcel_id, parties=parties),
            "language": chosen,
            "direction": "rtl" if chosen in RIGHT_TO_LEFT else "ltr",
            "made_at": timezone.localtime(),
            "municipality": Municipality.objects.first(),
            "grid": settings.GRID_SRID,
        }
        page = render_to_string("cadastre/extract.html", context)
    body = HTML(
        string=page, base_url=f"{(settings.BASE_DIR / 'static').as_uri()}/", url_fetcher=_fetch
    ).write_pdf()
    return f"parcel-{parcel_id}-{chosen}.pdf", body


def _fetch(url: str, *args: Any, **kwargs: Any) -> Any:
    """Read fonts of this portal; nothing else, and nothing from the network."""
    from weasyprint import default_url_fetcher

    parts = urlparse(url)
    if parts.scheme != "file" or not parts.path.startswith(f"{settings.BASE_DIR}/static/dist/fonts/"):
        raise ValueError(f"the extract may not read {url}")
    return default_url_fetcher(url, *args, **kwargs)
