"""Measure tables: `bench/run table [ROWS]` (500,000 rows of a layer unless told), and the register of buildings.

A layer of so many points with twelve fields is made in the instance, read through every middleware
by a signed-in engineer as the table page reads it, and dropped again. The page asks for the rows
first and for their count after; what is counted at one version of the table is remembered. Then it
is joined to a layer of as many rows by key and as the nearest, and to 20,000 areas by place.
"""

import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisportal.settings")
os.environ.setdefault("GISPORTAL_ROLE", "owner")
os.environ.setdefault("GISPORTAL_TLS", "0")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import django

django.setup()

from django.db import connection
from django.test import Client

from accounts.models import User
from bench.table import joining
from bench.table.register import measure_register
from layers.actions.datasets import forget_dataset, prepare_dataset, register_dataset
from layers.collections import Field, FieldType
from layers.making import tables
from layers.sheets import indexing, rows

SLUG, NAME = "bench-rows", "bench_rows"
ROUNDS, REGISTER = 40, 100_000
WORDS = (
    "ARRAY['شارع القدس','حي الزيتون','وسط البلد','المنطقة الصناعية','طريق البئر','Old town','Rue du puits']"
)
FIELDS = (
    Field(name="code", searchable=True), Field(name="name", searchable=True, in_tile=True), Field(name="quarter"),
    Field(name="kind"), Field(name="floors", type=FieldType.INTEGER), Field(name="year", type=FieldType.INTEGER),
    Field(name="area", type=FieldType.NUMBER), Field(name="value", type=FieldType.NUMBER),
    Field(name="is_used", type=FieldType.BOOLEAN), Field(name="seen_on", type=FieldType.DATE),
    Field(name="note"), Field(name="owner", sensitivity="identity"),
)  # fmt: skip
FILL = f"""
    INSERT INTO imported.{NAME} (code, name, quarter, kind, floors, year, area, value, is_used, seen_on, note, owner, geom)
    SELECT 'C-' || n, ({WORDS})[1 + n %% 7] || ' ' || n, ({WORDS})[1 + n * 13 %% 7], 'kind ' || n %% 9, n %% 12,
      1900 + n %% 125, (n::bigint * 7919 %% 100000) / 10.0, (n::bigint * 104729 %% 1000003) / 3.0, n %% 3 = 0,
      date '2000-01-01' + n %% 9000, CASE WHEN n %% 10 = 0 THEN NULL ELSE 'note ' || md5(n::text) END,
      'owner ' || n %% 5000,
      ST_SetSRID(ST_MakePoint(170000 + n %% 5000, 180000 + n / 5000), 28191)
    FROM generate_series(1, %s) n"""


def build(count: int) -> None:
    """Make and fill the layer."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS imported.{NAME}")
        tables.make(NAME, "Point", FIELDS, by_district=False)
        cursor.execute(FILL, [count])
    register_dataset(
        slug=SLUG, relation=f"imported.{NAME}", geometry_type="Point", fields=FIELDS, label_field="name",
        view_roles=["engineer"], edit_roles=["engineer"], feature_count=count,
    )  # fmt: skip
    prepare_dataset(slug=SLUG)
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE imported.{NAME}")


def remove() -> None:
    """Drop the layer."""
    forget_dataset(slug=SLUG)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS imported.{NAME}")


def times(visitor: Client, query: str, *, recount: bool = False, rounds: int = ROUNDS) -> list[float]:
    """Return milliseconds of each request."""
    found = []
    for _ in range(rounds):
        if recount:
            rows._counts.clear()
        started = time.perf_counter()
        answer = visitor.get(f"/api/v1/collections/{SLUG}/{query}")
        found.append((time.perf_counter() - started) * 1e3)
        assert answer.status_code == 200, answer.content[:300]
    return found


def told(name: str, found: list[float]) -> None:
    """Print the middle and the 95th percentile."""
    p95 = statistics.quantiles(found, n=20)[18] if len(found) > 1 else found[0]
    print(f"  {name:<58} {statistics.median(found):8.1f} {p95:8.1f}")


def measure(visitor: Client, count: int) -> None:
    """Print each question's times."""
    middle = json.loads(visitor.get(f"/api/v1/collections/{SLUG}/rows?at={count // 2}").content)["after"]
    questions: list[tuple[str, str, dict[str, Any]]] = [
        ("first page, as the table page asks", "rows?limit=100&count=no", {"recount": True}),
        ("the count of all rows, anew each time", "count?", {"recount": True}),
        ("first page, counted", "rows?limit=100", {}),
        ("a page in the middle", f"rows?limit=100&after={middle}", {}),
        ("beginning at a row chosen on the map", f"rows?limit=100&at={count // 3}", {}),
        ("words: q", "rows?limit=100&q=" + quote("القدس 4711"), {"rounds": 10}),
        ("filter: floors = 5, counted anew", "rows?limit=100&floors=5", {"recount": True, "rounds": 10}),
        ("sums of four columns of numbers", "sums?", {"rounds": 5}),
    ]
    for name, query, how in questions:
        told(name, times(visitor, query, **how))
    for field in ("value", "name"):
        told(
            f"first page in the order of {field}, no index",
            times(visitor, f"rows?limit=100&sortby={field}", rounds=5),
        )
    for field in ("value", "name"):
        indexing.make_order.func(SLUG, field)
        told(f"first page in the order of {field}, indexed", times(visitor, f"rows?limit=100&sortby={field}"))
        told(
            f"first page from the largest {field}, indexed", times(visitor, f"rows?limit=100&sortby=-{field}")
        )


def measure_joins(visitor: Client) -> None:
    """Print the first page's times beside fields of other layers."""
    with joining.partners():
        for name, join in joining.QUESTIONS:
            told(name, times(visitor, f"rows?limit=100&count=no&join={quote(join)}", recount=True))


def main() -> None:
    """Build, measure, drop."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    print(f"{count:,} rows, load {os.getloadavg()[0]:.1f}; milliseconds{'':>29} median      p95")
    visitor = Client(HTTP_HOST="127.0.0.1")
    visitor.force_login(User.objects.get(username="engineer"))
    try:
        build(count)
        measure(visitor, count)
        measure_joins(visitor)
    finally:
        remove()
    measure_register(visitor, REGISTER)


if __name__ == "__main__":
    main()
