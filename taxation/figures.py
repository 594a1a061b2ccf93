"""A pack's figures as fields that an officer fills in: percentages, rows of brackets, cells of a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Unprocessable
from core.numbers import decimal_in

# The headings of figures that are rows: up to where, then what.
HEADINGS: Mapping[str, tuple[Any, ...]] = {
    "brackets": (gettext_lazy("Up to"), gettext_lazy("Rate")),
    "tiers": (gettext_lazy("From"), gettext_lazy("Rate")),
    "limits": (gettext_lazy("Up to"), gettext_lazy("Least"), gettext_lazy("Most")),
}
SPARE_ROWS = 2


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


def shown(kind: str, unit: str, value: Any, words: Mapping[str, Any]) -> dict[str, Any]:
    """Return a figure as its fields: one, rows, or the cells of a table, whose keys `words` puts in words."""
    if kind in HEADINGS:
        return {"headings": HEADINGS[kind], "rows": list(_rows(kind, unit, value))}
    if isinstance(value, dict):
        return {
            "leaves": [
                Field(
                    f"leaf:{path}", " · ".join(str(words.get(key, key)) for key in path.split(".")), str(leaf)
                )
                for path, leaf in _leaves(value)
            ]
        }
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


def _leaves(value: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, part in value.items():
        here = f"{path}.{key}" if path else str(key)
        if isinstance(part, dict):
            yield from _leaves(part, here)
        else:
            yield here, part


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
    plain = text.strip()
    value = decimal_in(plain.rstrip("%٪"))
    if value is None:
        raise _unreadable()
    return str(value / 100) if plain.endswith(("%", "٪")) else str(value)


def _put(value: Mapping[str, Any], given: Mapping[str, str], path: str = "") -> dict[str, Any]:
    """Return a table with the cells that the form gives."""
    found: dict[str, Any] = {}
    for key, part in value.items():
        here = f"{path}.{key}" if path else str(key)
        text = given.get(f"leaf:{here}")
        found[key] = (
            _put(part, given, here) if isinstance(part, dict) else part if text is None else number(text)
        )
    return found


def _unreadable() -> Unprocessable:
    return Unprocessable(
        _("This figure cannot be read"), fields={"value": _("It does not have the right form.")}
    )
