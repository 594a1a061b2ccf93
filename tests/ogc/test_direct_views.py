"""Programs that read PostGIS itself see a role's layers, read-only, and nothing after a right is gone."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import AccessRule
from layers import direct
from layers.models import CatalogueEntry
from tests.conftest import OWNER, acting_as
from tests.layers.trees import plant

pytestmark = pytest.mark.django_db
TWO = ("engineer", "surveyor")


@pytest.fixture(autouse=True)
def _views() -> None:
    plant()
    plant("orchards", view_roles=["engineer"])
    assert set(dict(direct.refresh(TWO))) == set(TWO)


def seen(role: str, sql: str) -> list[Any]:
    """Ask as somebody who was given the role's group."""
    with acting_as(OWNER), acting_as(f"gisportal_direct_{role}"), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def refused(role: str, sql: str) -> str:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        seen(role, sql)
    return str(refusal.value)


def columns(role: str, view: str) -> dict[str, str]:
    sql = f"""SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
              WHERE attrelid = 'direct_{role}.{view}'::regclass AND attnum > 0"""
    return dict(seen(role, sql))


def test_a_role_sees_its_fields_typed_and_its_rows(db: None) -> None:
    assert seen("surveyor", "SELECT count(*) FROM direct_surveyor.trees") == [(5,)]
    assert columns("surveyor", "trees") == {
        "id": "bigint", "code": "text", "name": "text", "kind": "text", "age": "bigint",
        "height": "double precision", "is_watered": "boolean", "planted_on": "date",
        "seen_at": "timestamp with time zone", "geom": "geometry(Point,28191)",
    }  # fmt: skip
    assert columns("engineer", "trees")["keeper"] == "text"
    assert seen("engineer", "SELECT count(*) FROM direct_engineer.orchards") == [(5,)]


def test_nothing_else_can_be_reached_or_written(db: None) -> None:
    for sql in (
        "SELECT * FROM direct_surveyor.orchards",
        "SELECT * FROM direct_engineer.trees",
        "SELECT * FROM imported.trees",
        "SELECT * FROM public.accounts_user",
        "SELECT * FROM public.cadastre_parcel",
        "UPDATE direct_surveyor.trees SET age = 1",
        "DELETE FROM direct_surveyor.trees",
    ):
        said = refused("surveyor", sql)
        assert any(word in said for word in ("permission denied", "does not exist", "cannot update")), (
            sql,
            said,
        )


def test_a_right_that_is_taken_away_is_gone_at_the_next_query(db: None) -> None:
    count = "SELECT count(*) FROM direct_surveyor.trees"
    rule = AccessRule.objects.create(
        role="surveyor", collection="trees", verb="view", field="age", allow=False
    )
    assert seen("surveyor", count) == [(0,)]
    rule.delete()
    assert seen("surveyor", count) == [(5,)]
    CatalogueEntry.objects.create(collection="trees", view_roles=["engineer"])
    assert seen("surveyor", count) == [(0,)]
    dict(direct.refresh(TWO))
    assert "does not exist" in refused("surveyor", count)
    assert seen("engineer", "SELECT count(*) FROM direct_engineer.trees") == [(5,)]


def test_all_views_can_be_taken_away(db: None) -> None:
    direct.revoke("surveyor")
    assert "does not exist" in refused("surveyor", "SELECT 1 FROM direct_surveyor.trees")
