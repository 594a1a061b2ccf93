"""A feature as a person reads it: title, facts with labels and units, in the active language."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from string import Formatter
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from layers.access import View
from layers.collections import LANGUAGES, Field

Json = dict[str, Any]


def card(view: View, properties: Mapping[str, Any], updated: date | datetime | None) -> Json:
    """Return what the card of a feature shows; only fields of the view can be on it."""
    one = view.collection
    words = Words(view, properties)
    return {
        "kicker": _filled(one.kicker, words) if one.kicker else str(one.title),
        "title": title(view, properties) or str(one.title),
        "facts": list(_facts(view, properties)),
        "actions": [],
        "updated": updated.date().isoformat() if isinstance(updated, datetime) else None,
    }


def title(view: View, properties: Mapping[str, Any]) -> str:
    """Return the feature's heading, or its name, or nothing."""
    words = Words(view, properties)
    heading = view.collection.heading
    return (_filled(heading, words) if heading else words["name"]).strip()


def _filled(template: Any, words: "Words") -> str:
    return str(template).format_map(words).strip(" ،,·-")


class Words(dict[str, str]):
    """The values of a feature as words: choices by their titles, `name` in the active language."""

    def __init__(self, view: View, properties: Mapping[str, Any]) -> None:
        super().__init__()
        self._view, self._properties = view, properties

    def __missing__(self, name: str) -> str:
        field = next((one for one in self._view.fields if one.name == name), None)
        if field is None:
            return in_language(self._properties, name)
        return word(field, self._properties.get(name))


def in_language(properties: Mapping[str, Any], stem: str) -> str:
    """Return `<stem>_ar`, `_en` or `_fr` by the active language, or the first of them that is filled."""
    asked = (get_language() or "ar")[:2]
    found = (properties.get(f"{stem}_{code}") for code in (asked, *LANGUAGES))
    return str(next((value for value in found if value), ""))


def word(field: Field, value: Any) -> str:
    """Return a value as it is read: the title of a choice, else the value itself."""
    if value is None:
        return ""
    return str(field.choices.get(value, _plain(value)))


def columns(view: View) -> list[Field]:
    """Return the fields that a table shows: of a name in several languages, the one in the active language."""
    active = (get_language() or "ar")[:2]
    return [one for one in view.fields if one.language in ("", active)]


def _facts(view: View, properties: Mapping[str, Any]) -> Iterable[Json]:
    told = _named_in(view.collection.heading) | _named_in(view.collection.kicker)
    for field in view.fields:
        stem = field.name[:-3] if field.language else ""
        value = (in_language(properties, stem) or None) if stem else properties.get(field.name)
        if not field.in_card or value in (None, "") or (stem or field.name) in told:
            continue
        told.add(stem or field.name)
        yield {
            "name": field.name,
            "label": _("Name") if stem == "name" else str(field.title or field.name),
            "value": word(field, value) if field.choices else _plain(value),
            "unit": str(field.unit) or None,
            "type": field.type.value,
        }


def _plain(value: Any) -> Any:
    """Return a value without the decimals that only measuring and floating point bring in."""
    return round(value, 2) if isinstance(value, float) else value


def _named_in(template: Any) -> set[str]:
    """Return the fields that a heading or kicker tells already."""
    return {name for _text, name, _form, _way in Formatter().parse(str(template)) if name}
