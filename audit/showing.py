"""Events in words: tables and fields by their names, geometry by its size."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.gis.geos import GEOSException, GEOSGeometry
from django.db.models import Model
from django.utils.translation import gettext, ngettext

from audit.models import AuditEvent

_LONGEST = 200


@cache
def _models() -> dict[str, type[Model]]:
    return {f"public.{model._meta.db_table}": model for model in apps.get_models(include_auto_created=True)}


def short_relation(relation: str) -> str:
    """Return the table's name for people, or as it stands."""
    model = _models().get(relation)
    return str(model._meta.verbose_name_plural).capitalize() if model else relation


@dataclass(frozen=True)
class Difference:
    """One field before and after, as text."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Shown:
    """An event with what the page says about it."""

    event: AuditEvent
    actor: str

    @property
    def table(self) -> str:
        """Return the table's name for people."""
        return short_relation(self.event.relation)

    @property
    def differences(self) -> list[Difference]:
        """Return the fields that changed, with their names and values as text."""
        return [
            Difference(self._field(name), _text(before), _text(after))
            for name, before, after in self.event.differences()
        ]

    @staticmethod
    def json(value: Any) -> str:
        """Return a kept row as JSON text."""
        return "" if value is None else json.dumps(value, ensure_ascii=False)

    def _field(self, column: str) -> str:
        model = _models().get(self.event.relation)
        if model is None:
            return column
        titles = {field.column: field.verbose_name for field in model._meta.concrete_fields}
        return str(titles.get(column, column))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, str):
        return _geometry(value) or _short(value)
    if isinstance(value, list | dict):
        return _short(json.dumps(value, ensure_ascii=False))
    return str(value)


def _geometry(text: str) -> str:
    """Return what a geometry is, if the text is one in hex EWKB."""
    if len(text) < 42 or not text.startswith(("00", "01")):
        return ""
    try:
        shape = GEOSGeometry(text)
    except (GEOSException, ValueError):
        return ""
    count = ngettext("%(count)d vertex", "%(count)d vertices", shape.num_coords) % {"count": shape.num_coords}
    return f"{shape.geom_type}, {count}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
