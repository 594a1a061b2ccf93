"""Measure the comparison of footprints: `bench/run footprints [COUNT]` (200,000 by default).

Everything happens in one transaction that is rolled back. The buildings of the instance's demo town and
its survey from the air are laid beside one another until there are COUNT buildings. Then, in turns:

- the bare anti-join of those that the register lacks (performance.md, S1), and
- the whole comparison: links, classes, findings written, places recognised (goal: at most 1.5 times).

Precision and recall of every class follow, against what the generator of the town wrote down (goal: 0.98).

Times are the processor time of the database's own process, without parallel workers, so that other work
on the machine counts for neither side; elapsed time is printed beside it.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisportal.settings")
os.environ.setdefault("GISPORTAL_ROLE", "owner")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import django

django.setup()

from django.db import connection, transaction

from buildings.footprints.comparing import compare
from core.instance import data_dir
from layers import registry
from layers.collections import Collection

ROUNDS = 3
FAR = 400_000
COPY = 10_000_000
ANTI_JOIN = """
    SELECT count(*) FROM pg_temp.bench_seen a WHERE NOT EXISTS (
        SELECT 1 FROM buildings_building r WHERE r.end_lifespan IS NULL AND r.geom && a.geom
          AND ST_Area(ST_Intersection(a.geom, r.geom)) > 0.5 * least(ST_Area(a.geom), ST_Area(r.geom)))
"""
TICKS = os.sysconf("SC_CLK_TCK")


class Undo(Exception):
    """Raised to roll everything back."""


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def measure(work: Callable[[], object]) -> tuple[float, float]:
    """Return processor and elapsed seconds of some work in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    used, began = processor_seconds(pid), time.perf_counter()
    work()
    return processor_seconds(pid) - used, time.perf_counter() - began


def lay_out(count: int) -> tuple[int, int]:
    """Repeat the demo town until there are so many buildings; return how many there are, and footprints."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM buildings_footprintfinding")
        cursor.execute("UPDATE buildings_building SET end_lifespan = now() WHERE end_lifespan IS NULL")
        cursor.execute(
            "CREATE TEMP TABLE town AS SELECT id, use, condition, floors, geom FROM buildings_building"
        )
        cursor.execute("SELECT count(*) FROM town")
        times = -(-count // cursor.fetchone()[0])
        place = f"{FAR} + (k %% 16) * 4000, {FAR} + (k / 16) * 4000"
        cursor.execute(
            "INSERT INTO buildings_building (code, house_number, name_ar, name_en, name_fr, use, condition, floors, geom) "
            f"SELECT 'bench-' || k || '-' || id, '', '', '', '', use, condition, floors, ST_Translate(geom, {place}) "
            "FROM town, generate_series(0, %s) k",
            [times - 1],
        )
        cursor.execute(
            f"CREATE TEMP TABLE bench_seen AS SELECT k * {COPY} + id AS id, ST_Translate(geom, {place}) AS geom "
            "FROM imported.demo_footprints_2026, generate_series(0, %s) k",
            [times - 1],
        )
        cursor.execute("CREATE INDEX ON bench_seen USING gist (geom)")
        cursor.execute("ALTER TABLE bench_seen ADD PRIMARY KEY (id)")
        cursor.execute("ANALYZE buildings_building")
        cursor.execute("ANALYZE bench_seen")
        cursor.execute(
            "SELECT (SELECT count(*) FROM buildings_building WHERE end_lifespan IS NULL), count(*) FROM bench_seen"
        )
        return cursor.fetchone()


def anti_join() -> int:
    """Count the footprints that no building covers."""
    with connection.cursor() as cursor:
        cursor.execute(ANTI_JOIN)
        return int(cursor.fetchone()[0])


def judged() -> None:
    """Print precision and recall of each class over all copies of the town."""
    truth = json.loads((data_dir() / "demo_truth.json").read_text())["buildings"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, code FROM buildings_building WHERE end_lifespan IS NULL")
        named = {key: tuple(map(int, code.split("-")[1:])) for key, code in cursor.fetchall()}
        cursor.execute("SELECT kind, buildings, footprints FROM buildings_footprintfinding")
        rows = cursor.fetchall()
    copies = range(max(copy for copy, _ in named.values()) + 1)
    found: dict[str, set[tuple[int, int]]] = {}
    for kind, buildings, footprints in rows:
        places = [divmod(footprints[0], COPY)] if kind == "new" else [named[key] for key in buildings]
        found.setdefault(kind, set()).update(places)
    differing = set().union(*(places for kind, places in found.items() if kind != "new"))
    found["same"] = set(named.values()) - differing
    owner = dict(seen_buildings())
    true = {
        "new": truth["unregistered"], "gone": truth["registered_not_found"],
        "grown": [owner[key] for key in truth["enlarged"]], "split": truth["seen_as_two"],
        "shrunk": truth["made_smaller"], "changed": truth["rebuilt_beside"],
        "merged": [key for one in truth["seen_as_one"] for key in one["buildings"]],
    }  # fmt: skip
    unlike = {key for kind, keys in true.items() if kind != "new" for key in keys}
    true["same"] = [key for key in {key for _, key in named.values()} if key not in unlike]
    for kind, keys in true.items():
        wanted = {(copy, key) for copy in copies for key in keys}
        right = len(wanted & found.get(kind, set()))
        precision, recall = right / max(len(found.get(kind, ())), 1), right / max(len(wanted), 1)
        print(f"{kind:6} {len(wanted):8,} true   precision {precision:.3f}   recall {recall:.3f}")


def seen_buildings() -> list[tuple[int, int]]:
    """Return which building of the town each of its footprints covers most of."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (f.id) f.id, b.id FROM imported.demo_footprints_2026 f JOIN town b ON b.geom && f.geom "
            "AND ST_Intersects(b.geom, f.geom) ORDER BY f.id, ST_Area(ST_Intersection(b.geom, f.geom)) DESC"
        )
        return cursor.fetchall()


def main() -> None:
    """Lay out, measure in turns, print, and undo."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    registry.declared()
    layer = Collection(id="bench-footprints", title="", relation="pg_temp.bench_seen", where="")
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
                cursor.execute("SET LOCAL jit = off")
            buildings, footprints = lay_out(count)
            print(f"{buildings:,} buildings, {footprints:,} footprints; {anti_join():,} without a building")
            bare, whole = [], []
            for _ in range(ROUNDS):
                bare.append(measure(anti_join))
                whole.append(
                    measure(lambda: print(compare(layer=layer, on=date(2026, 6, 1), by=None).counts))
                )
            for name, runs in (("bare anti-join", bare), ("whole comparison", whole)):
                print(
                    f"{name:18} " + "  ".join(f"{cpu:6.2f} s ({wall:6.2f} s elapsed)" for cpu, wall in runs)
                )
            ratio = min(cpu for cpu, _ in whole) / min(cpu for cpu, _ in bare)
            print(f"ratio of the best  {ratio:.2f} (goal 1.5)")
            judged()
            raise Undo
    except Undo:
        print("undone")


if __name__ == "__main__":
    main()
