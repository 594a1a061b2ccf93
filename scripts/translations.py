"""Fail when a text that a person reads lacks its Arabic or French, or one is marked fuzzy.

Texts are taken from the code as `makemessages` does it, with xgettext; the front end's come from
frontend/strings, whose three languages must have the same keys.
"""

import ast
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("ar", "fr")
# Their texts are ours to show but not to translate.
LIBRARIES = ("django", "allauth")
KEYWORDS = (
    "gettext_noop gettext_lazy ngettext_lazy:1,2 pgettext:1c,2 npgettext:1c,2,3 pgettext_lazy:1c,2 "
    "npgettext_lazy:1c,2,3"
).split()
Key = tuple[str | None, str]


def catalogues(language: str) -> list[Path]:
    """Return the message catalogues of the project and its apps in a language."""
    files = (path for path in sources(".po") if path.parts[-3:-1] == (language, "LC_MESSAGES"))
    return sorted(files)


def sources(*endings: str) -> Iterator[Path]:
    """Yield the project's own files with these endings, tests apart."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if name.endswith(endings) and not name.startswith(("tests/", "bench/")) and path.exists():
            yield path


def faults(path: Path) -> list[str]:
    """Return what is missing or doubtful in one catalogue, a line each."""
    catalogue = polib.pofile(str(path))
    place = path.relative_to(ROOT)
    missing = [f"{place}: not translated: {entry.msgid!r}" for entry in catalogue.untranslated_entries()]
    doubtful = [f"{place}: fuzzy: {entry.msgid!r}" for entry in catalogue.fuzzy_entries()]
    return missing + doubtful


def texts_in_code() -> dict[Key, str]:
    """Return every text marked for translation, with the place where it is first used."""
    with tempfile.TemporaryDirectory() as folder:
        names = [_as_python(path, Path(folder)) for path in sources(".py", ".html", ".txt")]
        listing = Path(folder) / "files"
        listing.write_text("\n".join(names))
        pot = Path(folder) / "all.pot"
        subprocess.run(
            ["xgettext", "--language=Python", "--from-code=UTF-8", f"--files-from={listing}", "-o", str(pot)]
            + [f"--keyword={keyword}" for keyword in KEYWORDS]
            + ["--keyword=_", "--force-po"],
            cwd=folder,
            check=True,
            capture_output=True,
        )
        found = {
            (entry.msgctxt, entry.msgid): entry.occurrences[0][0]
            for entry in polib.pofile(str(pot))
            if entry.msgid
        }
    return dict(texts_in_fstrings()) | found


def texts_in_fstrings() -> Iterator[tuple[Key, str]]:
    """Yield the texts of `_("…")` inside f-strings, which xgettext sees from version 0.22 on only."""
    for path in sources(".py"):
        code = path.read_text(encoding="utf-8")
        if "{_(" not in code:
            continue
        for outer in ast.walk(ast.parse(code)):
            for node in ast.walk(outer) if isinstance(outer, ast.JoinedStr) else ():
                match node:
                    case ast.Call(func=ast.Name(id="_"), args=[ast.Constant(value=str(text))]):
                        yield (None, text), str(path.relative_to(ROOT))


def _as_python(path: Path, folder: Path) -> str:
    """Copy a source file, a template in the form that xgettext reads; return its name in the folder."""
    name = path.relative_to(ROOT)
    text = path.read_text(encoding="utf-8")
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text if path.suffix == ".py" else templatize(text, origin=str(name)), encoding="utf-8")
    return str(name)


def known_in(language: str) -> set[Key]:
    """Return the texts that have a translation, in our catalogues or a library's."""
    files = catalogues(language)
    for library in LIBRARIES:
        spec = find_spec(library)
        if spec and spec.origin:
            files += sorted(Path(spec.origin).parent.glob(f"**/locale/{language}/LC_MESSAGES/django.po"))
    return {
        (entry.msgctxt, entry.msgid)
        for path in files
        for entry in polib.pofile(str(path))
        if entry.translated()
    }


def lacking() -> list[str]:
    """Return a line for every text in the code that no catalogue has."""
    texts = sorted(texts_in_code().items(), key=lambda item: item[1])
    known = {language: known_in(language) for language in LANGUAGES}
    return [
        f"{place}: no {language}: {key[1]!r}"
        for language in LANGUAGES
        for key, place in texts
        if key not in known[language]
    ]


def front_end_faults(folder: Path = ROOT / "frontend" / "strings") -> list[str]:
    """Return a line for every text of the front end that a language lacks."""
    files = sorted(folder.glob("*.json"))
    tables = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}
    keys = set().union(*tables.values()) if tables else set()
    return [
        f"frontend/strings/{language}.json: no {key!r}"
        for language, table in tables.items()
        for key in sorted(keys - {name for name, text in table.items() if text})
    ]


def main() -> int:
    """Print every fault; return 1 when there is one."""
    found = [fault for language in LANGUAGES for path in catalogues(language) for fault in faults(path)]
    found += lacking() + front_end_faults()
    sys.stdout.write("".join(f"{fault}\n" for fault in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
