"""Values that clients send, read by the type of the field they are meant for."""

import math
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.numbers import western
from core.text import search_key
from layers.collections import FieldType

SQL_TYPES = {
    FieldType.TEXT: "text",
    FieldType.INTEGER: "bigint",
    FieldType.NUMBER: "double precision",
    FieldType.BOOLEAN: "boolean",
    FieldType.DATE: "date",
    FieldType.DATETIME: "timestamptz",
}
LONGEST_TEXT = 500
_TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def refused(name: str, why: Any) -> DomainError:
    """Return the refusal of one request parameter."""
    return DomainError(_("The request does not fit."), detail=why, fields={name: why})


def text(name: str, written: str) -> str:
    """Return a text parameter; refuses what no column can hold."""
    if "\x00" in written or len(written) > LONGEST_TEXT:
        raise refused(name, _("This text cannot be used."))
    return written


def read(name: str, kind: FieldType, written: str) -> Any:
    """Return the value of a parameter for a field of the type; refuses what is no such value."""
    try:
        value = _READERS[kind](text(name, written).strip() if kind != FieldType.TEXT else text(name, written))
    except (ValueError, OverflowError):
        value = None
    if value is None:
        raise refused(name, _("“%(value)s” does not fit this field.") % {"value": written[:40]})
    return value


def number(written: str) -> float:
    """Return a finite number written in either digit system."""
    value = float(western(written))
    if not math.isfinite(value):
        raise ValueError(written)
    return value


def _integer(written: str) -> int:
    value = int(western(written))
    if not -(2**63) <= value < 2**63:
        raise ValueError(written)
    return value


def _truth(written: str) -> bool | None:
    return _TRUTHS.get(search_key(written))


def _date(written: str) -> date | None:
    return parse_date(western(written))


def _instant(written: str) -> datetime | None:
    found = parse_datetime(western(written))
    return make_aware(found) if found is not None and is_naive(found) else found


_READERS: dict[FieldType, Callable[[str], Any]] = {
    FieldType.TEXT: str,
    FieldType.INTEGER: _integer,
    FieldType.NUMBER: number,
    FieldType.BOOLEAN: _truth,
    FieldType.DATE: _date,
    FieldType.DATETIME: _instant,
}
