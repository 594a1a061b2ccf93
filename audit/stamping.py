"""Telling the database who acts, with each statement that changes something.

The identity travels in the same message as the statement and lives as long as its transaction,
so it costs no round trip and can never stick to a connection that another request uses next.
"""

from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2.extensions import QuotedString

from core import acting

_CHANGING = ("INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE")
_WORDS = ("insert ", "update ", "delete ")


def stamp_connection(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Have every changing statement of a connection carry the actor (on `connection_created`)."""
    if connection.vendor == "postgresql" and _stamp not in connection.execute_wrappers:
        connection.execute_wrappers.append(_stamp)


def stamp_now(connection: BaseDatabaseWrapper) -> None:
    """Tell the actor for the rest of the open transaction: before COPY, or SQL functions that write."""
    with connection.cursor() as cursor:
        cursor.execute(identity_sql(acting.current()))


def identity_sql(who: acting.Acting) -> str:
    """Return the statement that names the actor until the transaction ends."""
    values = {"actor": who.actor or "", "channel": who.channel, "record": who.record, "request": who.request}
    calls = (f"set_config('gisportal.{name}', {_quoted(str(value))}, true)" for name, value in values.items())
    return f"SELECT {', '.join(calls)}"


def _stamp(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    text = sql if isinstance(sql, str) else sql.as_string(context["cursor"].connection)
    if _changes(text):
        prefix = identity_sql(acting.current())
        sql = f"{prefix if params is None else prefix.replace('%', '%%')}; {text}"
    return execute(sql, params, many, context)


def _changes(text: str) -> bool:
    start = text.lstrip(" \n\t(")[:8].upper()
    if start.startswith("WITH"):
        return any(word in text.lower() for word in _WORDS)
    return start.startswith(_CHANGING)


def _quoted(value: str) -> str:
    quoted = QuotedString(value.replace("\x00", ""))
    quoted.encoding = "utf-8"
    return str(quoted.getquoted().decode())
