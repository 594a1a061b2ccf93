"""Every CQL2 operator keeps what the same condition in SQL keeps; what is not known is named."""

import json
import random
import resource
from typing import Any

import cql2
import pytest
from django.db import connection

from accounts.policy import ANYBODY, of_roles
from core.errors import DomainError
from layers.access import View, view
from layers.features.reading import bounded
from layers.grids import stored_srid
from layers.ogc.filters import parse, translate
from layers.ogc.filters.places import Place
from layers.ogc.filters.times import RELATIONS
from layers.sqltext import table
from tests.layers.trees import EAST, NORTH, plant

pytestmark = pytest.mark.django_db

HERE = f"POLYGON(({EAST - 50} {NORTH - 50},{EAST + 150} {NORTH - 50},{EAST + 150} {NORTH + 50},{EAST - 50} {NORTH + 50},{EAST - 50} {NORTH - 50}))"
POINT = f"POINT({EAST} {NORTH})"
HERE_SQL = f"ST_GeomFromText('{HERE}', 28191)"
SAME: list[tuple[str, str]] = [
    # basic
    ("name = 'École'", "name = 'École'"),
    ("name <> 'École'", "name <> 'École'"),
    ("name < 'f'", "name < 'f'"),
    ("age < 120", "age < 120"),
    ("age <= 120", "age <= 120"),
    ("age > 35", "age > 35"),
    ("age >= 35", "age >= 35"),
    ("height = 7.25", "height = 7.25"),
    ("120 = age", "age = 120"),
    ("id > 3", "id > 3"),
    ("is_watered = TRUE", "is_watered"),
    ("is_watered", "is_watered"),
    ("NOT is_watered", "NOT is_watered"),
    ("age IS NULL", "age IS NULL"),
    ("age IS NOT NULL", "age IS NOT NULL"),
    ("geometry IS NULL", "geom IS NULL"),
    ("age > 30 AND kind = 'olive'", "age > 30 AND kind = 'olive'"),
    ("age > 300 OR kind = 'pine'", "age > 300 OR kind = 'pine'"),
    ("NOT (age > 30 AND kind = 'olive')", "NOT (age > 30 AND kind = 'olive')"),
    ("name = 'O''Brien' OR code = 'TR-1'", "name = 'O''Brien' OR code = 'TR-1'"),
    ("planted_on > DATE('1950-01-01')", "planted_on > '1950-01-01'"),
    ("planted_on = '1990-01-15'", "planted_on = '1990-01-15'"),
    ("seen_at >= TIMESTAMP('2024-05-01T05:00:00Z')", "seen_at >= '2024-05-01T05:00:00Z'"),
    # advanced comparison
    ("name LIKE '%e'", "name LIKE '%e'"),
    ("name NOT LIKE '%e'", "name NOT LIKE '%e'"),
    ("name LIKE '100\\%\\_s%'", "name LIKE '100\\%\\_s%'"),
    ("name LIKE '_cole'", "name LIKE '_cole'"),
    ("age BETWEEN 3 AND 120", "age BETWEEN 3 AND 120"),
    ("age NOT BETWEEN 3 AND 35", "age NOT BETWEEN 3 AND 35"),
    ("planted_on BETWEEN DATE('1900-01-01') AND DATE('2000-01-01')", "planted_on BETWEEN '1900-01-01' AND '2000-01-01'"),
    ("kind IN ('olive', 'carob')", "kind IN ('olive', 'carob')"),
    ("age NOT IN (3, 35)", "age NOT IN (3, 35)"),
    # case- and accent-insensitive
    ("CASEI(name) = CASEI('ÉCOLE')", "name = 'École'"),
    ("ACCENTI(name) = ACCENTI('Ecole')", "name = 'École'"),
    ("CASEI(ACCENTI(name)) = CASEI(ACCENTI('ÉCOLE'))", "lower(name) IN ('école', 'ecole')"),
    ("ACCENTI(name) LIKE ACCENTI('%الاحمد')", "name LIKE '%الأحمد'"),
    ("CASEI(name) LIKE CASEI('ÉC%')", "name LIKE 'Éc%'"),
    ("CASEI(kind) IN (CASEI('OLIVE'), CASEI('Pine'))", "kind IN ('olive', 'pine')"),
    # property-property
    ("age > height", "age > height"),
    ("seen_at > planted_on", "seen_at > planted_on::timestamp AT TIME ZONE 'Asia/Hebron'"),
    ("name = code", "name = code"),
    # spatial
    (f"S_INTERSECTS(geom, {HERE})", f"ST_Intersects(geom, {HERE_SQL})"),
    (f"S_DISJOINT(geometry, {HERE})", f"ST_Disjoint(geom, {HERE_SQL})"),
    (f"S_WITHIN(geom, {HERE})", f"ST_Within(geom, {HERE_SQL})"),
    (f"S_CONTAINS({HERE}, geom)", f"ST_Contains({HERE_SQL}, geom)"),
    (f"S_EQUALS(geom, {POINT})", "id = 1"),
    (f"S_TOUCHES(geom, LINESTRING({EAST} {NORTH},{EAST + 90} {NORTH}))", f"ST_Touches(geom, ST_GeomFromText('LINESTRING({EAST} {NORTH},{EAST + 90} {NORTH})', 28191))"),
    (f"S_CROSSES(MULTIPOINT(({EAST} {NORTH}),({EAST + 900} {NORTH})), {HERE})", "true"),
    (f"S_OVERLAPS(geom, MULTIPOINT(({EAST} {NORTH}),({EAST + 900} {NORTH})))", "geom IS NOT NULL AND false"),
    (f"S_INTERSECTS(geom, BBOX({EAST - 1},{NORTH - 1},{EAST + 101},{NORTH + 1}))", "id IN (1, 2)"),
    # temporal
    ("T_AFTER(planted_on, DATE('1950-01-01'))", "planted_on > '1950-01-01'"),
    ("T_BEFORE(planted_on, DATE('1950-01-01'))", "planted_on < '1950-01-01'"),
    ("T_EQUALS(planted_on, DATE('1990-01-15'))", "planted_on = '1990-01-15'"),
    ("T_DISJOINT(planted_on, INTERVAL('1900-01-01','1999-12-31'))", "planted_on NOT BETWEEN '1900-01-01' AND '1999-12-31'"),
    ("T_INTERSECTS(planted_on, INTERVAL('1900-01-01','..'))", "planted_on >= '1900-01-01'"),
    ("T_INTERSECTS(seen_at, INTERVAL('2024-01-01','2024-05-01'))", "seen_at >= '2024-01-01 00:00+02' AND seen_at < '2024-05-02 00:00+03'"),
    ("T_DURING(seen_at, INTERVAL('2024-01-01T00:00:00Z','2024-12-31T23:59:59Z'))", "seen_at > '2024-01-01Z' AND seen_at < '2024-12-31T23:59:59Z'"),
    ("T_DURING(INTERVAL('2024-02-01','2024-03-01'), INTERVAL('2024-01-01','2024-12-31'))", "true"),
    ("T_CONTAINS(INTERVAL(planted_on, seen_at), INTERVAL('1950-01-01','1960-01-01'))", "planted_on < '1950-01-01' AND seen_at > '1961-01-01'"),
    ("T_FINISHES(INTERVAL('1950-01-01', planted_on), INTERVAL('1900-01-01','1990-01-15'))", "id = 2"),
    ("T_FINISHEDBY(INTERVAL('1900-01-01', planted_on), INTERVAL('1950-01-01','1990-01-15'))", "id = 2"),
    ("T_STARTS(INTERVAL(planted_on,'1995-01-01'), INTERVAL('1990-01-15','2000-01-01'))", "planted_on = '1990-01-15'"),
    ("T_STARTEDBY(INTERVAL(planted_on,'2000-01-01'), INTERVAL('1990-01-15','1995-01-01'))", "planted_on = '1990-01-15'"),
    ("T_MEETS(INTERVAL('1980-01-01', planted_on), INTERVAL('1990-01-15','2000-01-01'))", "id = 2"),
    ("T_METBY(INTERVAL(planted_on,'2000-01-01'), INTERVAL('1980-01-01','1990-01-15'))", "id = 2"),
    ("T_OVERLAPS(INTERVAL(planted_on,'1995-01-01'), INTERVAL('1992-01-01','2000-01-01'))", "planted_on < '1992-01-01'"),
    ("T_OVERLAPPEDBY(INTERVAL('1992-01-01','2000-01-01'), INTERVAL(planted_on,'1995-01-01'))", "planted_on < '1992-01-01'"),
]  # fmt: skip


