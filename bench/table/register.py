"""The building register's list and table at 100,000 rows, through every middleware as an engineer opens it.

Everything happens in one transaction that is rolled back: the demo town's buildings, with their units, are
repeated until there are so many. Totals, which are remembered for each version of the register, are thus
counted anew each time.
"""

import json
import os
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from django.db import connection, transaction
from django.test import Client

FAR = 400_000
ROUNDS = 20
TICKS = os.sysconf("SC_CLK_TCK")


class Undo(Exception):
    """Raised to roll everything back."""


def lay_out(count: int) -> int:
    """Repeat the town until there are `count` buildings; return how many there are."""
    names = "house_number, name_ar, name_en, name_fr, use, condition, construction, floors, year_built, street_id, parcel_id, district_id"
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE town AS SELECT * FROM buildings_building WHERE end_lifespan IS NULL"
        )
        cursor.execute("SELECT count(*) FROM town")
        times = max(count // cursor.fetchone()[0], 1)
        cursor.execute(
            f"INSERT INTO buildings_building (code, {names}, geom) SELECT 'b' || k || '-' || code, {names}, "
            f"ST_Translate(geom, {FAR} + (k %% 16) * 4000, {FAR} + (k / 16) * 4000) "
            "FROM town, generate_series(1, %s) k",
            [times],
        )
        cursor.execute(
            "INSERT INTO buildings_unit (building_id, floor, number, use, area_m2, is_vacant) "
            "SELECT b.id, u.floor, u.number, u.use, u.area_m2, u.is_vacant FROM buildings_unit u "
            "JOIN town t ON t.id = u.building_id JOIN buildings_building b ON b.code LIKE 'b%%' "
            "AND substring(b.code FROM position('-' IN b.code) + 1) = t.code WHERE u.end_lifespan IS NULL"
        )
        for relation in ("buildings_building", "buildings_unit"):
            cursor.execute(f"ANALYZE {relation}")
        cursor.execute("SELECT count(*) FROM buildings_building WHERE end_lifespan IS NULL")
        return int(cursor.fetchone()[0])


def processor_ms(pid: int) -> float:
    """Return the processor time that this process and its database's process have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS * 1e3 + time.process_time() * 1e3


def measured(name: str, ask: Callable[[], object], goal: int) -> None:
    """Print the middle and the 95th percentile of asking again and again, and the processor time of one asking."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    found, used = [], processor_ms(pid)
    for _ in range(ROUNDS):
        began = time.perf_counter()
        ask()
        found.append((time.perf_counter() - began) * 1e3)
    used = (processor_ms(pid) - used) / ROUNDS
    p95 = statistics.quantiles(found, n=20)[18]
    missed = "" if p95 < goal else "  MISSED"
    print(f"  {name:<45} {statistics.median(found):8.1f} {p95:8.1f} {used:10.1f}   goal {goal}{missed}")


def measure_register(visitor: Client, count: int) -> None:
    """Print the times of the list page, the API and the attribute table over so many buildings."""
    try:
        with transaction.atomic():
            rows = lay_out(count)
            print(f"the register of buildings, {rows:,} rows; milliseconds   median      p95  processor")

            def page(query: str) -> Callable[[], object]:
                def ask() -> object:
                    answer = visitor.get(f"/staff/buildings/?lang=ar{query}")
                    assert answer.status_code == 200
                    return answer

                return ask

            def sheet(query: str) -> Callable[[], object]:
                def ask() -> object:
                    answer = visitor.get(f"/api/v1/collections/buildings/{query}")
                    assert answer.status_code == 200, answer.content[:300]
                    return answer

                return ask

            first = page("")().content.decode()
            following = re.search(r'rel="next" href="\?([^"]+)"', first).group(1).replace("&amp;", "&")
            measured("list: first page with total and sums", page(""), 200)
            measured("list: the next page, by key", page("&" + following), 200)
            for field in ("code", "footprint_m2", "-year_built", "use"):
                measured(f"list: sorted by {field}", page(f"&sortby={field}"), 300)
            measured("list: filter use and floors, with sums", page("&use=mixed&floors__gte=2"), 300)
            measured("list: words", page("&q=" + quote("b3-1-2")), 300)
            measured("list: grouped by use, with sums", page("&group=use"), 300)
            measured("table: first page", sheet("rows?limit=100&count=no"), 200)
            measured("table: filter, counted", sheet("rows?limit=100&use=mixed"), 300)
            measured("table: sorted by footprint", sheet("rows?limit=100&count=no&sortby=-footprint_m2"), 300)
            measured("table: sums", sheet("sums?"), 300)
            told = json.loads(sheet("rows?limit=1")().content)["matched"]
            print(f"  told {told:,} of {rows:,} rows")
            raise Undo
    except Undo:
        print("  undone")
