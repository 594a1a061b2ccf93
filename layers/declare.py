"""Short ways to say in a `layers.py` what model fields already know."""

from typing import Any

from django.contrib.gis.db import models
from django.utils.text import capfirst

from layers.collections import Field, FieldType

_TYPES: dict[type, FieldType] = {
    models.IntegerField: FieldType.INTEGER,
    models.DecimalField: FieldType.NUMBER,
    models.FloatField: FieldType.NUMBER,
    models.BooleanField: FieldType.BOOLEAN,
    models.DateTimeField: FieldType.DATETIME,
    models.DateField: FieldType.DATE,
}


def field_of(model: type[models.Model], name: str, **more: Any) -> Field:
    """Describe a column with the title, type and choices that its model field has.

    `more` adds or replaces what the model does not know, such as `in_tile` or `sensitivity`.
    """
    column: Any = model._meta.get_field(name)
    title = capfirst(column.verbose_name)
    if isinstance(column, models.GeneratedField):
        column = column.output_field
    kind = next((kind for base, kind in _TYPES.items() if isinstance(column, base)), FieldType.TEXT)
    choices = dict(getattr(column, "choices", None) or {})
    return Field(**{"name": name, "title": title, "type": kind, "choices": choices, **more})


def names_of(model: type[models.Model], *, in_tile: bool = True) -> tuple[Field, ...]:
    """Describe the three name columns, searchable and, as labels, in tiles."""
    return tuple(
        field_of(model, f"name_{code}", searchable=True, in_tile=in_tile) for code in ("ar", "en", "fr")
    )


def looked_up(name: str, title: Any, sql: str, **more: Any) -> Field:
    """Describe a value from another table: `sql` selects it for the row `t`."""
    return Field(name=name, title=capfirst(title), expression=f"({sql})", **more)