@pytest.fixture
def trees() -> View:
    return view(of_roles(["engineer"]), plant())


def kept(seen: View, wanted: Any) -> set[int]:
    place = Place(srid=28191, into=stored_srid(seen))
    sql, values = translate(seen, wanted, place)
    with bounded() as cursor:
        cursor.execute(f"SELECT id FROM {table(seen.collection)} t WHERE {sql}", list(values))
        return {row[0] for row in cursor.fetchall()}


def by_sql(condition: str) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM imported.trees WHERE {condition}")
        return {row[0] for row in cursor.fetchall()}


def test_each_operator_keeps_what_the_same_sql_keeps_in_text_and_in_json(trees: View) -> None:
    for text, sql in SAME:
        wanted = by_sql(sql)
        assert kept(trees, parse(text)) == wanted, text
        as_json = json.dumps(cql2.parse_text(text).to_json())
        assert kept(trees, parse(as_json, "cql2-json")) == wanted, as_json


def test_every_temporal_and_spatial_operator_is_among_them() -> None:
    from layers.ogc.filters.translation import COMPARISONS, SPATIAL

    said = " ".join(text.lower() for text, _sql in SAME)
    assert [name for name in (*RELATIONS, *SPATIAL) if f"{name}(" not in said] == []
    assert [name for name in COMPARISONS if f" {name} " not in said] == []


