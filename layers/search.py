"""One search box over every searchable field that the subject may read, and over coordinates."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.utils.translation import gettext as _

from accounts.policy import Subject
from core.errors import NotFound, TooLarge
from core.text import search_key
from layers import coordinates, registry
from layers.access import View, view
from layers.collections import Field
from layers.features import card
from layers.features.reading import SECONDS, bounded
from layers.searching import FILLERS, columns_of, escaped, folded, joined, without_article, words_of
from layers.sqltext import column, conditions, identifier, readable, table

Json = dict[str, Any]
MOST = 50
_CANDIDATES = 400
_SIMILAR = 0.55
_SECONDS_FOR_SIMILAR = 1.5
# What a trigram index can look up: three letters in a row.
_INDEXED = re.compile(r"[^\W\d_]{3}")
Place = tuple[float, float] | None
Found = tuple[str, list[Any]]


@dataclass(frozen=True)
class Wish:
    """What is looked for in one collection: words anywhere, and values of named fields."""

    words: tuple[str, ...]
    whole: str
    named: tuple[tuple[Field, str], ...] = ()


@dataclass(frozen=True)
class _Hit:
    score: float
    view: View
    key: int


def search(subject: Subject, written: str, *, near: Place = None, limit: int = 12) -> list[Json]:
    """Return what is found, best first: places given by coordinates, then features."""
    if not written.strip():
        return []
    places = [_of_reading(one) for one in coordinates.readings(written)]
    views = list(_views(subject))
    hits = _ranked(views, written, near, limit)
    if len(hits) < 3 and any(len(word) > 3 for word in words_of(written)):
        seen = {(hit.view.collection.id, hit.key) for hit in hits}
        more = _ranked_similar(views, written, near, limit)
        hits += [hit for hit in more if (hit.view.collection.id, hit.key) not in seen]
    return (places + _told(hits[:limit]))[: max(limit, len(places))]


def _views(subject: Subject) -> Iterable[View]:
    for one in registry.catalogue().collections.values():
        if any(field.searchable for field in one.fields) and one.has_geometry:
            try:
                yield view(subject, one)
            except NotFound:
                continue


def _ranked(views: list[View], written: str, near: Place, limit: int) -> list[_Hit]:
    """Return what has every word, over all collections in one statement."""
    found = [
        _best_of(query, near, limit)
        for at, one in enumerate(views)
        for wish in wishes(one, written)
        if (query := _exact_sql(at, one, wish))
    ]
    return _hits(views, _run(found, limit, SECONDS)) if found else []


def _ranked_similar(views: list[View], written: str, near: Place, limit: int) -> list[_Hit]:
    """Return what has similar words, a collection at a time and as far as it goes in a second and a half.

    Where nearly every row has nearly the same word, similarity is slow to tell; then the answer is
    what the other collections have.
    """
    rows: list[tuple[int, int, float]] = []
    until = monotonic() + _SECONDS_FOR_SIMILAR
    for at, one in enumerate(views):
        for wish in wishes(one, written):
            query = _similar_sql(at, one, wish)
            if query is None or (left := until - monotonic()) < 0.02:
                continue
            with suppress(TooLarge):
                rows += _run([_best_of(query, near, limit)], limit, left)
    return _hits(views, rows)


def _run(found: list[Found], limit: int, seconds: float) -> list[tuple[int, int, float]]:
    sql = " UNION ALL ".join(part for part, _values in found)
    bound = [value for _sql, values in found for value in values]
    with bounded(seconds) as cursor:
        cursor.execute(f"SET LOCAL pg_trgm.word_similarity_threshold = {_SIMILAR}")
        cursor.execute(f"SELECT * FROM ({sql}) f ORDER BY score DESC, at, key LIMIT %s", [*bound, limit * 2])
        return list(cursor.fetchall())


def _hits(views: list[View], rows: list[tuple[int, int, float]]) -> list[_Hit]:
    best: dict[tuple[int, int], float] = {}
    for at, key, score in rows:
        best[at, key] = max(score, best.get((at, key), score))
    ordered = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
    return [_Hit(score, views[at], key) for (at, key), score in ordered]


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


def _exact_sql(at: int, one: View, wish: Wish) -> Found | None:
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


def _similar_sql(at: int, one: View, wish: Wish) -> Found | None:
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


def _best_of(found: Found, near: Place, limit: int) -> Found:
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


def _told(hits: list[_Hit]) -> list[Json]:
    """Return the hits as a person reads them, in their order."""
    by_view: dict[str, list[_Hit]] = {}
    for hit in hits:
        by_view.setdefault(hit.view.collection.id, []).append(hit)
    told = {key: one for members in by_view.values() for key, one in _read(members)}
    return [
        told[hit.view.collection.id, hit.key] for hit in hits if (hit.view.collection.id, hit.key) in told
    ]


def _read(hits: list[_Hit]) -> Iterable[tuple[tuple[str, int], Json]]:
    seen = hits[0].view
    it = seen.collection
    columns = ", ".join(f"{readable(seen, field)} AS {identifier(field.name)}" for field in seen.fields)
    shape = f"t.{identifier(it.geometry)}"
    with bounded() as cursor:
        cursor.execute(
            f"""SELECT key, properties, ST_X(middle), ST_Y(middle),
                  ARRAY[ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)]
                FROM (SELECT t.{identifier(it.key)} AS key, (SELECT to_json(p) FROM (SELECT {columns}) p) AS properties,
                        ST_Transform(ST_PointOnSurface({shape}), 4326) AS middle,
                        ST_Transform(ST_Envelope({shape}), 4326) AS box
                      FROM {table(it)} t WHERE t.{identifier(it.key)} = ANY(%s)) f""",
            [[hit.key for hit in hits]],
        )
        rows = cursor.fetchall()
    for key, properties, lon, lat, box in rows:
        shown = card.card(seen, properties, None)
        yield (
            (it.id, key),
            {
                "kind": "feature",
                "collection": it.id,
                "id": key,
                "title": shown["title"],
                "subtitle": shown["kicker"],
                "center": [round(lon, 7), round(lat, 7)],
                "bbox": [round(value, 7) for value in box],
            },
        )


def _of_reading(one: coordinates.Reading) -> Json:
    return {
        "kind": "coordinate",
        "collection": None,
        "id": None,
        "title": f"{one.lat:.6f}, {one.lon:.6f}",
        "subtitle": _("Coordinates, %(system)s") % {"system": one.system},
        "center": [one.lon, one.lat],
        "bbox": None,
    }
