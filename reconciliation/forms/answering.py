"""Answers to a form, held against it as the phone does: what is asked, needed and allowed."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.numbers import western
from layers import values as written
from layers.collections import FieldType
from reconciliation.forms.expressions import holds
from reconciliation.forms.questions import Json

LONGEST = 10_000
_SILENT = ("note", "group")
_TYPED = {kind.value: kind for kind in (FieldType.INTEGER, FieldType.NUMBER, FieldType.DATE)}


def faults(questions: list[Json], answers: Mapping[str, Any], on: date, *, complete: bool) -> dict[str, Any]:
    """Return what does not fit, by question; `complete` is asked of a visit that brings a result."""
    asked = {one["name"]: one for one in questions if one["type"] not in _SILENT}
    found: dict[str, Any] = {
        name: _("This form has no such question.") for name in answers if name not in asked
    }
    given = {
        name: _plain(asked.get(name), str(value).strip())
        for name, value in answers.items()
        if value is not None
    }
    for name, one in asked.items():
        relevant = one["relevant"] is None or holds(one["relevant"], given, given.get(name, ""), on)
        answer = given.get(name, "")
        if answer and not relevant:
            found[name] = _("This is not asked after the other answers.")
        elif answer:
            found |= _named(name, _fault(one, answer) or _broken(one, given, answer, on))
        elif complete and one["required"] and relevant:
            found[name] = _("This field must be filled.")
    return found


def _plain(question: Json | None, answer: str) -> str:
    return western(answer) if question and question["type"] in _TYPED else answer


def _named(name: str, fault: Any) -> dict[str, Any]:
    return {name: fault} if fault else {}


def _fault(question: Json, answer: str) -> Any:
    kind = question["type"]
    if len(answer) > LONGEST:
        return _("A text has at most %(most)d characters.") % {"most": LONGEST}
    if kind.startswith("select"):
        chosen = answer.split() if kind == "select_multiple" else [answer]
        known = {one["value"] for one in question["choices"]}
        return "" if known.issuperset(chosen) else _("Choose one of the answers.")
    if kind == "image":
        return "" if _is_uuid(answer) else _("Send the photograph under its own id.")
    if kind == "geopoint":
        return "" if _is_place(answer) else _("A place is latitude and longitude in degrees.")
    if kind in _TYPED:
        try:
            written.read(question["name"], _TYPED[kind], answer)
        except DomainError as refusal:
            return refusal.fields.get(question["name"], refusal.title)
    return ""


def _broken(question: Json, answers: Mapping[str, str], own: str, on: date) -> Any:
    if question["constraint"] is None or holds(question["constraint"], answers, own, on):
        return ""
    return worded(question["message"]) or _("This answer is not allowed here.")


def _is_uuid(answer: str) -> bool:
    try:
        return bool(uuid.UUID(answer))
    except ValueError:
        return False


def _is_place(answer: str) -> bool:
    parts = answer.split()
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return False
    return 2 <= len(numbers) <= 4 and abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180


def worded(texts: Mapping[str, str]) -> str:
    """Return a text of a form in the reader's language, else in the one that it has."""
    language = (get_language() or "")[:2]
    return texts.get(language) or texts.get("") or next(iter(texts.values()), "")


def as_asked(questions: list[Json]) -> list[Json]:
    """Return the questions as the phone gets them: in one language."""
    return [
        {
            **{name: one[name] for name in ("name", "type", "required", "relevant", "constraint")},
            "title": worded(one["title"]), "hint": worded(one["hint"]) or None, "message": worded(one["message"]),
            "unit": None,
            "choices": one["choices"]
            and [{"value": each["value"], "label": worded(each["title"])} for each in one["choices"]],
        }
        for one in questions
    ]  # fmt: skip
