"""Fail when a message lacks its Arabic or French translation, or one is marked fuzzy."""

import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("ar", "fr")


def catalogues() -> list[Path]:
    """Return the message catalogues of the project and its apps in the languages to translate into."""
    files = [*ROOT.glob("locale/*/LC_MESSAGES/*.po"), *ROOT.glob("*/locale/*/LC_MESSAGES/*.po")]
    files += ROOT.glob("*/importing/locale/*/LC_MESSAGES/*.po")
    return sorted(path for path in files if path.parts[-3] in LANGUAGES)


def faults(path: Path) -> list[str]:
    """Return what is missing or doubtful in one catalogue, a line each."""
    catalogue = polib.pofile(str(path))
    place = path.relative_to(ROOT)
    missing = [f"{place}: not translated: {entry.msgid!r}" for entry in catalogue.untranslated_entries()]
    doubtful = [f"{place}: fuzzy: {entry.msgid!r}" for entry in catalogue.fuzzy_entries()]
    return missing + doubtful


def main() -> int:
    """Print every fault; return 1 when there is one."""
    found = [fault for path in catalogues() for fault in faults(path)]
    sys.stdout.write("".join(f"{fault}\n" for fault in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
