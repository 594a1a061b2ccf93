"""How one collection is searched: what a text can mean in it, and the SQL that finds the rows."""

import re
from dataclasses import dataclass
from typing import Any

from core.text import search_key
from layers.access import View
from layers.collections import Field
from layers.searching import FILLERS, columns_of, escaped, folded, joined, without_article, words_of
from layers.sqltext import column, conditions, identifier, table

Place = tuple[float, float] | None
Found = tuple[str, list[Any]]
_CANDIDATES = 400
# What a trigram index can look up: three letters in a row.
_INDEXED = re.compile(r"[^\W\d_]{3}")


@dataclass(frozen=True)
class Wish:
    """What is looked for in one collection: words anywhere, and values of named fields."""

    words: tuple[str, ...]
    whole: str
    named: tuple[tuple[Field, str], ...] = ()


def wishes(one: View, written: str) -> list[Wish]:
    """Return the ways to understand a text in one collection.

    "حوض 6 قطعة 208" names two fields by their keywords; "6/208" may be one number, or the two of a
    collection that has two named fields.
    """
    whole = search_key(written)
    fields = [field for field in one.fields if field.searchable and field.name not in one.partly]
    by_keyword = {search_key(word): field for field in fields for word in field.keywords}
    named, rest = _named(whole.split(), by_keyword)
    words = words_of(" ".join(rest))
    found = [Wish(tuple(words), " ".join(rest), named)] if words or named else []
    keyed = [field for field in fields if field.keywords]
    parts = whole.split("/")
    if len(keyed) == 2 and len(parts) == 2 and all(parts) and not named and len(whole.split()) == 1:
        found.append(Wish((), "", ((keyed[1], parts[0]), (keyed[0], parts[1]))))
    return found


def _named(words: list[str], by_keyword: dict[str, Field]) -> tuple[tuple[tuple[Field, str], ...], list[str]]:
    """Split words into values of fields that a keyword before them names, and the rest."""
    named: list[tuple[Field, str]] = []
    rest: list[str] = []
    at = 0
    while at < len(words):
        field = by_keyword.get(words[at]) or by_keyword.get(without_article(words[at]))
        ahead = at + 1
        while field is not None and ahead < len(words) and words[ahead] in FILLERS:
            ahead += 1
        if field is not None and ahead < len(words):
            named.append((field, words[ahead]))
            at = ahead + 1
        else:
            rest.append(words[at])
            at += 1
    return tuple(named), rest


def exact_sql(at: int, one: View, wish: Wish) -> Found | None:
    """Return the query for rows that have what is wished: whole fields, beginnings, every word anywhere."""
    fields = columns_of([field for field in one.fields if field.name not in one.partly])
    branches: list[Found] = []
    must, bound = _named_sql(wish)
    if wish.named and not wish.words:
        branches.append((" AND ".join(must), bound))
    elif fields and wish.words:
        for field in fields:
            branches.append((" AND ".join([*must, f"{folded(field)} = %s"]), [*bound, wish.whole]))
            branches.append(
                (" AND ".join([*must, f"{folded(field)} LIKE %s"]), [*bound, f"{escaped(wish.whole)}%"])
            )
        letters = [
            word for word in wish.words if _INDEXED.search(word) and not any(c.isdigit() for c in word)
        ]
        if letters:
            document = joined(fields)
            every = [f"{document} LIKE %s"] * len(wish.words)
            patterns = [f"%{escaped(word)}%" for word in wish.words]
            branches.append((" AND ".join([*must, *every]), [*bound, *patterns]))
    if not branches:
        return None
    score, scored = _score(fields, wish)
    return _candidates(at, one, branches, score, scored)


def _named_sql(wish: Wish) -> tuple[list[str], list[Any]]:
    # The plain columns first: their index finds the few rows for which others are then looked up.
    ordered = sorted(wish.named, key=lambda pair: bool(pair[0].expression))
    return [f"core_search_key({column(field)}::text) = %s" for field, _value in ordered], [
        v for _f, v in ordered
    ]


def _score(fields: list[Field], wish: Wish) -> Found:
    if wish.named:
        return "90 + %s", [10 * len(wish.named)]
    exact = [
        f"CASE WHEN {folded(field)} = %s THEN 100 WHEN {folded(field)} LIKE %s THEN 60 ELSE 0 END"
        for field in fields
    ]
    bound = [value for _field in fields for value in (wish.whole, f"{escaped(wish.whole)}%")]
    document = joined(fields)
    starts = [f"CASE WHEN ' ' || {document} LIKE %s THEN 8 ELSE 3 END" for _word in wish.words]
    bound += [f"% {escaped(word)}%" for word in wish.words]
    return (
        f"greatest({', '.join(exact)}) + {' + '.join(starts)} - least(length({document}), 60) / 20.0",
        bound,
    )


def similar_sql(at: int, one: View, wish: Wish) -> Found | None:
    """Return the query for rows with a word like each of the longer words, None where that means nothing."""
    fields = columns_of([field for field in one.fields if field.name not in one.partly])
    words = [word for word in wish.words if len(word) > 3 and _INDEXED.search(word)]
    if not fields or not words or wish.named:
        return None
    document = joined(fields)
    likeness = " + ".join([f"word_similarity(%s, {document})"] * len(words))
    condition = " AND ".join([f"%s <%% {document}"] * len(words))
    return _candidates(
        at, one, [(condition, list(words))], f"20.0 * ({likeness}) / {len(words)}", list(words)
    )


def _candidates(at: int, one: View, branches: list[Found], score: str, scored: list[Any]) -> Found:
    it = one.collection
    key = identifier(it.key)
    unions = [
        f"(SELECT t.* FROM {table(it)} t WHERE {' AND '.join([condition, *conditions(one)])} LIMIT {_CANDIDATES})"
        for condition, _bound in branches
    ]
    bound = [value for _condition, values in branches for value in values]
    rows = " UNION ALL ".join(unions)
    return (
        f"SELECT {at} AS at, t.{key} AS key, ({score})::float8 AS score, t.{identifier(it.tile_geometry)} AS shape FROM ({rows}) t",
        [
            *scored,
            *bound,
        ],
    )


def best_of(found: Found, near: Place, limit: int) -> Found:
    """Prefer, among equals, what is near; up to five points within a kilometre or so."""
    sql, bound = found
    if near is None:
        return f"(SELECT at, key, score FROM ({sql}) f ORDER BY score DESC, key LIMIT {2 * limit})", bound
    here = "ST_Transform(ST_SetSRID(ST_MakePoint(%s, %s), 4326), 3857)"
    closeness = f"5.0 / (1 + ST_Distance(shape, {here}) / 1000)"
    return (
        f"(SELECT at, key, score + {closeness} AS score FROM ({sql}) f ORDER BY 3 DESC, key LIMIT {2 * limit})",
        [*near, *bound],
    )
