"""Arabic, Latin and digits brought to one form for searching and matching; originals stay untouched."""

import re
import unicodedata
from collections.abc import Iterable

from django.utils.translation import get_language

# Bidi controls and zero-width characters that come along when text is pasted.
_INVISIBLE = (
    "\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_DIACRITICS = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0653\u0654\u0655\u0670\u0640"
_LATIN = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿœæ’ʼ`´"
_FOLDED = "aaaaaaceeeeiiiinooooouuuuyyoa''''"
# Pairs in which each character of the first becomes the one of the second; a longer first is dropped.
# The same pairs make the SQL function `core_search_key` (core/migrations), kept equal by a test.
FOLD_FROM = "أإآٱىیئؤةۃک٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹" + _LATIN + "ء" + _DIACRITICS + _INVISIBLE
FOLD_TO = "اااايييوههك01234567890123456789" + _FOLDED
_FOLD = str.maketrans(FOLD_FROM[: len(FOLD_TO)], FOLD_TO, FOLD_FROM[len(FOLD_TO) :])
_PUNCTUATION = re.compile(r"[^0-9a-z\u0620-\u064a\u066e-\u06d3/]+")


def search_key(text: str) -> str:
    """Return the text folded for search: one spelling of each letter, Latin digits, single spaces.

    Follows domain practice for Arabic names and places: hamza carriers, alef maqsura, ta marbuta,
    Persian letters, diacritics, tatweel and both Arabic digit systems are folded. The slash of a
    parcel number ("546/1") is kept.
    """
    # Python alone makes two characters of the Turkish capital; the database, and a reader, one.
    composed = unicodedata.normalize("NFKC", text).replace("\u0130", "i")
    folded = composed.lower().translate(_FOLD)
    return _PUNCTUATION.sub(" ", folded).strip()


def isolated(value: object) -> str:
    """Return a number or a day that the direction of the sentence around it leaves as it is."""
    return f"\u2068{value}\u2069"


def listed(words: Iterable[str]) -> str:
    """Join words to a list, in the active language's own way."""
    return ("، " if get_language() == "ar" else ", ").join(words)