REFUSED: list[tuple[str, str]] = [
    ("nothing = 1", "nothing"),
    ("keeper = 'هدى'", "keeper"),
    ("buffer(geom, 3) = 1", "buffer"),
    ("A_CONTAINS(name, ('a','b'))", "a_contains"),
    ("age + 1 = 3", "+"),
    ("name > 3", "text"),
    ("age LIKE '3%'", "like"),
    ("is_watered < TRUE", "<"),
    ("geom = geom", "="),
    ("S_INTERSECTS(name, POINT(1 2))", "s_intersects"),
    ("S_INTERSECTS(geom, POLYGON((0 0,1 1,1 0,0 1,0 0)))", "well formed"),
    ("T_AFTER(age, DATE('2020-01-01'))", ""),
    ("planted_on > 'yesterday'", "yesterday"),
    ("planted_on > DATE('2024-02-31')", "2024-02-31"),
    ("name", ""),
    ("", ""),
    ("age =", ""),
    ("name = 'x", ""),
    ("age = 12345678901234567890", "cql2-json"),
    ("name LIKE 'a\\'", "backslash"),
    ("name LIKE code", "like"),
    ("((((((((((((age = 1))))))))))))", "large"),
    ("(" * 200 + "age = 1", "large"),
    ("((((((((age = 1", "Brackets"),
    (" AND ".join(["age = 1"] * 1000), "large"),
    ("S_INTERSECTS(geom, POINT(9e99 9e99))", ""),
]


def test_what_is_not_known_or_too_much_is_refused_with_its_name(trees: View) -> None:
    from django.utils import translation

    translation.activate("en")
    public = view(ANYBODY, trees.collection)
    for text, name in REFUSED:
        with pytest.raises(DomainError) as refusal:
            kept(public, parse(text))
        assert refusal.value.status == 400, text
        said = f"{refusal.value.detail} {list(refusal.value.fields)}"
        assert name.lower() in said.lower(), (text, said)


def test_json_that_is_no_filter_is_refused(trees: View) -> None:
    deep: Any = {"op": "=", "args": [{"property": "age"}, 1]}
    for _level in range(60):
        deep = {"op": "not", "args": [deep]}
    wrong = [
        deep, [], 7, "x", None, {}, {"op": "and"}, {"op": "and", "args": {}}, {"op": "and", "args": []},
        {"op": ["="], "args": [1, 2]}, {"op": "=", "args": [1]}, {"op": "=", "args": [{"property": ["age"]}, 1]},
        {"op": "=", "args": [{"property": "age"}, None]}, {"op": "in", "args": [{"property": "age"}, []]},
        {"op": "=", "args": [{"property": "name"}, "x\x00"]}, {"op": "=", "args": [{"property": "name"}, "\ud800"]},
        {"op": "s_intersects", "args": [{"property": "geom"}, {"type": "Point", "coordinates": "x"}]},
        {"op": "s_intersects", "args": [{"property": "geom"}, {"bbox": [1, 2]}]},
        {"op": "t_after", "args": [{"interval": ["x", ".."]}, {"date": 3}]},
        {"op": "in", "args": [{"property": "age"}, list(range(5000))]},
        {"op": "like", "args": [{"property": "name"}, {"property": "code"}]},
    ]  # fmt: skip
    for one in wrong:
        with pytest.raises(DomainError) as refusal:
            kept(trees, parse(json.dumps(one), "cql2-json"))
        assert refusal.value.status == 400, one
    for text in ("{", "[1", "NaN", '{"op":"=","args":[NaN,1]}', "[" * 30_000, "9" * 60_001):
        with pytest.raises(DomainError):
            kept(trees, parse(text, "cql2-json"))


class Words:
    """Filters made at random: most of them valid, some not."""

    LEAVES = [text for text, _sql in SAME] + [text for text, _name in REFUSED[:20]]

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def condition(self, depth: int = 0) -> str:
        if depth > 6 or self.chance.random() < 0.35:
            return self.chance.choice(self.LEAVES)
        one, other = self.condition(depth + 1), self.condition(depth + 1)
        made = self.chance.choice(["{0} AND {1}", "({0} OR {1})", "NOT ({0})", "({0}) AND NOT {1}"]).format(
            one, other
        )
        if self.chance.random() < 0.03:
            at = self.chance.randrange(len(made) + 1)
            made = made[:at] + self.chance.choice("()'\"\\%_\x00,؟e9") + made[at:]
        return made


def generated(seen: View, count: int, seed: int) -> dict[str, int]:
    words, told = Words(seed), {"answered": 0, "refused": 0}
    for _turn in range(count):
        told["answered" if is_answered(seen, words.condition()) else "refused"] += 1
    return told


def is_answered(seen: View, text: str) -> bool:
    try:
        kept(seen, parse(text))
    except DomainError as refusal:
        if refusal.status not in (400, 413):
            raise
        return False
    return True


def test_generated_filters_are_answered_or_refused_and_never_fail(trees: View) -> None:
    told = generated(trees, 120, seed=3)
    assert told["answered"] > 20
    assert told["refused"] > 20


@pytest.mark.long
def test_five_thousand_generated_filters_stay_within_256_megabytes(trees: View) -> None:
    generated(trees, 200, seed=1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = generated(trees, 5_000, seed=2)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"\n5,000 filters: {told}, memory grown by {grown:.1f} MB")
    assert grown < 256
