"""What the event log promises: nothing is unwatched, and nobody can write or change it."""

from collections.abc import Iterable

from django.db import connection

from audit.watching import watched_tables
from core.integrity import Promise, promise_by_sql


def _unwatched() -> Iterable[str]:
    tables = [one.table for one in watched_tables()]
    sql = """
        SELECT t FROM unnest(%s) t
        WHERE to_regclass(quote_ident(t)) IS NOT NULL AND audit_watched(to_regclass(quote_ident(t))) IS NULL
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [tables])
        return [f"{table} is not watched" for (table,) in cursor.fetchall()]


PROMISES = (
    Promise(
        "audit.all-tables-watched",
        "Every table of the portal writes its changes into the event log.",
        _unwatched,
    ),
    promise_by_sql(
        "audit.imported-tables-watched",
        "Every imported table writes its changes into the event log.",
        """SELECT c.oid::regclass, 'is not watched' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'imported' AND c.relkind = 'r' AND audit_watched(c.oid) IS NULL""",
    ),
    promise_by_sql(
        "audit.append-only",
        "The event log refuses every change, and no role of the portal may write it.",
        """SELECT 'missing or disabled:', wanted FROM unnest(ARRAY['append_only', 'by_trigger_only']) wanted
            WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'audit_event'::regclass
                AND tgname = wanted AND tgenabled IN ('O', 'A'))
           UNION ALL
           SELECT rolname::text, privilege FROM pg_roles, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) privilege
            WHERE rolname IN ('gisportal_web', 'gisportal_worker')
              AND has_table_privilege(rolname, 'audit_event', privilege)""",
    ),
)
