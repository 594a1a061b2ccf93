"""`DATABASE_URL` names another PostGIS; whoever it names acts with the portal's narrow roles."""

from urllib.parse import quote

import psycopg2
import pytest
from django.db import connection

from core.instance import database


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["web", "worker"])
def test_the_user_of_the_address_acts_as_the_narrow_role(role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here = connection.settings_dict
    url = f"postgresql://gisportal_owner@/{here['NAME']}?host={quote(here['HOST'], safe='')}"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("GISPORTAL_ROLE", role)
    named = database()
    with psycopg2.connect(
        dbname=named["NAME"], user=named["USER"], host=named["HOST"], **named["OPTIONS"]
    ) as session:
        cursor = session.cursor()
        cursor.execute("SELECT current_user, session_user")
        assert cursor.fetchone() == (f"gisportal_{role}", "gisportal_owner")


def test_an_address_is_read_with_its_signs_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://t%C3%B6wn:p%40ss@db.example:6543/gis?sslmode=require")
    monkeypatch.setenv("GISPORTAL_ROLE", "web")
    named = database()
    assert (named["USER"], named["PASSWORD"]) == ("töwn", "p@ss")
    assert (named["HOST"], named["PORT"], named["NAME"]) == ("db.example", "6543", "gis")
    assert named["OPTIONS"]["sslmode"] == "require"
