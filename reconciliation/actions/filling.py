"""Filling a queue: what its query finds becomes cases, and what people decided before still holds."""

from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from jobs import progress
from reconciliation import registry
from reconciliation.declaring import Queue
from reconciliation.models import Case, CaseState, QueueRun

SQL = Path(__file__).parent.parent / "sql"
# The columns of a queue's query, as they are in `found`; those with a default may be left out.
COLUMNS = {
    "subject": "subject::text",
    "label": "label::text",
    "evidence": "evidence::jsonb",
    "geom": "geom::geometry",
    "collection": "coalesce(collection::text, '')",
    "feature": "feature::bigint",
    "district_id": "district_id::bigint",
    "basis": "coalesce(basis::text, md5(evidence::text))",
    "yearly_value": "yearly_value::numeric(18,3)",
    "currency": "coalesce(currency::text, '')",
    "rank": "rank::float8",
}
_STEPS = 4


@transaction.atomic
def fill(*, queue: Queue, on: date, by: User | None) -> QueueRun:
    """Bring a queue up to date: new cases open, decided ones stay closed while their basis holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 55))", [queue.key])
        progress.report(0, _STEPS, _("Looking for differences"))
        if queue.prepare is not None:
            queue.prepare(on)
        _find(cursor, queue, on)
        progress.report(1, _STEPS, _("Estimating"))
        _estimate(cursor, queue, on)
        progress.report(2, _STEPS, _("Comparing with what was decided"))
        bound: Any = {"queue": queue.key, "on": on, "rechecked": sorted(queue.rechecked)}
        cursor.execute((SQL / "tally.sql").read_text(), bound)
        found, opened, reopened, kept = cursor.fetchone()
        cursor.execute((SQL / "keep.sql").read_text(), bound)
        progress.report(3, _STEPS, _("Looking for what is gone"))
        gone = _let_go(queue)
        cursor.execute("DROP TABLE found")
    progress.report(_STEPS, _STEPS, _("Done"))
    return QueueRun.objects.create(
        queue=queue.key,
        on=on,
        by=by,
        found=found,
        opened=opened,
        reopened=reopened,
        kept_closed=kept,
        gone=gone,
    )


def _find(cursor: CursorWrapper, queue: Queue, on: date) -> None:
    bound = {"on": on}
    cursor.execute(f"SELECT * FROM ({queue.sql}) q LIMIT 0", bound)
    given = {column.name for column in cursor.description or ()}
    absent = ", ".join(f"NULL AS {name}" for name in COLUMNS if name not in given)
    columns = ", ".join(f"{sql} AS {name}" for name, sql in COLUMNS.items())
    more = f", (SELECT {absent}) nothing" if absent else ""
    cursor.execute(
        f"CREATE TEMP TABLE found ON COMMIT DROP AS SELECT {columns} FROM ({queue.sql}) q{more}", bound
    )
    cursor.execute("CREATE UNIQUE INDEX ON found (subject)")
    cursor.execute("ANALYZE found")


def _estimate(cursor: CursorWrapper, queue: Queue, on: date) -> None:
    for one in registry.estimates().get(queue.key, ()):
        cursor.execute(
            "UPDATE found SET yearly_value = e.yearly_value, currency = e.currency "
            f"FROM ({one.sql}) e WHERE e.subject = found.subject",
            {"on": on},
        )
    cursor.execute("UPDATE found SET rank = coalesce(rank, yearly_value, 0)")


def _let_go(queue: Queue) -> int:
    """Mark what was open and is no longer found; decided cases stay as they were decided."""
    absent: Any = (
        Case.objects.of(queue.key)
        .open()
        .extra(where=["NOT EXISTS (SELECT 1 FROM found f WHERE f.subject = reconciliation_case.subject)"])
    )
    return int(absent.update(state=CaseState.GONE, version=F("version") + 1))
