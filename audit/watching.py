"""Which tables the database watches, and seeing to it after every migration."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Model

from audit import exempt

WATCH_IF_STALE = """
SELECT audit_watch(t, %(hidden)s::text[], %(ignored)s::text[]) FROM to_regclass(quote_ident(%(table)s)) t
WHERE t IS NOT NULL AND (audit_watched(t) IS NULL OR NOT audit_is_current(t, %(hidden)s::text[], %(ignored)s::text[]))
"""


@dataclass(frozen=True)
class Watched:
    """A table with the columns that the log hides or ignores."""

    table: str
    hidden: tuple[str, ...]
    ignored: tuple[str, ...]


def exemption(model: type[Model]) -> str | None:
    """Return why a model's table is not watched, or None if it is."""
    declared: str | None = getattr(model, "audit_exempt", None)
    return declared or exempt.EXEMPT.get(model._meta.db_table)


def models_with_tables() -> Iterator[type[Model]]:
    """Yield every model that has a table of its own, the joining tables included."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model


def watched_tables() -> list[Watched]:
    """Return what must be watched."""
    return [_watched(model) for model in models_with_tables() if exemption(model) is None]


def _watched(model: type[Model]) -> Watched:
    table = model._meta.db_table
    hidden = (*getattr(model, "audit_hidden", ()), *exempt.HIDDEN.get(table, ()))
    ignored = (*getattr(model, "audit_ignored", ()), *exempt.IGNORED.get(table, ()))
    return Watched(table, hidden, ignored)


def watch_all(using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Install the triggers on every table that lacks them or has changed (a receiver of `post_migrate`)."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('audit_is_current(oid, text[], text[])')")
        if cursor.fetchone()[0] is None:
            return
        for row in watched_tables():
            values: dict[str, Any] = {
                "table": row.table,
                "hidden": list(row.hidden),
                "ignored": list(row.ignored),
            }
            cursor.execute(WATCH_IF_STALE, values)


def watch_loaded(relation: str, rows: int, *, ignored: Sequence[str] = ()) -> None:
    """Log every change of a table outside the models from now on, and that it came with so many rows.

    What follows from other columns is `ignored`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_watch(%s::regclass, '{}', %s, %s)", [relation, list(ignored), rows])
