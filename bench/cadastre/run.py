"""Measure the cadastre: `bench/run cadastre [PARCELS]` (100,000 by default).

Everything happens in one transaction that is rolled back: PARCELS lots of 20 m by 30 m are laid out in
blocks with their vertices matched, one in five hundred is shifted by 0.3 m, and then, in turns:

- the check of the whole cadastre against GEOS's own coverage validation of the same rows, gaps included
  (goal: at most 1.5 times), and against the ST_Overlaps self-join, which misses gaps (goal C1: 2.5 times faster);
- the preview of a split, with all live checks, among all these parcels (goal: p95 within 200 ms).
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisportal.settings")
os.environ.setdefault("GISPORTAL_ROLE", "owner")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import django

django.setup()

import shapely
from django.conf import settings
from django.db import connection, transaction

from cadastre.checks.drafts import findings_after
from cadastre.drafting.proposal import propose
from cadastre.quality.coverage import GAP_WIDTH_M, breaches, read_coverage
from cadastre.representation import preview

ROUNDS = 3
PREVIEWS = 60
# Blocks of ten by two lots with streets of 8 m between them; far from any real parcel.
LOTS = """
    INSERT INTO cadastre_parcel (basin_id, quarter, number, land_use, source_class, zone_code, begin_lifespan, version,
                                 area_official_m2, geom)
    SELECT %(first)s + n / 400, '', n::text, 'residential', 'gnss', '', now(), 1, 600,
           ST_Multi(ST_MakeEnvelope(x, y, x + 20, y + 30, {srid}))
    FROM (SELECT n, 600000 + (block %% wide) * 208 + (place %% 10) * 20 + CASE WHEN n %% 500 = 0 THEN 0.3 ELSE 0 END AS x,
                 600000 + (block / wide) * 68 + (place / 10) * 30 AS y
          FROM (SELECT n, n / 20 AS block, n %% 20 AS place, ceil(sqrt(%(count)s / 20.0))::int AS wide
                FROM generate_series(0, %(count)s - 1) n) a) b
"""
# A basin for each twenty blocks, as registration units go.
BASINS = """
    WITH made AS (
        INSERT INTO cadastre_basin (governorate, locality, number, name_ar, name_en, name_fr, is_settled, version, geom)
        SELECT 'bench', 'bench', n::text, '', '', '', true, 1,
               ST_Multi(ST_MakeEnvelope(600000, 600000, 600100, 600100, {srid}))
        FROM generate_series(0, %(count)s / 400) n RETURNING id)
    SELECT min(id) FROM made
"""
SELF_JOIN = """
    SELECT count(*) FROM cadastre_parcel a JOIN cadastre_parcel b ON a.id < b.id AND ST_Overlaps(a.geom, b.geom)
    WHERE a.end_lifespan IS NULL AND b.end_lifespan IS NULL
"""


class Undo(Exception):
    """Raised to roll everything back."""


def seconds(work: Callable[[], object]) -> float:
    """Return how long some work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def sql(statement: str, values: dict[str, object] | None = None) -> object:
    """Run a statement and return its first value, if it has one."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0] if cursor.description else None


def fill(count: int) -> None:
    """Lay out the lots; the event log would only slow the filling down."""
    sql("ALTER TABLE cadastre_basin DISABLE TRIGGER USER")
    sql("ALTER TABLE cadastre_parcel DISABLE TRIGGER USER")
    first = sql(BASINS.format(srid=settings.GRID_SRID), {"count": count})
    sql(LOTS.format(srid=settings.GRID_SRID), {"first": first, "count": count})
    sql("ANALYZE cadastre_parcel")


def judge() -> None:
    """Let GEOS validate the coverage of the same rows, gaps included."""
    _ids, shapes = read_coverage()
    shapely.coverage_invalid_edges(shapes, gap_width=GAP_WIDTH_M)


def check() -> None:
    """Check the coverage as the quality page does."""
    breaches(*read_coverage())


def check_all(count: int) -> None:
    """Compare the check with its two references, in turns."""
    times: dict[str, list[float]] = {"check": [], "geos": [], "self-join": []}
    sql("SET LOCAL max_parallel_workers_per_gather = 0")
    for _round in range(ROUNDS):
        times["geos"].append(seconds(judge))
        times["check"].append(seconds(check))
        times["self-join"].append(seconds(lambda: sql(SELF_JOIN)))
    best = {name: min(values) for name, values in times.items()}
    print(f"{count:,} parcels, best of {ROUNDS} rounds in turns")
    print(f"  GEOS coverage validation, gaps included  {best['geos']:6.2f} s")
    print(
        f"  check of the whole cadastre              {best['check']:6.2f} s  {best['check'] / best['geos']:.2f} x GEOS (goal 1.5)"
    )
    print(
        f"  ST_Overlaps self-join, without gaps      {best['self-join']:6.2f} s  {best['self-join'] / best['check']:.2f} x the check (goal 2.5)"
    )


def preview_all() -> None:
    """Measure previews of splits at places all over the town."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, ST_XMin(geom), ST_YMin(geom) FROM cadastre_parcel "
            "WHERE basin_id IN (SELECT id FROM cadastre_basin WHERE governorate = 'bench') AND id %% 97 = 5 LIMIT %s",
            [PREVIEWS],
        )
        places = cursor.fetchall()
    times = []
    for parcel, x, y in places:
        lines = {"parcel": f"p{parcel}", "lines": [[[x - 1, y + 12.3], [x + 21, y + 17.8]]]}

        def once(arguments: dict[str, object] = lines) -> None:
            proposal = propose(None, "split_line", arguments)
            preview(proposal, findings_after(None, proposal))

        times.append(seconds(once) * 1000)
    cuts = statistics.quantiles(times, n=20)
    print(
        f"  preview of a split with its checks       median {statistics.median(times):.0f} ms, p95 {cuts[18]:.0f} ms (goal 200)"
    )


def main() -> None:
    """Fill, measure and roll back."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    try:
        with transaction.atomic():
            fill(count)
            check_all(count)
            preview_all()
            raise Undo
    except Undo:
        pass


if __name__ == "__main__":
    main()
