"""The database roles keep the portal from more than it needs."""

import pytest
from django.db import ProgrammingError, connection

from tests.conftest import OWNER, WEB, WORKER, acting_as

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [OWNER, WORKER, WEB])
def test_no_role_is_a_superuser_or_makes_roles(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = %s", [role]
        )
        assert cursor.fetchone() == (False, False, False)


def test_tests_act_as_the_worker() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (WORKER,)


@pytest.mark.parametrize("schema", ["public", "imported"])
def test_the_web_application_cannot_create_tables(schema: str) -> None:
    with (
        acting_as(WEB),
        pytest.raises(ProgrammingError, match="permission denied"),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"CREATE TABLE {schema}.intruder (id int)")


def test_the_worker_creates_tables_for_imported_layers_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE imported.trees (id int)")
        cursor.execute("SELECT has_table_privilege(%s, 'imported.trees', 'SELECT')", [WEB])
        assert cursor.fetchone() == (True,)
        with pytest.raises(ProgrammingError, match="permission denied"):
            cursor.execute("CREATE TABLE public.trees (id int)")


def test_the_web_application_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = %s::regrole", [WEB])
        assert cursor.fetchone() == (0,)
