"""The database logs every change itself, whichever way it comes, and nobody edits the log."""

import json
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.gis.geos import GEOSGeometry
from django.db import DatabaseError, ProgrammingError, connection, transaction

from audit import acting
from audit.models import SUMMARY_ABOVE, AuditEvent
from audit.stamping import stamp_now
from audit.watching import exemption, models_with_tables
from municipality.models import District
from tests.conftest import OWNER, WEB, WORKER, acting_as

pytestmark = pytest.mark.django_db

SQUARE = "MULTIPOLYGON (((100000 100000, 100100 100000, 100100 100100, 100000 100100, 100000 100000)))"


def events(relation: str, **conditions: Any) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(relation=relation, **conditions).order_by("id"))


def run(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


def make_district(code: str = "D1") -> District:
    geom = GEOSGeometry(SQUARE, srid=District._meta.get_field("geom").srid)
    return District.objects.create(code=code, name_ar="حي", name_en="Quarter", name_fr="Quartier", geom=geom)


def test_every_table_is_watched_or_says_why_not() -> None:
    missing = []
    with connection.cursor() as cursor:
        for model in models_with_tables():
            cursor.execute("SELECT audit_watched(%s::regclass)", [model._meta.db_table])
            if (cursor.fetchone()[0] is None) == (exemption(model) is None):
                missing.append(model._meta.label)
    assert missing == []


def test_adding_changing_and_deleting_each_leave_an_event() -> None:
    district = make_district()
    district.name_en = "Old quarter"
    district.save()
    number = district.pk
    district.delete()
    added, changed, deleted = events("public.municipality_district", row_id=str(number))
    assert (added.action, added.before, added.after["code"]) == ("insert", None, "D1")
    assert (changed.action, changed.before["name_en"], changed.after) == (
        "update",
        "Quarter",
        {"name_en": "Old quarter"},
    )
    assert (deleted.action, deleted.before["name_en"], deleted.after) == ("delete", "Old quarter", None)
    assert changed.differences() == [("name_en", "Quarter", "Old quarter")]


def test_geometry_is_kept_exactly_and_derived_columns_are_not() -> None:
    district = make_district()
    (added,) = events("public.municipality_district", row_id=str(district.pk))
    assert "geom_tile" not in added.after
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s::geometry = geom, %s = geom::text FROM municipality_district",
            [added.after["geom"]] * 2,
        )
        assert cursor.fetchone() == (True, True)


def test_a_change_that_changes_nothing_is_no_event() -> None:
    district = make_district()
    before = AuditEvent.objects.count()
    district.save()
    assert AuditEvent.objects.count() == before


def test_bulk_changes_raw_sql_and_upserts_are_seen_row_by_row() -> None:
    for number in range(3):
        make_district(f"B{number}")
    run("UPDATE municipality_district SET name_fr = 'x' WHERE code LIKE 'B%'")
    run(
        "INSERT INTO municipality_district (code, name_ar, name_en, name_fr, geom) "
        "SELECT code, name_ar, name_en, name_fr, geom FROM municipality_district WHERE code = 'B1' "
        "ON CONFLICT (code) DO UPDATE SET name_en = 'upserted'"
    )
    changed = events("public.municipality_district", action="update")
    assert [event.after for event in changed] == [{"name_fr": "x"}] * 3 + [{"name_en": "upserted"}]


def test_a_changed_key_leaves_both_halves() -> None:
    district = make_district()
    run("UPDATE municipality_district SET id = 900 WHERE id = %s", district.pk)
    halves = events("public.municipality_district", action="update")
    assert {(event.row_id, event.before is None, event.after is None) for event in halves} == {
        ("900", True, False),
        (str(district.pk), False, True),
    }


def test_the_actor_the_channel_the_request_and_the_record_are_written_down() -> None:
    user = get_user_model().objects.create(username="samar")
    with acting(user, "api", request="r1", record="ق/2026/14 100% 'x'"):
        make_district()
    with acting(user, "job"):
        run("WITH moved AS (UPDATE municipality_district SET name_en = 'w' RETURNING 1) SELECT * FROM moved")
    run("UPDATE municipality_district SET name_en = 'y'")
    first, second, third = events("public.municipality_district")
    assert (first.actor_id, first.channel, first.request) == (user.pk, "api", "r1")
    assert first.record == "ق/2026/14 100% 'x'"
    assert (second.actor_id, second.channel) == (user.pk, "job")
    assert (third.actor_id, third.channel, third.record) == (None, "command", None)


