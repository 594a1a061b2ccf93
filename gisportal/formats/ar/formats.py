"""As in all languages; an instant stands by itself, or its day and its time would change places."""

from gisportal import formats
from gisportal.formats import DATE_FORMAT, SHORT_DATE_FORMAT

DATETIME_FORMAT = SHORT_DATETIME_FORMAT = f"\u2066{formats.DATETIME_FORMAT}\u2069"

__all__ = ["DATETIME_FORMAT", "DATE_FORMAT", "SHORT_DATETIME_FORMAT", "SHORT_DATE_FORMAT"]
