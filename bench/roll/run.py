"""Measure the roll run: `bench/run roll [UNITS]`.

The reference is a bare INSERT … SELECT of the very rows that the run made (bills with their breakdowns,
shares, accounts, postings, entries) into empty tables with the same columns, defaults, checks and indexes
but without triggers, in the same database and the same minute; and `bulk_create` of a sample of them. It
makes an empty instance of its own.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisportal.settings")
# The bare tables are made beside the real ones, which only the owner may do.
os.environ.setdefault("GISPORTAL_ROLE", "owner")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.own import in_own, run_in_own

if __name__ == "__main__" and not in_own():
    run_in_own(__file__, "--empty")

import django

django.setup()

from django.db import connection, transaction

from ledger.models import Account, Bill, BillShare, Entry
from taxation.actions import packs, roll

TABLES = ("ledger_account", "ledger_bill", "ledger_billshare", "ledger_posting", "ledger_entry")
SAMPLE = 50_000


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds a piece of work took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def execute(sql: str, values: object = None) -> None:
    """Run SQL in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def fill(units: int, parties: int = 0) -> None:
    """Make the units to be billed, of so many parties (by default one for three units)."""
    pack = packs.install("ps-building", valid_from=date(2020, 1, 1))
    charge = packs.try_out(pack, {"annual_rent": 2406})
    breakdown = json.dumps({"steps": [step.as_dict() for step in charge.steps], "pack": pack.pk})
    values = {"n": units, "parties": parties or max(units // 3, 1), "pack": pack.pk, "breakdown": breakdown}
    execute((Path(__file__).parent / "fill.sql").read_text(), values)


def bare() -> float:
    """Copy the rows of the run into bare tables with the same indexes, and drop them."""
    for table in TABLES:
        execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
    spent = 0.0
    for table in TABLES:
        columns = columns_of(table)
        spent += timed(lambda t=table, c=columns: execute(f"INSERT INTO bench_{t} ({c}) SELECT {c} FROM {t}"))
    for table in TABLES:
        execute(f"DROP TABLE bench_{table}")
    return spent


def columns_of(table: str) -> str:
    """Return the columns of a table as a list for SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute "
            "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            [table],
        )
        return str(cursor.fetchone()[0])


def bulk() -> float:
    """Return the seconds that bulk_create of a sample of the run's bills takes, with their shares, accounts and entries."""
    bills = list(Bill.objects.order_by("-pk")[:SAMPLE])
    shares = list(BillShare.objects.filter(bill__in=[bill.pk for bill in bills]))
    entries = list(Entry.objects.filter(bill__in=[bill.pk for bill in bills]))
    accounts = list(Account.objects.filter(pk__in={entry.account_id for entry in entries}))
    spent = 0.0
    for model, rows in ((Account, accounts), (Bill, bills), (BillShare, shares), (Entry, entries)):
        table = model._meta.db_table
        execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
        model._meta.db_table = f"bench_{table}"
        try:
            spent += timed(lambda m=model, r=rows: m.objects.bulk_create(r, batch_size=5000))
        finally:
            model._meta.db_table = table
            execute(f"DROP TABLE bench_{table}")
    return spent


def main(units: int) -> None:
    """Fill, run, copy, compare, print."""
    fill(units)
    execute("ANALYZE")
    run = roll.start(
        "ps-building",
        period_start=date(2026, 1, 1),
        period_end=date(2026, 12, 31),
        period="2026",
        issued_on=date(2026, 1, 1),
        by=None,
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ran = timed(lambda: roll.carry_on(run, lambda done, total, message: None))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    copied = min(bare() for _ in range(2))
    made = bulk() * units / min(units, SAMPLE)
    print(
        f"{units:,} units: run {ran:.1f} s, bare INSERT SELECT {copied:.1f} s, bulk_create {made:.1f} s (from a sample)"
    )
    print(
        f"run / bare = {ran / copied:.2f} (goal at most 1.5); bulk_create / run = {made / ran:.1f} (goal at least 4)"
    )
    print(f"memory of the job grew by {grown:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
