"""Values that a client wants in a row, held against the types and rules of the layer's fields."""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.numbers import western
from layers import values
from layers.collections import Field, FieldType

LONGEST_TEXT = 10_000
LARGEST_INTEGER = 2**63
UNKNOWN = _("This layer has no such field.")
_UNFIT = _("“%(value)s” does not fit this field.")


def typed(field: Field, value: Any) -> Any:
    """Return the value as the field's type, None where it is empty; raises `ValueError` with the reason.

    Numbers, dates and truth values may come as text, in either digit system, as forms send them.
    """
    if value is None or (isinstance(value, str) and not value.strip() and field.type != FieldType.TEXT):
        return None
    found = _CHECKS[field.type](field, value)
    if found is None:
        raise ValueError(_UNFIT % {"value": str(value)[:40]})
    return found


def _text(field: Field, value: Any) -> str | None:
    if isinstance(value, bool | dict | list):
        return None
    written = str(value)
    if len(written) > LONGEST_TEXT:
        raise ValueError(_("A text has at most %(most)d characters.") % {"most": LONGEST_TEXT})
    if "\x00" in written or any("\ud800" <= sign <= "\udfff" for sign in written):
        raise ValueError(_("This text cannot be used."))
    return written


def _from_text(field: Field, value: Any) -> Any:
    try:
        return values.read(field.name, field.type, value)
    except DomainError:
        return None


def _integer(field: Field, value: Any) -> int | None:
    if isinstance(value, str):
        found: int | None = _from_text(field, value)
        return found
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int or not -LARGEST_INTEGER <= value < LARGEST_INTEGER:
        return None
    return value


def _number(field: Field, value: Any) -> float | int | Decimal | None:
    if isinstance(value, str):
        found: float | None = _from_text(field, value)
        return found
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        return value if math.isfinite(float(value)) else None
    except OverflowError:
        return None


def _truth(field: Field, value: Any) -> bool | None:
    if isinstance(value, str):
        found: bool | None = _from_text(field, value)
        return found
    return value if isinstance(value, bool) else None


def _day(field: Field, value: Any) -> date | None:
    if isinstance(value, datetime):
        return None
    return value if isinstance(value, date) else _parsed(parse_date, value)


def _instant(field: Field, value: Any) -> datetime | None:
    found = value if isinstance(value, datetime) else _parsed(parse_datetime, value)
    return make_aware(found) if found is not None and is_naive(found) else found


def _parsed(parse: Callable[[str], Any], value: Any) -> Any:
    try:
        return parse(western(value).strip()) if isinstance(value, str) else None
    except ValueError:
        return None


_CHECKS: dict[FieldType, Callable[[Field, Any], Any]] = {
    FieldType.TEXT: _text,
    FieldType.INTEGER: _integer,
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: _truth,
    FieldType.DATE: _day,
    FieldType.DATETIME: _instant,
}


def checked(
    fields: Iterable[Field], sent: Mapping[str, Any], faults: dict[str, Any], *, only_sent: bool = False
) -> dict[str, Any]:
    """Return what the row gets, by column; what does not fit goes into `faults`, by name.

    A field that was not sent gets its default, or nothing, unless `only_sent`.
    """
    known = {field.name: field for field in fields}
    for name in sent:
        if name not in known:
            faults[name] = UNKNOWN
    row: dict[str, Any] = {}
    for name, field in known.items():
        if name in sent or not only_sent:
            try:
                row[name] = _ruled(field, typed(field, sent.get(name, field.default)))
            except ValueError as unfit:
                faults[name] = unfit.args[0]
    return row


def _ruled(field: Field, value: Any) -> Any:
    if field.required and value in (None, ""):
        raise ValueError(_("This field must be filled."))
    if field.choices and value not in (None, "") and value not in field.choices:
        raise ValueError(_("“%(value)s” is not one of this field's values.") % {"value": str(value)[:40]})
    return value
