"""Addresses: a number and the name of what the numbered things stand along, in any order and language."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from core.text import search_key
from layers.access import View
from layers.collections import Along
from layers.features.card import in_language
from layers.features.reading import SECONDS, bounded
from layers.searching import words_of
from layers.sqltext import column, conditions, identifier, table

# What follows a number and belongs to it, folded: 12 bis, 12 ب.
_AGAIN = frozenset({"bis", "ter", "quater", "مكرر"})
# 12b and 12 b are one; the same pattern for Python and PostgreSQL.
_NUMBER_AND_LETTER = re.compile("([0-9])([a-z\u0620-\u064a])")
Streets = Callable[[View, str], list[int]]


def numbers_in(written: str) -> Iterator[tuple[str, str]]:
    """Yield how a text can be read as number and name: the number, and the other words."""
    words = words_of(_NUMBER_AND_LETTER.sub(r"\1 \2", search_key(written)))
    for at, word in enumerate(words):
        if not word[0].isdigit():
            continue
        for end in (at + 2, at + 1):
            more = words[at + 1 : end]
            rest = " ".join(words[:at] + words[end:])
            if rest and all(one[0].isdigit() or len(one) == 1 or one in _AGAIN for one in more):
                yield " ".join([word, *more]), rest


def addressed(views: list[View], written: str, streets: Streets, limit: int) -> Iterator[tuple[View, int]]:
    """Yield the rows whose number and street were written; `streets` finds features of one view by name."""
    by_id = {one.collection.id: one for one in views}
    for number, rest in numbers_in(written):
        known: dict[str, list[int]] = {}
        for one in views:
            along = one.collection.along
            if along is None or along.collection not in by_id or one.field(along.number) is None:
                continue
            if along.collection not in known:
                known[along.collection] = streets(by_id[along.collection], rest)
            for key in _rows(one, along, known[along.collection], number, limit):
                yield one, key


def _rows(one: View, along: Along, streets: list[int], number: str, limit: int) -> list[int]:
    field = one.field(along.number)
    if not streets or field is None:
        return []
    where = [*conditions(one), *([along.where] if along.where else [])]
    key = f"t.{identifier(one.collection.key)}"
    with bounded(SECONDS) as cursor:
        cursor.execute(
            f"SELECT {key} FROM {table(one.collection)} t WHERE t.{identifier(along.column)} = ANY(%s) "
            f"AND regexp_replace(core_search_key({column(field)}::text), %s, %s, 'g') = %s AND {' AND '.join(['true', *where])} "
            f"ORDER BY array_position(%s::bigint[], t.{identifier(along.column)}::bigint), {key} LIMIT %s",
            [streets, _NUMBER_AND_LETTER.pattern, r"\1 \2", number, streets, limit],
        )
        return [row[0] for row in cursor.fetchall()]


def told(one: View, properties: Mapping[str, Any]) -> str:
    """Return a row's address in the active language; nothing where it has none."""
    along = one.collection.along
    if along is None or not properties.get(along.number):
        return ""
    return f"{in_language(properties, along.stem)} {properties[along.number]}".strip()
