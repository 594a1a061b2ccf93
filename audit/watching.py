"""Which tables the database watches, and seeing to it after every migration."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Model

from audit import exempt


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
    """Install the triggers on every table that lacks them (a receiver of `post_migrate`)."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('audit_watch(regclass, text[], text[], bigint)')")
        if cursor.fetchone()[0] is None:
            return
        wanted = {row.table: row for row in watched_tables()}
        cursor.execute(
            "SELECT t, audit_watched(to_regclass(quote_ident(t))) FROM unnest(%s) t "
            "WHERE to_regclass(quote_ident(t)) IS NOT NULL",
            [list(wanted)],
        )
        for table, arguments in cursor.fetchall():
            row = wanted[table]
            if arguments is None or arguments.split("|")[1:3] != [
                ",".join(row.hidden),
                ",".join(row.ignored),
            ]:
                cursor.execute(
                    "SELECT audit_watch(to_regclass(quote_ident(%s)), %s::text[], %s::text[])",
                    [table, list(row.hidden), list(row.ignored)],
                )


def watch_loaded(relation: str, rows: int) -> None:
    """Log every change of a table outside the models from now on, and that it came with so many rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_watch(%s::regclass, '{}', '{}', %s)", [relation, rows])
