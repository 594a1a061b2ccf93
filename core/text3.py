"""Text in the portal's three languages, for names that people give."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.utils.translation import get_language


@dataclass(frozen=True)
class Text3:
    """One name in Arabic, English and French; an empty one falls back to another."""

    ar: str = ""
    en: str = ""
    fr: str = ""

    @classmethod
    def of(cls, value: "Mapping[str, str] | str | Text3") -> "Text3":
        """Read a stored mapping, or take one string for all three languages."""
        if isinstance(value, Text3):
            return value
        if isinstance(value, str):
            return cls(value, value, value)
        return cls(**{code: str(value.get(code, "")) for code in ("ar", "en", "fr")})

    def in_(self, language: str) -> str:
        """Return the text in a language, else in the first of ar, en, fr that has one."""
        return getattr(self, language[:2], "") or self.ar or self.en or self.fr

    def as_dict(self) -> dict[str, str]:
        """Return what is stored as JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """Return the text in the active language."""
        return self.in_(get_language() or "ar")
