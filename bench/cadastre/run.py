"""Measure the cadastre: `bench/run cadastre [CHECKED [TOWN]]` (100,000 and 600,000 by default).

Everything happens in one transaction that is rolled back. CHECKED lots of 20 m by 30 m are laid out in
blocks with their vertices matched, one in five hundred is shifted by 0.3 m, and then, in turns:

- the check of the whole cadastre against GEOS's own coverage validation of the same rows, gaps included
  (goal: at most 1.5 times), and against the ST_Overlaps self-join, which misses gaps (goal C1: 2.5 times faster).

More lots are laid out beside them until there are TOWN, and then:

- the preview of a split, with all live checks, among all these parcels (goal: p95 within 200 ms);
- the approval of records that split parcels of the demo town, with everything attached to them (goal: 1 s).
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
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from cadastre.actions.approve import approve_record
from cadastre.actions.drafting import keep_operation
from cadastre.actions.records import add_source, choose, give_reason, open_record, submit_record
from cadastre.checks.drafts import findings_after, findings_of
from cadastre.checks.registry import Moment
from cadastre.drafting.proposal import propose
from cadastre.models import Parcel, Record
from cadastre.quality.coverage import GAP_WIDTH_M, breaches, read_coverage
from cadastre.representation import preview
from core.errors import DomainError
from planning.models import ZoningDistrict

ROUNDS = 3
PREVIEWS = 60
APPROVALS = 20
WATCHED = ("cadastre_basin", "cadastre_parcel")
# Blocks of ten by two lots with streets of 8 m between them; far from any real parcel.
LOTS = """
    INSERT INTO cadastre_parcel (basin_id, quarter, number, land_use, source_class, zone_code, begin_lifespan, version,
                                 area_official_m2, geom)
    SELECT %(first)s + (n - %(start)s) / 400, '', n::text, 'residential', 'gnss', '', now(), 1, 600,
           ST_Multi(ST_MakeEnvelope(x, y, x + 20, y + 30, {srid}))
    FROM (SELECT n, 500000 + (block %% wide) * 208 + (place %% 10) * 20 + CASE WHEN n %% 500 = 0 THEN 0.3 ELSE 0 END AS x,
                 300000 + (block / wide) * 68 + (place / 10) * 30 AS y
          FROM (SELECT n, n / 20 AS block, n %% 20 AS place, 200 AS wide
                FROM generate_series(%(start)s, %(count)s - 1) n) a) b
"""
# A basin for each twenty blocks, as registration units go.
BASINS = """
    WITH made AS (
        INSERT INTO cadastre_basin (governorate, locality, number, name_ar, name_en, name_fr, is_settled, version, geom)
        SELECT 'bench', 'bench', %(start)s || '-' || n, '', '', '', true, 1,
               ST_Multi(ST_MakeEnvelope(500000, 300000, 500100, 300100, {srid}))
        FROM generate_series(%(start)s / 400, %(count)s / 400) n RETURNING id)
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


def fill(start: int, count: int) -> None:
    """Lay out the lots from one number up to another; the event log would only slow the filling down."""
    for table in WATCHED:
        sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    numbers: dict[str, object] = {"start": start, "count": count}
    first = sql(BASINS.format(srid=settings.GRID_SRID), numbers)
    sql(LOTS.format(srid=settings.GRID_SRID), {**numbers, "first": first})
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table in WATCHED:
        sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        sql(f"ANALYZE {table}")


def zone() -> None:
    """Lay a zone over all lots, so that its rules are asked as well."""
    around = Polygon.from_bbox((499_000, 299_000, 600_000, 400_000))
    ZoningDistrict.objects.create(
        code="bench", kind="res-b", min_parcel_m2=100, min_frontage_m=5,
        geom=MultiPolygon(around, srid=settings.GRID_SRID),
    )  # fmt: skip


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
    say("preview of a split with its checks", times, 200)


def say(what: str, times: list[float], goal_ms: int) -> None:
    """Print median and 95th percentile of times in milliseconds."""
    p95 = statistics.quantiles(times, n=20)[18]
    print(f"  {what:40s} median {statistics.median(times):.0f} ms, p95 {p95:.0f} ms (goal {goal_ms})")


def approve_all() -> None:
    """Split the largest parcels of the demo town that have an owner, in force, one record each."""
    drawing, deciding = (User.objects.create_user(username=f"bench-{name}") for name in ("draws", "decides"))
    parcels = (
        Parcel.objects.in_force().filter(ba_units__isnull=False).exclude(land_use="road").distinct()
        .order_by("-area_gis_m2").values_list("pk", flat=True)
    )  # fmt: skip
    parcels = parcels or Parcel.objects.in_force().exclude(land_use="road").order_by(
        "-area_gis_m2"
    ).values_list("pk", flat=True)
    times: list[float] = []
    for parcel in parcels[: 3 * APPROVALS]:
        record = submitted(parcel, drawing)
        if record is None:
            continue
        times.append(
            1000 * seconds(lambda r=record: approve_record(record_id=r.pk, version=r.version, by=deciding))
        )  # type: ignore[misc]
        if len(times) == APPROVALS:
            break
    say(f"approval of {len(times)} records", times, 1000)


def submitted(parcel: int, by: User) -> Record | None:
    """Draw a split and send it to approval with reasons; None where a check blocks it."""
    record = open_record(kind="subdivision", by=by, on=timezone.localdate())
    add_source(record_id=record.pk, version=1, by=by, kind="plan", number="bench")
    try:
        with transaction.atomic():
            record, _made = keep_operation(
                record_id=record.pk, version=2, kind="split_parts",
                arguments={"parcel": f"p{parcel}", "count": 2}, by=by,
            )  # fmt: skip
            record = choose(record_id=record.pk, version=record.version, choices={}, suggested=True)
            for one in findings_of(record, Moment.SUBMIT):
                record = give_reason(
                    record_id=record.pk, version=record.version, by=by, rule=one.rule, subject=one.subject,
                    reason="bench",
                )  # fmt: skip
            return submit_record(record_id=record.pk, version=record.version, by=by)
    except DomainError:
        return None


def main() -> None:
    """Fill, measure and roll back."""
    given = [int(text) for text in sys.argv[1:]]
    checked = given[0] if given else 100_000
    town = given[1] if len(given) > 1 else 6 * checked
    try:
        with transaction.atomic():
            fill(0, checked)
            check_all(checked)
            zone()
            fill(checked, town)
            print(f"{town:,} parcels")
            preview_all()
            approve_all()
            raise Undo
    except Undo:
        pass


if __name__ == "__main__":
    main()
