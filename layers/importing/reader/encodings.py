"""Which encoding the text of a file without a truthful label is in, guessed from its bytes.

Arabic municipal files come as UTF-8, Windows-1256, ISO-8859-6 or CP720, with a label that is
missing or wrong. Each is scored by what it makes of the bytes: Arabic letters in running words
speak for it; control characters, replacement characters and letters of unlikely scripts against.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

CANDIDATES = ("utf-8", "cp1256", "iso8859-6", "cp720", "cp1252")
TITLES = {
    "utf-8": "UTF-8",
    "cp1256": "Windows-1256",
    "iso8859-6": "ISO-8859-6",
    "cp720": "CP720",
    "cp1252": "Windows-1252",
}
_ALIASES = {
    "utf8": "utf-8",
    "utf-8": "utf-8",
    "65001": "utf-8",
    "1256": "cp1256",
    "cp1256": "cp1256",
    "ansi 1256": "cp1256",
    "windows-1256": "cp1256",
    "win1256": "cp1256",
    "8859-6": "iso8859-6",
    "iso-8859-6": "iso8859-6",
    "iso8859-6": "iso8859-6",
    "iso88596": "iso8859-6",
    "88596": "iso8859-6",
    "720": "cp720",
    "cp720": "cp720",
    "oem 720": "cp720",
    "1252": "cp1252",
    "cp1252": "cp1252",
    "windows-1252": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "88591": "cp1252",
    "latin1": "cp1252",
}
# Letters that make up four fifths of running Arabic text; a wrong table seldom hits them.
_COMMON = frozenset("ابتجحخدرزسشعفقكلمنهوية")
_DESTROYED = re.compile(r"\?{3,}|\ufffd{2,}")


def named(label: str) -> str | None:
    """Return our name of the encoding a person or a .cpg file names, None for one not offered."""
    return _ALIASES.get(label.strip().lower())


def decode(raw: bytes, encoding: str) -> str:
    """Return the text, with U+FFFD where the encoding cannot be right, without NUL."""
    return raw.decode(encoding, "replace").replace("\0", "")


def rank(samples: Sequence[bytes], declared: str | None = None) -> list[str]:
    """Return the candidates, the likeliest first; a declared encoding wins among equals."""
    telling = [sample for sample in samples if not sample.isascii()]
    if not telling:
        return sorted(CANDIDATES, key=lambda one: (one != declared, CANDIDATES.index(one)))
    scores = {encoding: _score(telling, encoding) for encoding in CANDIDATES}
    return sorted(CANDIDATES, key=lambda one: (-scores[one], one != declared, CANDIDATES.index(one)))


def _score(samples: Iterable[bytes], encoding: str) -> float:
    total = good = 0.0
    for sample in samples:
        for word in sample.decode(encoding, "replace").split():
            is_latin = any(character.isascii() and character.isalpha() for character in word)
            for character in word:
                if not character.isascii():
                    total += 1
                    good += _worth(character, is_latin)
    # UTF-8 does not decode by chance.
    bonus = 0.5 if encoding == "utf-8" and good > 0 else 0.0
    return round(good / total + bonus, 3) if total else 0.0


def _worth(character: str, in_latin_word: bool) -> float:
    if character == "\ufffd" or unicodedata.category(character) in ("Cc", "Co", "Cn"):
        return -3.0
    if "\u0600" <= character <= "\u06ff":
        # One word is not written in two scripts.
        return -1.0 if in_latin_word else (1.0 if character in _COMMON else 0.4)
    if character.isalpha() and character < "\u0250":
        return 0.9 if in_latin_word else 0.2
    return 0.5 if character in "’«»°²–— " else -0.5


def destroyed(texts: Iterable[str]) -> int:
    """Count the values whose letters were lost before they came: runs of question marks."""
    return sum(1 for text in texts if _DESTROYED.search(text))
