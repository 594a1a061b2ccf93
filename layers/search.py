"""One search box over every searchable field that the subject may read, and over coordinates."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.utils.translation import gettext as _

from accounts.policy import Subject
from core.errors import NotFound, TooLarge
from layers import addresses, coordinates, registry
from layers.access import View, view
from layers.features import card
from layers.features.reading import SECONDS, bounded
from layers.finding import Found, Place, best_of, exact_sql, similar_sql, wishes
from layers.searching import words_of
from layers.sqltext import identifier, readable, table

Json = dict[str, Any]
MOST = 50
_SIMILAR = 0.55
_SECONDS_FOR_SIMILAR = 1.5


@dataclass(frozen=True)
class _Hit:
    score: float
    view: View
    key: int
    is_address: bool = False


_Ranked = Callable[[list[View], str, Place, int], list[_Hit]]


def search(subject: Subject, written: str, *, near: Place = None, limit: int = 12) -> list[Json]:
    """Return what is found, best first: places given by coordinates, then features."""
    if not written.strip():
        return []
    places = [_of_reading(one) for one in coordinates.readings(written)]
    views = list(_views(subject))
    hits = [*_addressed(views, written, limit, _ranked), *_ranked(views, written, near, limit)]
    if len(hits) < 3 and any(len(word) > 3 for word in words_of(written)):
        hits += _addressed(views, written, limit, _ranked_similar) if not hits else []
        hits += _ranked_similar(views, written, near, limit)
    hits = list({(hit.view.collection.id, hit.key): hit for hit in reversed(hits)}.values())[::-1]
    return (places + _told(hits[:limit]))[: max(limit, len(places))]


def _addressed(views: list[View], written: str, limit: int, ranked: _Ranked) -> list[_Hit]:
    """Return what stands at an address, where one was written; `ranked` finds its street."""

    def streets(one: View, name: str) -> list[int]:
        return [hit.key for hit in ranked([one], name, None, limit)]

    found = {
        (one.collection.id, key): one for one, key in addresses.addressed(views, written, streets, limit)
    }
    return [_Hit(200.0 - at, one, key, is_address=True) for at, ((_id, key), one) in enumerate(found.items())]


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
        best_of(query, near, limit)
        for at, one in enumerate(views)
        for wish in wishes(one, written)
        if (query := exact_sql(at, one, wish))
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
            query = similar_sql(at, one, wish)
            if query is None or (left := until - monotonic()) < 0.02:
                continue
            with suppress(TooLarge):
                rows += _run([best_of(query, near, limit)], limit, left)
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
    by_address = {hit.key for hit in hits if hit.is_address}
    for key, properties, lon, lat, box in rows:
        shown = card.card(seen, properties, None)
        title, subtitle = shown["title"], shown["kicker"]
        if key in by_address:
            title, subtitle = addresses.told(seen, properties), title
        yield (
            (it.id, key),
            {
                "kind": "feature",
                "collection": it.id,
                "id": key,
                "title": title,
                "subtitle": subtitle,
                # A row may have no place yet.
                "center": None if lon is None else [round(lon, 7), round(lat, 7)],
                "bbox": None if lon is None else [round(value, 7) for value in box],
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
