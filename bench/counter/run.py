"""Measure papers and the account page: `bench/run counter [BILLS [LANGUAGE…]]`.

1,000 bills on the plots of the demo town, 200 to a party: what one core takes to draw them as PDF,
each with its steps, shares, map and code, what memory that needs, and how long the account page of a
party takes, as the browser's request and as the processor time of web and database together.
"""

import os
import resource
import statistics
import sys
import tempfile
import time
from datetime import date
from decimal import Decimal
from importlib import import_module
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisportal.settings")
os.environ.setdefault("GISPORTAL_ROLE", "owner")
os.environ["GISPORTAL_TLS"] = "0"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.own import in_own, run_in_own

if __name__ == "__main__" and not in_own():
    run_in_own(__file__)

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.test import Client

from accounts.models import Membership, User
from bench.roll.run import execute, fill
from ledger.actions.billing import publish
from ledger.actions.payment import take_payment
from ledger.models import BillRun, BillShare
from taxation import printing
from taxation.actions import roll

EACH = 200
REQUESTS = 100
GOAL_S, GOAL_MS = 100, 150
ON_PLOTS = """
UPDATE taxation_taxunit u SET parcel_id = p.id FROM
  (SELECT id, row_number() OVER (ORDER BY id) AS place FROM cadastre_parcel) p
WHERE u.collection = 'bench' AND p.place = 1 + u.feature_id %% (SELECT greatest(count(*), 1) FROM cadastre_parcel)
"""


def billed(units: int) -> BillRun:
    """Make a published run of so many bills, with some payments."""
    fill(units, max(units // EACH, 1))
    execute(ON_PLOTS, {})
    execute("ANALYZE")
    run = roll.start(
        "ps-building", period_start=date(2026, 1, 1), period_end=date(2026, 12, 31), period="2026",
        issued_on=date(2026, 1, 1), by=None,
    )  # fmt: skip
    publish(roll.carry_on(run, lambda done, total, message: None))
    for party in set(BillShare.objects.filter(bill__run=run).values_list("party_id", flat=True)):
        for day in range(1, 21):
            take_payment(
                party_id=party,
                amount=Decimal(50),
                currency="JOD",
                method="bank",
                on=date(2026, 2, day),
                by=None,
            )
    return run


def measure_papers(run: BillRun, language: str) -> None:
    """Print all bills of the run and say what it took."""
    with tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = folder
        started, wall = time.process_time(), time.perf_counter()
        memory: list[float] = []
        printed = printing.print_run(
            run,
            language,
            lambda done, total, message: memory.append(
                resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            ),
        )
        spent = time.process_time() - started
        size = sum(path.stat().st_size for path in printing.files_of(run.pk)) / 1e6
    print(
        f"  {printed:,} bills in {language}: {spent:.1f} s of one core ({spent / printed * 1000:.0f} s for 1,000, goal "
        f"at most {GOAL_S}), {time.perf_counter() - wall:.1f} s on the clock, {size:.1f} MB; "
        f"memory {memory[0]:.0f} MB after the first {printing.PART}, at most {memory[-1]:.0f} MB"
    )


def database_seconds() -> float:
    """Return the processor time of this connection's server process so far, where it can be read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return 0.0


def measure_account(run: BillRun) -> None:
    """Ask for an account page again and again and say how long it took."""
    # The web process as it is after its start.
    import_module("gisportal.wsgi")
    counted = BillShare.objects.filter(bill__run=run).values_list("party_id").annotate(bills=Count("pk"))
    party, bills = counted.order_by("bills").first() or (0, 0)
    clerk = User.objects.get_or_create(username="bench-clerk")[0]
    Membership.objects.get_or_create(user=clerk, role="clerk")
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(clerk)
    clock, spent = [], []
    for turn in range(REQUESTS + 5):
        before = time.process_time() + database_seconds()
        started = time.perf_counter()
        answer = client.get(f"/staff/accounts/{party}/")
        clock.append((time.perf_counter() - started) * 1e3)
        spent.append((time.process_time() + database_seconds() - before) * 1e3)
        if answer.status_code != 200:
            sys.exit(f"The page answered {answer.status_code} at turn {turn}.")
    p95 = [statistics.quantiles(values[5:], n=20)[-1] for values in (clock, spent)]
    print(
        f"  account page of {bills} bills, {len(answer.content) / 1e3:.0f} kB: p95 {p95[0]:.0f} ms on the clock, "
        f"{p95[1]:.0f} ms of processor time (goal {GOAL_MS}); median {statistics.median(clock[5:]):.0f} and "
        f"{statistics.median(spent[5:]):.0f} ms"
    )


if __name__ == "__main__":
    made = billed(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    measure_account(made)
    for code in sys.argv[2:] or ("ar", "en"):
        measure_papers(made, code)
