"""Prepared statements on Django's own connection, for the few queries that answer every tile."""

import re
from hashlib import blake2b
from typing import Any
from weakref import WeakKeyDictionary

import psycopg2
from django.db import connection

# What each live connection has prepared already.
_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
# At the cluster's page cost reading by the index ties with reading each page once, which is 2 to 7 % quicker.
SETTINGS = """
    SET plan_cache_mode = force_generic_plan;
    SET random_page_cost = 1.5;
    SET max_parallel_workers_per_gather = 0;
    SET jit = off;
"""
_STALE = (psycopg2.OperationalError, psycopg2.InterfaceError)


class Statement:
    """One SQL text with numbered parameters ($1, ...) of the given types.

    It is planned once for each connection: planning costs as much as drawing a small tile.
    """

    def __init__(self, sql: str, types: str) -> None:
        self.name = "layers_" + blake2b(f"{types}|{sql}".encode(), digest_size=12).hexdigest()
        self._prepare = f"PREPARE {self.name}({types}) AS {sql}"
        places = ", ".join(["%s"] * (types.count(",") + 1))
        self._execute = f"EXECUTE {self.name}({places})"

    def one(self, *values: Any) -> tuple[Any, ...]:
        """Return the first row; connects again, once, where the server has gone away since."""
        try:
            return self._one(values)
        except _STALE:
            if connection.in_atomic_block:
                raise
            connection.close()
            return self._one(values)

    def _one(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        connection.ensure_connection()
        raw = connection.connection
        known = _known.get(raw)
        with raw.cursor() as cursor:
            if known is None:
                cursor.execute(SETTINGS)
                known = _known.setdefault(raw, set())
            if self.name not in known:
                self._make(cursor, known)
            cursor.execute(self._execute, values)
            return cursor.fetchone()

    def _make(self, cursor: Any, known: set[str]) -> None:
        cursor.execute("SELECT 1 FROM pg_prepared_statements WHERE name = %s", [self.name])
        if cursor.fetchone() is None:
            cursor.execute(self._prepare)
        known.add(self.name)


def numbered(sql: str, types: dict[str, str]) -> Statement:
    """Return a statement whose parameters are written `:name` and given in the order of `types`."""
    places = {name: f"${at}" for at, name in enumerate(types, start=1)}
    text = re.sub(r"(?<![:\w]):([a-z]\w*)", lambda found: places[found[1]], sql)
    return Statement(text, ", ".join(types.values()))
