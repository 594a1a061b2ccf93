"""The layers that the measured table is joined to: as many points with the same keys, and 20,000 squares."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from layers.actions.datasets import forget_dataset, prepare_dataset, register_dataset
from layers.collections import Field, FieldType
from layers.making import tables
from layers.sheets import indexing

PARTNERS, SQUARES = "bench-partners", "bench-squares"
_NAMES = {PARTNERS: "bench_partners", SQUARES: "bench_squares"}
_KINDS = {PARTNERS: "Point", SQUARES: "Polygon"}
_FIELDS = (Field(name="code"), Field(name="name"), Field(name="number", type=FieldType.INTEGER))
_SIDE_M, _ACROSS = 5, 1000
_FILL = {
    PARTNERS: """SELECT 'C-' || n, 'partner ' || n, n, ST_Translate(geom, 0.4, 0.3) FROM (
                   SELECT substr(code, 3)::int AS n, geom FROM imported.bench_rows) r""",
    SQUARES: f"""SELECT 'S-' || n, 'square ' || n, n, ST_MakeEnvelope(x, y, x + {_SIDE_M}, y + {_SIDE_M}, 28191)
                 FROM generate_series(0, 19999) n, LATERAL (SELECT 170000.0 + n % {_ACROSS} * {_SIDE_M} - 0.1 AS x,
                   180000.0 + n / {_ACROSS} * {_SIDE_M} - 0.1 AS y) p""",
}
QUESTIONS = (
    ("joined by key, three fields", f"{PARTNERS}:code=code:code,name,number"),
    ("joined by place to areas, three fields", f"{SQUARES}:place:code,name,number"),
    ("joined by place, number of matches", f"{SQUARES}:place:matches"),
    ("joined to the nearest, three fields", f"{PARTNERS}:nearest:code,name,number"),
    ("joined by key and by place at once", f"{PARTNERS}:code=code:name;{SQUARES}:place:name"),
)


@contextmanager
def partners() -> Iterator[None]:
    """Make both layers, and drop them."""
    try:
        for slug, name in _NAMES.items():
            _build(slug, name)
        # The job that the first join by this key asks for.
        indexing.make_key.func(PARTNERS, "code")
        yield
    finally:
        for slug, name in _NAMES.items():
            forget_dataset(slug=slug)
            _run(f"DROP TABLE IF EXISTS imported.{name}")


def _build(slug: str, name: str) -> None:
    _run(f"DROP TABLE IF EXISTS imported.{name}")
    tables.make(name, _KINDS[slug], _FIELDS, by_district=False)
    _run(f"INSERT INTO imported.{name} (code, name, number, geom) {_FILL[slug]}")
    register_dataset(
        slug=slug, relation=f"imported.{name}", geometry_type=_KINDS[slug], fields=_FIELDS, label_field="name",
        view_roles=["engineer"], edit_roles=["engineer"], feature_count=0,
    )  # fmt: skip
    prepare_dataset(slug=slug)
    _run(f"VACUUM ANALYZE imported.{name}")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
