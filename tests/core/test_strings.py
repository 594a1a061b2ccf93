"""The browser's strings: the same keys, values and plural forms in each language."""

import json
import re
from pathlib import Path

import pytest

STRINGS = Path(__file__).resolve().parents[2] / "frontend" / "strings"
FORMS = {
    "ar": {"zero", "one", "two", "few", "many", "other"},
    "en": {"one", "other"},
    "fr": {"one", "many", "other"},
}


def strings(language: str) -> dict[str, str | dict[str, str]]:
    """Return a language's strings by key."""
    return json.loads((STRINGS / f"{language}.json").read_text())  # type: ignore[no-any-return]


def values_in(text: str | dict[str, str]) -> set[str]:
    """Return the names in braces; of a plural, those of its general form."""
    return set(re.findall(r"\{(\w+)\}", text if isinstance(text, str) else text["other"]))


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_every_string_is_translated_with_its_values(language: str) -> None:
    source, translated = strings("en"), strings(language)
    assert translated.keys() == source.keys()
    assert {key for key in source if values_in(translated[key]) != values_in(source[key])} == set()
    assert [key for key, text in translated.items() if not text] == []


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
def test_plurals_have_all_forms_of_the_language(language: str) -> None:
    plurals = {key: set(text) for key, text in strings(language).items() if isinstance(text, dict)}
    assert plurals
    assert {key for key, forms in plurals.items() if forms != FORMS[language]} == set()
