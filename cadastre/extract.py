"""The parcel's extract as a PDF: plan, dimensions, areas, owners by role, history."""

from typing import Any
from urllib.parse import urlparse

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from cadastre import pages
from core.pdf import weasyprint, with_isolates
from municipality.models import Municipality

RIGHT_TO_LEFT = {"ar"}


def pdf(parcel_id: int, *, parties: bool, language: str | None = None) -> tuple[str, bytes]:
    """Return the file's name and body, in a language or the active one."""
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
        page = with_isolates(render_to_string("cadastre/extract.html", context))
    base = f"{(settings.BASE_DIR / 'static').as_uri()}/"
    body = weasyprint().HTML(string=page, base_url=base, url_fetcher=_fetcher()).write_pdf()
    return f"parcel-{parcel_id}-{chosen}.pdf", body


def _fetcher() -> Any:
    """Return what reads this portal's fonts for the PDF writer; nothing else, and nothing from the network."""
    fonts = f"{settings.BASE_DIR}/static/dist/fonts/"

    class FontsOnly(weasyprint().urls.URLFetcher):  # type: ignore[misc]
        """Reads files below one folder."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            """Read an address that is one of our fonts."""
            parts = urlparse(url)
            if parts.scheme != "file" or not parts.path.startswith(fonts) or ".." in parts.path:
                raise ValueError(f"the extract may not read {url}")
            return super().fetch(url, headers)

    return FontsOnly(allowed_protocols=["file"])
