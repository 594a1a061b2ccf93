"""A cache in PostgreSQL that all processes share, with an atomic `add` (see docs/adr/0012).

Values are JSON, never pickles: what can be written into the database cannot become code.
"""

import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

_SET = """
    INSERT INTO accounts_sharedcacheentry AS e (key, value, expires_at) VALUES (%s, %s, %s)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
"""
# One call in so many sweeps out what expired.
_SWEEP_ONE_IN = 200


class SharedCache(BaseCache):
    """Django's cache interface over one unlogged table."""

    def __init__(self, _location: str, params: Mapping[str, Any]) -> None:
        super().__init__(dict(params))

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a value unless there is a living one; of two processes just one succeeds."""
        sql = f"{_SET} WHERE e.expires_at <= now()"
        return self._write(sql, self._row(key, value, timeout, version)) == 1

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value, or the default when there is none or it expired."""
        sql = "SELECT value FROM accounts_sharedcacheentry WHERE key = %s AND (expires_at IS NULL OR expires_at > now())"
        with connection.cursor() as cursor:
            cursor.execute(sql, [self._key(key, version)])
            row = cursor.fetchone()
        return default if row is None else _loaded(row[0])

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep a value, which must be JSON."""
        self._write(_SET, self._row(key, value, timeout, version))
        if random.randrange(_SWEEP_ONE_IN) == 0:  # noqa: S311
            self._write("DELETE FROM accounts_sharedcacheentry WHERE expires_at <= now()", [])

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Give a living value a new end."""
        sql = "UPDATE accounts_sharedcacheentry SET expires_at = %s WHERE key = %s AND expires_at > now()"
        return self._write(sql, [self._end(timeout), self._key(key, version)]) == 1

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a value."""
        return (
            self._write("DELETE FROM accounts_sharedcacheentry WHERE key = %s", [self._key(key, version)])
            == 1
        )

    def clear(self) -> None:
        """Forget everything."""
        self._write("DELETE FROM accounts_sharedcacheentry", [])

    def _key(self, key: str, version: int | None) -> str:
        return self.make_and_validate_key(key, version=version)

    def _row(self, key: str, value: Any, timeout: Any, version: int | None) -> list[Any]:
        return [self._key(key, version), json.dumps(value), self._end(timeout)]

    def _end(self, timeout: Any) -> datetime | None:
        end = self.get_backend_timeout(timeout)
        return None if end is None else datetime.fromtimestamp(end, UTC)

    def _write(self, sql: str, values: list[Any]) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.rowcount)


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
