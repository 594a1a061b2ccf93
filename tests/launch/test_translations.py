"""The translation check finds what a reader would miss."""

import json
from pathlib import Path

from scripts import translations


def test_texts_of_code_and_templates_are_found() -> None:
    texts = {text for (_context, text) in translations.texts_in_code()}
    assert "Land use" in {text.capitalize() for text in texts}
    assert "Show as a list" in texts


def test_an_untranslated_or_fuzzy_message_is_a_fault(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    catalogue = tmp_path / "django.po"
    catalogue.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "water"\nmsgstr "ماء"\n\nmsgid "road"\nmsgstr ""\n\n#, fuzzy\nmsgid "house"\nmsgstr "طريق"\n'
    )
    assert translations.faults(catalogue) == [
        "django.po: not translated: 'road'",
        "django.po: fuzzy: 'house'",
    ]


def test_a_language_without_a_text_of_the_front_end_is_a_fault(tmp_path: Path) -> None:
    for language, table in {"ar": {"close": "إغلاق"}, "fr": {"close": ""}, "en": {}}.items():
        (tmp_path / f"{language}.json").write_text(json.dumps(table))
    assert translations.front_end_faults(tmp_path) == [
        "frontend/strings/en.json: no 'close'",
        "frontend/strings/fr.json: no 'close'",
    ]