def test_copy_carries_the_actor_after_stamping_the_transaction() -> None:
    import io

    with acting(7, "import"):
        stamp_now(connection)
        with connection.cursor() as cursor:
            cursor.copy_expert(
                "COPY municipality_district (code, name_ar, name_en, name_fr, geom) FROM STDIN",
                io.StringIO(f"C1\ta\tb\tc\tSRID={District._meta.get_field('geom').srid};{SQUARE}\n"),
            )
    (event,) = events("public.municipality_district")
    assert (event.actor_id, event.channel) == (7, "import")


def test_somebody_at_the_database_itself_is_seen_as_such() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('gisportal.channel', '', true)")
        cursor.cursor.execute("UPDATE municipality_district SET name_en = 'q'")
        make_district()
        cursor.execute("SELECT set_config('gisportal.channel', '', true)")
        cursor.cursor.execute("UPDATE municipality_district SET name_en = 'z'")
    *_earlier, last = events("public.municipality_district")
    assert (last.channel, last.db_role) == ("sql", OWNER)


def test_a_very_large_insert_is_one_summary_and_a_large_one_is_not() -> None:
    sql = (
        "INSERT INTO municipality_district (code, name_ar, name_en, name_fr, geom) "
        "SELECT %s || n, 'a', 'b', 'c', ST_GeomFromText(%s, %s) FROM generate_series(1, %s) n"
    )
    srid = District._meta.get_field("geom").srid
    run(sql, "L", SQUARE, srid, SUMMARY_ABOVE + 1)
    (summary,) = events("public.municipality_district")
    assert (summary.row_count, summary.is_summary) == (SUMMARY_ABOVE + 1, True)
    run(sql, "M", SQUARE, srid, 20)
    assert AuditEvent.objects.filter(relation="public.municipality_district").count() == 21


def test_emptying_a_table_is_an_event() -> None:
    with acting_as(OWNER):
        run("TRUNCATE municipality_district CASCADE")
    assert [event.action for event in events("public.municipality_district")] == ["truncate"]


def test_secrets_never_reach_the_log_but_their_change_does() -> None:
    user = get_user_model().objects.create(username="samar", password="first-secret")
    user.password = "second-secret"
    user.save()
    added, changed = events("public.accounts_user", row_id=str(user.pk))
    assert list(changed.after) == ["password"]
    assert "secret" not in json.dumps([added.after, changed.before, changed.after])


def test_signing_in_alone_is_no_change_of_the_person() -> None:
    user = get_user_model().objects.create(username="samar")
    run("UPDATE accounts_user SET last_login = now() WHERE id = %s", user.pk)
    assert [event.action for event in events("public.accounts_user")] == ["insert"]


@pytest.mark.parametrize("role", [WEB, WORKER, OWNER])
@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO audit_event (relation, action, channel) VALUES ('x', 'insert', 'web')",
        "UPDATE audit_event SET actor_id = 1",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
    ],
)
def test_no_role_of_the_portal_can_write_or_change_the_log(role: str, sql: str) -> None:
    make_district()
    before = AuditEvent.objects.count()
    with acting_as(role), pytest.raises((ProgrammingError, DatabaseError)), transaction.atomic():
        run(sql)
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize("role", [WEB, WORKER])
@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE municipality_district DISABLE TRIGGER audit_update",
        "DROP TRIGGER audit_update ON municipality_district",
        "DROP TABLE audit_event CASCADE",
        "CREATE OR REPLACE FUNCTION audit_body(oid, text[], text[]) RETURNS text LANGUAGE sql AS 'SELECT 1'",
        "SET session_replication_role = replica",
    ],
)
def test_no_role_of_the_portal_can_switch_the_log_off(role: str, sql: str) -> None:
    with acting_as(role), pytest.raises(ProgrammingError), transaction.atomic():
        run(sql)


def test_events_cannot_be_forged_through_a_table_of_ones_own() -> None:
    with acting_as(WORKER):
        run("CREATE TEMP TABLE municipality_district (id int PRIMARY KEY)")
        run("SELECT audit_watch('pg_temp.municipality_district')")
    with acting_as(WORKER), pytest.raises(ProgrammingError), transaction.atomic():
        run("INSERT INTO pg_temp.municipality_district VALUES (1)")


