"""Is the portal fit to serve: database, cache, worker and disk, each asked with little work."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection

from jobs.worker import workers_alive

LEAST_FREE_BYTES = 200_000_000


@dataclass(frozen=True)
class Finding:
    """What one question about the portal's health found."""

    name: str
    is_well: bool
    detail: str
    seconds: float


def findings() -> list[Finding]:
    """Ask every question; a question that cannot be answered counts as unwell."""
    return [_ask(name, question) for name, question in QUESTIONS.items()]


def _ask(name: str, question: Callable[[], tuple[bool, str]]) -> Finding:
    began = time.perf_counter()
    try:
        is_well, detail = question()
    except (DatabaseError, OSError) as error:
        is_well, detail = False, type(error).__name__
    return Finding(name, is_well, detail, round(time.perf_counter() - began, 4))


def _database() -> tuple[bool, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations")
        (count,) = cursor.fetchone()
    return count > 0, f"{count} migrations"


def _cache() -> tuple[bool, str]:
    cache.set("operations.health", "kept", 10)
    return cache.get("operations.health") == "kept", settings.CACHES["default"]["BACKEND"].rpartition(".")[2]


def _worker() -> tuple[bool, str]:
    alive = workers_alive()
    return alive > 0, f"{alive} alive"


def _disk() -> tuple[bool, str]:
    free = shutil.disk_usage(settings.DATA_DIR).free
    return free > LEAST_FREE_BYTES, f"{free // 1_000_000} MB free"


QUESTIONS: dict[str, Callable[[], tuple[bool, str]]] = {
    "database": _database,
    "cache": _cache,
    "worker": _worker,
    "disk": _disk,
}
