"""On which days the rows of collections began and ended: the stops of a date slider."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection
from django.utils import timezone

from layers.access import View
from layers.sqltext import ever, table
from layers.versions import relation_version

Json = dict[str, Any]
# More stops than this no slider can offer; the latest are kept, and the first day of all.
MOST_DAYS = 400
_CACHED = 256
Changes = tuple[tuple[date, int, int], ...]


def days(views: Iterable[View]) -> list[Json]:
    """Return the days on which rows that the subject may see came into force or went out of it, in order."""
    began: Counter[date] = Counter()
    ended: Counter[date] = Counter()
    for one in views:
        for day, count, gone in changes(one):
            began[day] += count
            ended[day] += gone
    every = sorted({*began, *ended})
    kept = every if len(every) <= MOST_DAYS else [every[0], *every[-MOST_DAYS + 1 :]]
    return [{"day": day.isoformat(), "began": began[day], "ended": ended[day]} for day in kept]


def changes(view: View) -> Changes:
    """Return day, rows begun and rows ended of one collection; nothing where rows have no lifespan."""
    if not view.collection.has_lifespan:
        return ()
    version = relation_version(view.collection.relation)
    zone = timezone.get_current_timezone_name()
    return _read(_sql(view), zone) if version < 0 else _kept(_sql(view), zone, version)


def _sql(view: View) -> str:
    # Every row that ever was, in the districts that the subject may see.
    where = " AND ".join(["true", *ever(view)])
    source = f"{table(view.collection)} t WHERE {where}"
    return f"""
        SELECT day, sum(began), sum(ended) FROM (
          SELECT (begin_lifespan AT TIME ZONE %s)::date AS day, count(*) AS began, 0 AS ended FROM {source} GROUP BY 1
          UNION ALL
          SELECT (end_lifespan AT TIME ZONE %s)::date, 0, count(*) FROM {source} AND end_lifespan IS NOT NULL GROUP BY 1
        ) changes GROUP BY day ORDER BY day"""


@lru_cache(maxsize=_CACHED)
def _kept(sql: str, zone: str, _version: int) -> Changes:
    return _read(sql, zone)


def _read(sql: str, zone: str) -> Changes:
    with connection.cursor() as cursor:
        cursor.execute(sql, [zone, zone])
        return tuple((day, int(began), int(ended)) for day, began, ended in cursor.fetchall())