def test_an_imported_table_is_watched_by_the_worker_and_says_how_many_rows_it_began_with() -> None:
    with acting_as(WORKER), acting(3, "import"):
        run("CREATE TABLE imported.wells (gid serial PRIMARY KEY, depth int)")
        run("INSERT INTO imported.wells (depth) VALUES (10), (20)")
        run("SELECT audit_watch('imported.wells', loaded => 2)")
    with acting_as(WEB), acting(4, "web"):
        run("UPDATE imported.wells SET depth = 11 WHERE depth = 10")
    begun, changed = events("imported.wells")
    assert (begun.action, begun.row_count, begun.actor_id) == ("insert", 2, 3)
    assert (changed.row_id, changed.after, changed.actor_id) == ("1", {"depth": 11}, 4)


def test_only_imported_tables_can_claim_rows_that_were_loaded() -> None:
    with acting_as(WORKER), pytest.raises(ProgrammingError), transaction.atomic():
        run("INSERT INTO audit_loading VALUES ('accounts_user', 5)")


def test_a_table_with_two_key_columns_and_one_without_any_are_watched() -> None:
    with acting_as(WORKER):
        run("CREATE TABLE imported.pairs (a int, b text, v int, PRIMARY KEY (a, b))")
        run("SELECT audit_watch('imported.pairs')")
        run("INSERT INTO imported.pairs VALUES (1, 'x', 5)")
        run("UPDATE imported.pairs SET v = 6")
        run("CREATE TABLE imported.loose (v int)")
        run("SELECT audit_watch('imported.loose')")
        run("INSERT INTO imported.loose VALUES (5)")
        run("UPDATE imported.loose SET v = 6")
    assert [event.row_id for event in events("imported.pairs")] == ["1,x", "1,x"]
    assert len(events("imported.loose")) == 3


def test_a_column_that_came_or_changed_after_the_watching_is_logged_all_the_same() -> None:
    with acting_as(WORKER):
        run("CREATE TABLE imported.moving (id int PRIMARY KEY, a text)")
        run("SELECT audit_watch('imported.moving')")
        run("INSERT INTO imported.moving VALUES (1, 'x')")
        run("ALTER TABLE imported.moving ADD b int")
        run("INSERT INTO imported.moving VALUES (2, 'x', 7)")
        run("ALTER TABLE imported.moving RENAME a TO c")
        run("ALTER TABLE imported.moving ALTER b TYPE text")
        run("UPDATE imported.moving SET b = '8' WHERE id = 2")
        run("SELECT audit_watch('imported.moving')")
        run("DELETE FROM imported.moving WHERE id = 2")
    seen = [event.after or event.before for event in events("imported.moving")]
    assert seen == [
        {"id": 1, "a": "x"},
        {"id": 2, "a": "x", "b": 7},
        {"b": "8"},
        {"id": 2, "c": "x", "b": "8"},
    ]


def test_a_changed_type_alone_is_logged_in_the_session_that_changed_it() -> None:
    with acting_as(WORKER):
        run("CREATE TABLE imported.typed (id int PRIMARY KEY, a int)")
        run("SELECT audit_watch('imported.typed')")
        run("INSERT INTO imported.typed VALUES (1, 5)")
        run("ALTER TABLE imported.typed ALTER a TYPE text")
        run("INSERT INTO imported.typed VALUES (2, 'x')")
    assert [event.after["a"] for event in events("imported.typed")] == [5, "x"]


def test_a_function_that_no_table_needs_any_more_is_dropped() -> None:
    with acting_as(WORKER):
        run("CREATE TABLE imported.once (id int)")
        run("SELECT audit_watch('imported.once')")
        run("DROP TABLE imported.once")
        run("CREATE TABLE imported.again (id int)")
        run("SELECT audit_watch('imported.again')")
    run(
        r"SELECT 1 / (count(*) = 0)::int FROM pg_proc p WHERE proname LIKE 'audit\_of\_%%' "
        "AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgfoid = p.oid)"
    )


def test_the_log_keeps_its_promises_and_notices_a_table_that_is_not_watched() -> None:
    from audit.integrity import PROMISES

    assert not any(list(promise.breaches()) for promise in PROMISES)
    with acting_as(OWNER):
        run("DROP TRIGGER audit_update ON municipality_district")
    with acting_as(WORKER):
        run("CREATE TABLE imported.unseen (id int)")
    breaches = [line for promise in PROMISES for line in promise.breaches()]
    assert breaches == ["municipality_district is not watched", "imported.unseen is not watched"]
