"""Measure the policy and the event log: `bench/run trust`.

The policy is timed in one process, warm. The log is timed on two equal tables, one watched and one
not, statement by statement in turn, so that both meet the same machine; the ratio is what counts.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisportal.settings")
os.environ.setdefault("GISPORTAL_ROLE", "worker")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import django

django.setup()

from django.db import connection, transaction
from django.test import RequestFactory

from accounts import policy
from accounts.policy import Sensitivity, Verb

ROUNDS = 7
LAYER = SimpleNamespace(
    id="bench",
    view_roles=frozenset({"public"}),
    edit_roles=frozenset({"engineer"}),
    sensitivities={f"field{n}": list(Sensitivity)[n % 4] for n in range(14)},
    district_field="district_id",
)
STATEMENTS = {
    "INSERT of 1 row": "INSERT INTO {t} (name, geom) SELECT 'x', {g}",
    "INSERT of 10,000 rows": "INSERT INTO {t} (name, geom) SELECT n::text, {g} FROM generate_series(1, 10000) n",
    "INSERT of 50,000 rows (summary)": "INSERT INTO {t} (name, geom) SELECT n::text, {g} FROM generate_series(1, 50000) n",
    "UPDATE of 1 row": "UPDATE {t} SET name = name || 'y' WHERE id = 1",
    "UPDATE of 10,000 rows": "UPDATE {t} SET name = name || 'y' WHERE id <= 10000",
}
GEOMETRY = "ST_Buffer(ST_SetSRID(ST_MakePoint(170000, 180000), 28191), 20, 8)"


def microseconds(work: Callable[[], object], repeats: int) -> float:
    """Return the best of some rounds, per call."""
    rounds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(repeats):
            work()
        rounds.append((time.perf_counter() - started) / repeats)
    return min(rounds) * 1e6


def measure_policy() -> None:
    """Print what one question costs."""
    requests = RequestFactory()
    anonymous = policy.ANYBODY.at(policy.epoch())
    clerk = policy.of_roles({"clerk": frozenset({1, 2})}).at(policy.epoch())
    questions: dict[str, tuple[Callable[[], object], int]] = {
        "policy.epoch(): one row by key": (policy.epoch, 300),
        "subject_of(request), nobody signed in": (lambda: policy.subject_of(requests.get("/tiles/")), 300),
        "requests.get() alone, to subtract": (lambda: requests.get("/tiles/"), 300),
        "digest(nobody, layer)": (lambda: policy.digest(anonymous, LAYER), 3000),
        "digest(clerk of two districts, layer)": (lambda: policy.digest(clerk, LAYER), 3000),
        "decide(clerk, edit, layer)": (lambda: policy.decide(clerk, Verb.EDIT, LAYER), 1000),
    }
    for name, (work, repeats) in questions.items():
        print(f"  {name:<42} {microseconds(work, repeats):8.1f} µs")


def milliseconds(sql: str) -> float:
    """Run a statement in a transaction of its own and return its time."""
    started = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return (time.perf_counter() - started) * 1e3


def execute(sql: str) -> None:
    """Run a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql)


def measure_log() -> None:
    """Print what being watched costs."""
    tables = ("imported.bench_plain", "imported.bench_watched")
    print(f"  {'statement':<34} {'plain ms':>10} {'watched ms':>11} {'ratio':>6}")
    for name, statement in STATEMENTS.items():
        times: dict[str, list[float]] = {table: [] for table in tables}
        for table in tables:
            execute(f"DROP TABLE IF EXISTS {table}")
            execute(f"CREATE TABLE {table} (id serial PRIMARY KEY, name text, geom geometry(Polygon, 28191))")
            execute(
                f"INSERT INTO {table} (name, geom) SELECT n::text, {GEOMETRY} FROM generate_series(1, 10000) n"
            )
        execute(f"SELECT audit_watch('{tables[1]}')")
        for _ in range(ROUNDS):
            for table in tables:
                times[table].append(milliseconds(statement.format(t=table, g=GEOMETRY)))
        plain, watched = (statistics.median(times[table]) for table in tables)
        print(f"  {name:<34} {plain:10.2f} {watched:11.2f} {watched / plain:6.2f}")
    for table in tables:
        execute(f"DROP TABLE {table}")


if __name__ == "__main__":
    measure_policy()
    measure_log()
