"""Empty registers while people use the portal: take every lock or none, so that nobody waits for each other."""

import time
from collections.abc import Iterable

from django.db import OperationalError, connection, transaction

from core.errors import Conflict

PATIENCE_S = 60.0
PAUSE_S = 0.2
# TRUNCATE … CASCADE reaches whatever points at the tables, over any number of steps.
REACHED = """
    WITH RECURSIVE reached (relation) AS (
        SELECT unnest(%s::regclass[])::oid
        UNION SELECT c.conrelid FROM pg_constraint c JOIN reached r ON c.confrelid = r.relation WHERE c.contype = 'f'
    ) SELECT DISTINCT relation::regclass::text FROM reached ORDER BY 1"""


def empty(relations: Iterable[str], *, patience_s: float = PATIENCE_S) -> None:
    """Truncate tables and all that point at them; refuse with Conflict where others never leave them for a moment."""
    named = list(relations)
    with connection.cursor() as cursor:
        cursor.execute(REACHED, [named])
        reached = ", ".join(row[0] for row in cursor.fetchall())
        until = time.monotonic() + patience_s
        while not _locked(reached):
            if time.monotonic() > until:
                raise Conflict(
                    "The registers are in use all the time. Nothing was changed; stop the portal and try again."
                )
            time.sleep(PAUSE_S)
        cursor.execute(f"TRUNCATE {', '.join(named)} RESTART IDENTITY CASCADE")


def _locked(relations: str) -> bool:
    """Lock all tables if all are free at this moment; waiting with some in hand is what ends in a deadlock."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {relations} IN ACCESS EXCLUSIVE MODE NOWAIT")
    except OperationalError as refusal:
        if getattr(refusal.__cause__, "sqlstate", "") != "55P03":
            raise
        return False
    return True
