"""How text is matched against the searchable fields of a collection, in SQL that indexes serve.

A collection with searchable columns has a trigram index on all of them joined and folded by
`core_search_key`, and a B-tree on each alone (`ensure_indexes`). The expressions here must stay
letter for letter those of the indexes.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from django.db import connection

from core.text import search_key
from layers.access import View
from layers.collections import Collection, Field
from layers.sqltext import column, identifier, table

MOST_WORDS = 8
_ARTICLE = "ال"
# Words that people add and that names are not told apart by.
FILLERS = frozenset({"al", "el", "رقم", "no", "number", "numero", "n", "de", "la", "du", "des"})


def words_of(written: str) -> list[str]:
    """Return the folded words of a text, without Arabic articles; at most eight."""
    words = search_key(written).split()
    kept = [word for word in words if word not in FILLERS] or words
    return [without_article(word) for word in kept[:MOST_WORDS]]


def without_article(word: str) -> str:
    """Return a word without a leading "ال", so that with and without it are one."""
    return word[2:] if word.startswith(_ARTICLE) and len(word) > 4 else word


def escaped(text: str) -> str:
    """Return text that LIKE takes literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def containing(written: str) -> str:
    """Return the LIKE pattern for a text anywhere in a folded column."""
    return f"%{escaped(search_key(written))}%"


def columns_of(fields: Sequence[Field]) -> list[Field]:
    """Return the searchable fields that are columns of the table itself."""
    return [one for one in fields if one.searchable and not one.expression]


def folded(one: Field) -> str:
    """Return the SQL of one column folded for search."""
    return f"core_search_key({column(one)}::text)"


def joined(fields: Sequence[Field]) -> str:
    """Return the SQL of all given columns, joined and folded for search."""
    parts = " || ' ' || ".join(f"coalesce({column(one)}::text, '')" for one in fields)
    return f"core_search_key({parts})"


def matches(view: View, written: str) -> tuple[str, list[Any]]:
    """Return the condition that every word occurs in a searchable field of the row, with its values."""
    fields = [one for one in view.fields if one.searchable and one.name not in view.partly]
    words = words_of(written)
    if not fields or not words:
        return "false", []
    document = joined(fields)
    return " AND ".join([f"{document} LIKE %s"] * len(words)), [f"%{escaped(word)}%" for word in words]


def ensure_indexes(collection: Collection) -> None:
    """Make the indexes that searching a collection needs; needs the table's owner."""
    for sensitivity in sorted({one.sensitivity for one in columns_of(collection.fields)}):
        fields = [one for one in columns_of(collection.fields) if one.sensitivity == sensitivity]
        _ensure(collection, f"gin (({joined(fields)}) gin_trgm_ops)")
        for one in fields:
            _ensure(collection, f"btree (({folded(one)}) text_pattern_ops)")


def _ensure(collection: Collection, what: str) -> None:
    what = what.replace("t.", "")
    name = "layers_find_" + blake2b(f"{collection.relation} {what}".encode(), digest_size=8).hexdigest()
    schema = collection.relation.split(".", 1)[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NULL", [f"{schema}.{name}"])
        if cursor.fetchone()[0]:
            cursor.execute(f"CREATE INDEX {identifier(name)} ON {table(collection)} USING {what}")
