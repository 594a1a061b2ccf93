"""Changing one row of the register under its version, with every rule of its table asked first."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from buildings.errors import StaleRow
from core.errors import NotFound, Unprocessable
from layers.models.feature import Feature

Row = TypeVar("Row", bound=Feature)
NOT_THERE = _("There is no such row in the register.")


@transaction.atomic
def change(
    model: type[Row], pk: int, *, version: int | None, values: Mapping[str, Any], may: Iterable[str]
) -> Row:
    """Change fields of a row in force; refuses, by field, what does not fit, and a stale version."""
    row = locked(model, pk, version=version)
    put(row, values, may=may)
    row.version += 1
    keep(row)
    return row


def locked(model: type[Row], pk: int, *, version: int | None) -> Row:
    """Return a row in force, held until the transaction ends."""
    row: Any = model._default_manager.select_for_update().filter(pk=pk, end_lifespan=None).first()
    if row is None:
        raise NotFound(NOT_THERE)
    if version is not None and row.version != version:
        raise StaleRow(row)
    found: Row = row
    return found


def put(row: Feature, values: Mapping[str, Any], *, may: Iterable[str]) -> None:
    """Set fields as they were written, empty text as nothing where the field may be without a value."""
    known = frozenset(may)
    wrong: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            wrong[name] = _("This field cannot be changed here.")
            continue
        field: Any = row._meta.get_field(name)
        try:
            setattr(row, field.attname if field.is_relation else name, _read(field, value))
        except ValidationError as error:
            wrong[name] = " ".join(error.messages)
    if wrong:
        raise Unprocessable(_("The entry does not fit."), fields=wrong)


def _read(field: Any, value: Any) -> Any:
    if isinstance(value, models.Model):
        value = value.pk
    if isinstance(value, str):
        value = value.replace("\x00", "").strip()
    if value == "" and field.null:
        return None
    if value is None and field.blank and not field.null:
        return ""
    return (field.target_field if field.is_relation else field).to_python(value)


def keep(row: models.Model) -> None:
    """Save a row once every rule of its table holds; else refuse by field."""
    drawn = [field.name for field in row._meta.concrete_fields if isinstance(field, models.GeneratedField)]
    try:
        row.full_clean(exclude=drawn)
    except ValidationError as error:
        raise Unprocessable(_("The entry does not fit."), fields=faults(row, error)) from error
    row.save()


def faults(row: models.Model, error: ValidationError) -> dict[str, Any]:
    """Return what is wrong by field; a constraint over several names the field to blame as its code."""
    names = {field.name for field in row._meta.concrete_fields}
    found: dict[str, Any] = {}
    for name, errors in error.error_dict.items():
        for one in errors:
            at = name if name != NON_FIELD_ERRORS else one.code if one.code in names else ""
            found[at] = " ".join([*filter(None, [found.get(at)]), *one.messages])
    return found


def unfit(field: str, text: Any) -> Unprocessable:
    """Return the refusal of what was entered for one field."""
    return Unprocessable(_("The entry does not fit."), fields={field: text})


@transaction.atomic
def retire(model: type[Row], pk: int, *, version: int | None) -> Row:
    """End a row; it stays in the history."""
    row = locked(model, pk, version=version)
    row.end_lifespan = timezone.now()
    row.version += 1
    row.save(update_fields=["end_lifespan", "version"])
    return row
