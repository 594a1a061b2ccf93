"""XLSX files as people send them: looked at before anything unpacks them."""

import io
import zipfile

from django.utils.translation import gettext_lazy as _

from core.errors import TooLarge, Unprocessable

MOST_BYTES, MOST_UNPACKED = 10_000_000, 200_000_000


def require_xlsx(body: bytes) -> None:
    """Refuse what is too large, packed too tightly, or no XLSX file at all."""
    if len(body) > MOST_BYTES:
        raise TooLarge(_("A table may have at most 10 MB."))
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Unprocessable(_("This is no XLSX file.")) from error
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise TooLarge(_("A table may have at most 10 MB."))
    if "xl/workbook.xml" not in {entry.filename for entry in entries}:
        raise Unprocessable(_("This is no XLSX file."))
