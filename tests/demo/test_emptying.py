"""Registers are emptied beside people who read them: with every lock or none."""

import pytest
from django.db import connection

from core.errors import Conflict
from demo.loading.emptying import empty
from tests.conftest import OWNER, acting_as

pytestmark = pytest.mark.django_db
TABLES = ("cadastre_basin", "municipality_municipality")


def test_a_reader_is_waited_for_with_no_lock_in_hand():
    with acting_as(OWNER):
        reader = connection.copy()
        reader.set_autocommit(False)
        try:
            with reader.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")
                cursor.execute("SELECT count(*) FROM municipality_municipality")
                with pytest.raises(Conflict, match="in use"):
                    empty(TABLES, patience_s=0)
                # What comes before it in every order of locking can be read still.
                cursor.execute("SELECT count(*) FROM cadastre_basin, cadastre_parcel")
                assert cursor.fetchone() is not None
            reader.rollback()
            empty(TABLES)
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM cadastre_parcel")
                assert cursor.fetchone() == (0,)
        finally:
            reader.close()
