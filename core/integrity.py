"""What an app promises of its data, so that one command can check every promise.

An app lists its promises as `PROMISES` in `<app>/integrity.py`; `manage.py check_integrity`
finds and checks them all.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class Promise:
    """One invariant, and how to find what breaks it."""

    name: str
    """A short code, such as `cadastre.no-overlaps`."""
    sentence: str
    """What is promised, in a sentence."""
    breaches: Callable[[], Iterable[str]]
    """Returns one line for each breach, saying which row breaks the promise and how."""


def promise_by_sql(name: str, sentence: str, sql: str) -> Promise:
    """Return a promise whose breaches are the rows of a query, each shown as its columns in order."""

    def breaches() -> Iterable[str]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return [" ".join(str(value) for value in row) for row in cursor.fetchall()]

    return Promise(name, sentence, breaches)
