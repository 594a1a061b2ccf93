"""The rows of a form's sheets, read into questions that the phone can ask."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from reconciliation.forms import expressions
from reconciliation.forms.faults import Fault

Row = Mapping[str, Any]
Json = dict[str, Any]
TYPES = {
    "text": "text", "integer": "integer", "int": "integer", "decimal": "number", "date": "date", "image": "image",
    "photo": "image", "geopoint": "geopoint", "location": "geopoint", "note": "note",
    "select_one": "select_one", "select one": "select_one",
    "select_multiple": "select_multiple", "select multiple": "select_multiple",
}  # fmt: skip
# What the visit says of itself already: when, and by whom.
KNOWN_ANYWAY = {
    "start", "end", "today", "deviceid", "device id", "username", "phonenumber", "email", "audit", "start-geopoint",
}  # fmt: skip
GROUPS = {
    "begin_group": "open", "begin group": "open", "end_group": "close", "end group": "close",
}  # fmt: skip
# Columns that would change what is asked, and that the phone does not know: better refused than passed over.
UNKNOWN_COLUMNS = (
    "calculation", "choice_filter", "default", "trigger", "repeat_count", "save_to", "bind::calculate",
)  # fmt: skip
_NAME = re.compile(r"[^\W\d][\w.-]{0,63}")
_LANGUAGE = re.compile(r"(?:.*\((?P<code>[A-Za-z]{2,3})(?:-\w+)?\)|(?P<plain>[A-Za-z]{2}))\s*")
_NAMED = {"arabic": "ar", "العربية": "ar", "عربي": "ar", "english": "en", "french": "fr", "français": "fr"}
_YES = ("yes", "true", "true()", "1", "required")


def texts(row: Row, column: str) -> dict[str, str]:
    """Return what a column says by language; what has no language stands under an empty one."""
    found = {}
    for name, value in row.items():
        start, _separator, language = str(name).partition("::")
        if start.strip() == column and value:
            found[_language(language)] = str(value)
    return found


def _language(written: str) -> str:
    known = _NAMED.get(written.strip().lower())
    code = _LANGUAGE.fullmatch(written.strip())
    return known or (str(code["code"] or code["plain"]).lower() if code else "")


class Reading:
    """Reads the sheet of questions, gathering every fault instead of stopping at the first."""

    def __init__(self, choices: Mapping[str, list[Json]]) -> None:
        self.choices = choices
        self.questions: list[Json] = []
        self.faults: list[Fault] = []
        self._relevant: list[list[Any] | None] = []
        self._names: set[str] = set()

    def fault(self, row: int, column: str, text: Any) -> None:
        """Note a fault of the sheet of questions."""
        self.faults.append(Fault("survey", row, column, text))

    def take(self, number: int, row: Row) -> None:
        """Read one row."""
        kind, _space, rest = (written := str(row.get("type") or "").strip()).partition(" ")
        if not written:
            if row:
                self.fault(number, "type", _("Say what kind of question this is."))
        elif written.lower() in GROUPS:
            self._group(number, GROUPS[written.lower()], row)
        elif written.lower() in KNOWN_ANYWAY:
            return
        else:
            two = " ".join(written.split()[:2]).lower()
            named, listed = (two, " ".join(written.split()[2:])) if two in TYPES and rest else (kind, rest)
            self._question(number, named.lower(), listed.strip(), row)

    def _group(self, number: int, step: str, row: Row) -> None:
        if step == "open":
            self._relevant.append(self._expression(number, row, "relevant"))
            if title := texts(row, "label"):
                self.questions.append(
                    {**_blank(f"group-{number}", "group", title), "relevant": self._asked_when(None)}
                )
        elif self._relevant:
            self._relevant.pop()
        else:
            self.fault(number, "type", _("A group ends here that does not begin."))

    def _question(self, number: int, kind: str, listed: str, row: Row) -> None:
        name = str(row.get("name") or "").strip()
        if kind not in TYPES:
            self.fault(
                number,
                "type",
                _("The phone knows no questions of the kind “%(kind)s”.") % {"kind": kind[:40]},
            )
        if not _NAME.fullmatch(name):
            self.fault(
                number, "name", _("A name begins with a letter and holds letters, digits, “_”, “-” and “.”.")
            )
        elif name in self._names:
            self.fault(number, "name", _("This name is there twice."))
        self._names.add(name)
        title = texts(row, "label")
        if not title:
            self.fault(number, "label", _("The question has no words."))
        for column in UNKNOWN_COLUMNS:
            if row.get(column):
                self.fault(number, column, _("The phone does not know this column; leave it empty."))
        question = _blank(name, TYPES.get(kind, "text"), title) | {
            "hint": texts(row, "hint"), "required": self._required(number, row),
            "relevant": self._asked_when(self._expression(number, row, "relevant")),
            "constraint": self._expression(number, row, "constraint"), "message": texts(row, "constraint_message"),
            "row": number,
        }  # fmt: skip
        if question["type"].startswith("select"):
            question["choices"] = self.choices.get(listed.removesuffix(" or_other"), [])
            if not question["choices"]:
                text = _("There are no choices of the list “%(list)s”.") % {"list": listed}
                self.fault(number, "type", text)
        self.questions.append(question)

    def _required(self, number: int, row: Row) -> bool:
        written = str(row.get("required") or "").strip().lower()
        if written not in (*_YES, "", "no", "false", "false()", "0"):
            self.fault(number, "required", _("Say “yes” or “no”."))
        return written in _YES

    def _expression(self, number: int, row: Row, column: str) -> list[Any] | None:
        written = str(row.get(column) or "").strip()
        if not written:
            return None
        try:
            return expressions.parse(written)
        except ValueError as unfit:
            self.fault(number, column, unfit.args[0])
            return None

    def _asked_when(self, own: list[Any] | None) -> list[Any] | None:
        """Return when a question is asked: where its groups are, and its own expression holds."""
        found: list[Any] | None = None
        for one in (*self._relevant, own):
            if one is not None:
                found = one if found is None else ["and", found, one]
        return found

    def end(self) -> None:
        """Check what only the whole sheet can tell."""
        if self._relevant:
            self.fault(0, "type", _("A group begins that does not end."))
        if not any(one["type"] not in ("note", "group") for one in self.questions):
            self.fault(0, "", _("The form asks nothing."))
        for one in self.questions:
            for column in ("relevant", "constraint"):
                for name in expressions.references(one[column] or ["self"]) - self._names:
                    text = _("There is no question “%(name)s”.") % {"name": name}
                    self.fault(one.get("row", 0), column, text)


def _blank(name: str, kind: str, title: Mapping[str, str]) -> Json:
    return {
        "name": name, "type": kind, "title": dict(title), "hint": {}, "required": False, "relevant": None,
        "constraint": None, "message": {}, "choices": None,
    }  # fmt: skip


def choices_of(rows: list[Row], faults: list[Fault]) -> dict[str, list[Json]]:
    """Return the lists of choices by name."""
    found: dict[str, list[Json]] = {}
    for number, row in enumerate(rows, start=2):
        listed = str(row.get("list_name") or row.get("list name") or "").strip()
        if not row:
            continue
        if not listed:
            faults.append(Fault("choices", number, "list_name", _("Say which list this choice belongs to.")))
            continue
        value, title = str(row.get("name") or row.get("value") or "").strip(), texts(row, "label")
        known = found.setdefault(listed, [])
        if not value or any(sign.isspace() for sign in value):
            faults.append(Fault("choices", number, "name", _("A choice has a name without spaces.")))
        elif value in {one["value"] for one in known}:
            faults.append(Fault("choices", number, "name", _("This name is there twice.")))
        if not title:
            faults.append(Fault("choices", number, "label", _("The choice has no words.")))
        known.append({"value": value, "title": title})
    return found
