"""Papers as PDF: HTML drawn by WeasyPrint with the portal's own fonts, nothing from elsewhere."""

import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from core.pdf import weasyprint, with_isolates
from ledger.models import Receipt, ReceiptVoid
from ledger.statement import paid_for, statement
from municipality.models import Municipality
from parties.models import Party

CSS = Path(__file__).parent / "templates" / "ledger" / "papers" / "paper.css"
FONTS = settings.BASE_DIR / "static" / "dist" / "fonts"
# A family for each script: two files of one family and weight confuse the PDF's glyph numbers.
FACES = [
    ("plex-latin-400.woff2", "PaperLatin", 400),
    ("plex-latin-600.woff2", "PaperLatin", 600),
    ("plex-arabic-400.woff2", "PaperArabic", 400),
    ("plex-arabic-600.woff2", "PaperArabic", 600),
]


def faces() -> str:
    """Return the font faces that the build has made; without them the system's fonts are used."""
    return "".join(
        f"@font-face {{ font-family: {family}; font-weight: {weight}; src: url('{(FONTS / name).as_uri()}'); }}\n"
        for name, family, weight in FACES
        if (FONTS / name).exists()
    )


def qr(text: str) -> str:
    """Return a QR code as a data address for an image."""
    return segno.make(text, error="m").svg_data_uri(scale=4, border=2)


def of_account(party: Party, *, on: date) -> dict[str, Any]:
    """Return what a statement of account shows."""
    return {"party": party, "on": on, "accounts": statement(party, on=on), "qr": qr(f"party:{party.pk}")}


def of_receipt(receipt: Receipt) -> dict[str, Any]:
    """Return what a receipt shows."""
    paid = sum((Decimal(line["principal"]) + Decimal(line["penalty"]) for line in receipt.lines), Decimal(0))
    return {
        "receipt": receipt,
        "void": ReceiptVoid.objects.filter(receipt=receipt).first(),
        "lines": paid_for(receipt),
        "advance": receipt.amount - paid,
        "qr": qr(f"receipt:{receipt.pk}"),
    }


def html(template: str, context: dict[str, Any], language: str) -> str:
    """Return a paper as HTML in a language."""
    with translation.override(language):
        right_to_left = translation.get_language_bidi()
        shared = {
            "municipality": Municipality.objects.first(),
            "lang": language,
            "dir": "rtl" if right_to_left else "ltr",
        }
        return with_isolates(render_to_string(template, {**shared, **context}))


def draw(pages: Iterable[str]) -> bytes:
    """Return papers as one PDF, each beginning on a new page."""
    writer = weasyprint()
    fonts, fetcher = writer.text.fonts.FontConfiguration(), writer.urls.URLFetcher
    # Our own sheet reads the portal's fonts; a paper itself may name nothing but data addresses.
    own, inline = fetcher(allowed_protocols=("file", "data")), fetcher(allowed_protocols=("data",))
    sheet = writer.CSS(string=faces() + CSS.read_text(), font_config=fonts, url_fetcher=own)
    drawn = [
        writer.HTML(string=page, url_fetcher=inline).render(stylesheets=[sheet], font_config=fonts)
        for page in pages
    ]
    out = io.BytesIO()
    drawn[0].copy([page for document in drawn for page in document.pages]).write_pdf(out)
    return out.getvalue()


def answer(template: str, context: dict[str, Any], *, name: str) -> HttpResponse:
    """Answer a request with a paper in the request's language."""
    language = (translation.get_language() or "ar")[:2]
    response = HttpResponse(draw([html(template, context, language)]), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
