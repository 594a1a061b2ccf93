"""What a sent file really is: a picture is drawn anew, a document recognised by its content, all else refused."""

import io
import unicodedata
import zipfile
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.errors import TooLarge, Unprocessable
from core.pictures import as_jpeg, opened

MOST_BYTES = 20 << 20
LONGEST_SIDE = 4096
SMALL_SIDE = 320
_PICTURES = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP")
_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ENDINGS = {
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "image/jpeg": ".jpg",
    _OFFICE["word/"]: ".docx",
    _OFFICE["xl/"]: ".xlsx",
}


@dataclass(frozen=True)
class Kept:
    """What is kept of a file."""

    kind: str
    media_type: str
    content: bytes
    small: bytes = b""


def read(content: bytes) -> Kept:
    """Return what is kept of a file; refuses, with 413 or 422, what is too large or no picture and no document."""
    if len(content) > MOST_BYTES:
        raise TooLarge(_("A file has at most 20 MB."))
    picture = opened(content, _PICTURES, LONGEST_SIDE)
    if picture is not None:
        large, small = (as_jpeg(picture, side)[0] for side in (LONGEST_SIDE, SMALL_SIDE))
        return Kept("image", "image/jpeg", large, small)
    kind = _document(content)
    if kind is None:
        raise Unprocessable(
            _("This file is neither a picture nor a document."),
            detail=_("Pictures, PDF, Word (.docx), Excel (.xlsx) and plain text are taken."),
        )
    return Kept("document", kind, content)


def _document(content: bytes) -> str | None:
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    # Markup and scripts are text too, but nothing that a browser should be handed.
    plain = bool(text.strip()) and not any(sign < " " and sign not in "\t\r\n\f" for sign in text)
    return "text/plain" if plain and not text.lstrip().startswith("<") else None


def _office(content: bytes) -> str | None:
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError):
        return None
    # A file with macros is a program.
    if "[Content_Types].xml" not in names or any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    return next(
        (kind for start, kind in _OFFICE.items() if any(name.startswith(start) for name in names)), None
    )


def safe_name(written: str, media_type: str) -> str:
    """Return a name to show and to save under: no path, no control or direction signs, the ending of its content."""
    base = written.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(sign for sign in base if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*')
    stem = clean.rsplit(".", 1)[0].strip(" .")[:100] or "file"
    return stem + _ENDINGS[media_type]
