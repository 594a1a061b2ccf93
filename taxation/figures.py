"""A pack's figures as fields that an officer fills in: percentages, rows of brackets, cells of a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Unprocessable
from ledger.views.common import DIGITS

# The headings of figures that are rows: up to where, then what.
HEADINGS: Mapping[str, tuple[Any, ...]] = {
    "brackets": (gettext_lazy("Up to"), gettext_lazy("Rate")),
    "tiers": (gettext_lazy("From"), gettext_lazy("Rate")),
    "limits": (gettext_lazy("Up to"), gettext_lazy("Least"), gettext_lazy("Most")),
}
SPARE_ROWS = 2


# The parts of a structure's path in words; parts of a list are numbered from 1.
PARTS: Mapping[str, Any] = {
    "due": gettext_lazy("Due"),
    "month": gettext_lazy("Month"),
    "day": gettext_lazy("Day"),
    "days": gettext_lazy("Days"),
    "discounts": gettext_lazy("Discount"),
    "penalty": gettext_lazy("Penalty"),
    "split": gettext_lazy("Revenue split"),
    "kind": gettext_lazy("Kind"),
    "ages": gettext_lazy("By age in months"),
    "rate": gettext_lazy("Rate"),
    "cap": gettext_lazy("Cap"),
    "starts": gettext_lazy("Runs from"),
    "part_of_month": gettext_lazy("Part of a month"),
    "article": gettext_lazy("Article"),
    "until": gettext_lazy("Until"),
    "from": gettext_lazy("From"),
}


@dataclass(frozen=True)
class Field:
    """One input: its name on the form, what it is called, and what stands in it."""

    name: str
    title: str
    text: str


def is_share(kind: str, unit: str) -> bool:
    """Say whether a kind's rates are parts of a whole, which people write in per cent."""
    return kind == "fraction" or (kind in ("brackets", "tiers") and not unit)


def percent(text: Any) -> str:
    """Write a fraction in per cent: 0.125 as 12.5%."""
    number = Decimal(str(text)) * 100
    plain = f"{number:f}"
    return f"{plain.rstrip('0').rstrip('.') if '.' in plain else plain}%"


def shown(kind: str, unit: str, value: Any) -> dict[str, Any]:
    """Return a figure as its fields: one, rows, or the leaves of a table."""
    if kind in HEADINGS:
        return {"headings": HEADINGS[kind], "rows": list(_rows(kind, unit, value))}
    if isinstance(value, dict):
        return {"leaves": [Field(f"leaf:{path}", _spoken(path), str(leaf)) for path, leaf in _leaves(value)]}
    return {"one": percent(value) if is_share(kind, unit) else str(value)}


def _rows(kind: str, unit: str, value: list[list[Any]]) -> Iterator[list[Field]]:
    width = len(HEADINGS[kind])
    for number, row in enumerate([*value, *([[""] * width] * SPARE_ROWS)]):
        cells = []
        for place, cell in enumerate(row):
            text = "" if cell is None else str(cell)
            if place == width - 1 and text and is_share(kind, unit):
                text = percent(text)
            cells.append(Field(f"cell:{number}:{place}", str(HEADINGS[kind][place]), text))
        yield cells


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in items:
        here = f"{path}.{key}" if path else str(key)
        if isinstance(part, dict | list):
            yield from _leaves(part, here)
        else:
            yield here, "" if part is None else part


def _spoken(path: str) -> str:
    words = [str(int(part) + 1) if part.isdigit() else str(PARTS.get(part, part)) for part in path.split(".")]
    return " · ".join(words)


def read(kind: str, unit: str, value: Any, given: Mapping[str, str]) -> Any:
    """Return the figure that a form gives, in the form of the one that it replaces."""
    if kind in HEADINGS:
        return _read_rows(kind, unit, given)
    if isinstance(value, dict):
        return _put(value, given)
    text = given.get("value", "")
    return number(text) if kind in ("fraction", "amount") else text.strip()


def _read_rows(kind: str, unit: str, given: Mapping[str, str]) -> list[list[Any]]:
    width, rows, at = len(HEADINGS[kind]), [], 0
    while f"cell:{at}:0" in given:
        texts = [given.get(f"cell:{at}:{place}", "").strip() for place in range(width)]
        if any(texts):
            rows.append(
                [None if place == 0 and not text else number(text) for place, text in enumerate(texts)]
            )
        at += 1
    if not rows:
        raise _unreadable()
    return rows


def number(text: str) -> str:
    """Read a number in either digit system; with a per cent sign, the hundredth of it."""
    plain = text.translate(DIGITS).strip().replace("٪", "%")
    try:
        value = Decimal(plain.rstrip("%").strip())
    except InvalidOperation:
        raise _unreadable() from None
    return str(value / 100) if plain.endswith("%") else str(value)


def _put(value: Any, given: Mapping[str, str], path: str = "") -> Any:
    """Return a structure with the leaves that the form gives, each of the type it had."""
    if isinstance(value, dict):
        return {key: _put(part, given, f"{path}.{key}" if path else str(key)) for key, part in value.items()}
    if isinstance(value, list):
        return [_put(part, given, f"{path}.{key}" if path else str(key)) for key, part in enumerate(value)]
    text = given.get(f"leaf:{path}")
    if text is None:
        return value
    return _as(value, text.strip())


def _as(value: Any, text: str) -> Any:
    if isinstance(value, bool):
        return text.lower() in ("true", "1", "on", "yes")
    if isinstance(value, int):
        if not text.translate(DIGITS).isdigit():
            raise _unreadable()
        return int(text.translate(DIGITS))
    if value is None and not text:
        return None
    try:
        Decimal(str(value))
    except InvalidOperation:
        return text
    return number(text)


def _unreadable() -> Unprocessable:
    return Unprocessable(
        _("This figure cannot be read"), fields={"value": _("It does not have the right form.")}
    )
