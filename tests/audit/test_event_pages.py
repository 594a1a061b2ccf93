"""The event log as a page: filters, paging by key, differences and export."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from audit import acting
from municipality.models import District
from tests.audit.test_event_log import SQUARE, make_district
from tests.cast import person

pytestmark = pytest.mark.django_db


def shown(client: Client, query: str) -> list[Any]:
    return client.get(f"/staff/audit/?{query}").context["events"]


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
def test_the_page_speaks_every_language(sign_in: Callable[..., Client], language: str) -> None:
    district = make_district()
    District.objects.filter(pk=district.pk).update(name_en="Old quarter")
    page = sign_in("auditor").get(f"/staff/audit/?lang={language}").content.decode()
    assert f'lang="{language}"' in page
    assert "Old quarter" in page


def test_events_are_found_by_who_what_where_and_when(sign_in: Callable[..., Client]) -> None:
    client = sign_in("auditor")
    samar = person("engineer", username="samar")
    with acting(samar, "api", record="R-14"):
        district = make_district()
    with acting(None, "job"):
        District.objects.filter(pk=district.pk).update(name_en="Old quarter")
    table = "table=municipality_district"
    assert len(shown(client, table)) == 2
    assert [one.actor for one in shown(client, f"{table}&who={samar.pk}")] == ["samar"]
    assert [one.event.action for one in shown(client, f"{table}&channel=job")] == ["update"]
    assert [one.event.action for one in shown(client, f"{table}&action=insert")] == ["insert"]
    assert len(shown(client, "record=R-14")) == 1
    assert len(shown(client, f"{table}&row={district.pk}")) == 2
    assert shown(client, f"{table}&row=0") == []
    assert shown(client, f"{table}&to=2001-01-01") == []
    assert len(shown(client, f"{table}&from=2001-01-01&to=2199-01-01")) == 2


def test_a_difference_shows_fields_by_name_and_geometry_by_size(sign_in: Callable[..., Client]) -> None:
    district = make_district()
    (one,) = shown(sign_in("auditor"), f"lang=en&table=municipality_district&row={district.pk}")
    told = {difference.field: difference.after for difference in one.differences}
    assert told["name in English"] == "Quarter"
    assert told["boundary"] == "MultiPolygon, 5 vertices"


def test_older_events_follow_by_key(sign_in: Callable[..., Client]) -> None:
    client = sign_in("auditor")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO municipality_district (code, name_ar, name_en, name_fr, geom) "
            "SELECT 'N' || n, 'a', 'b', 'c', ST_GeomFromText(%s, %s) FROM generate_series(1, 60) n",
            [SQUARE, District._meta.get_field("geom").srid],
        )
    first = client.get("/staff/audit/?table=municipality_district")
    second = client.get(f"/staff/audit/{first.context['older']}")
    keys = [one.event.pk for page in (first, second) for one in page.context["events"]]
    assert len(keys) == 60
    assert keys == sorted(keys, reverse=True)
    assert second.context["older"] == ""


def test_the_export_holds_what_the_filter_found(sign_in: Callable[..., Client]) -> None:
    make_district()
    response = sign_in("auditor").get("/staff/audit/?lang=en&table=municipality_district&format=csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
    assert [(row["table"], row["action"]) for row in rows] == [("public.municipality_district", "insert")]
    assert '"name_ar": "حي"' in rows[0]["after"]


@pytest.mark.parametrize(
    "query", ["who=x", "from=2026-13-45", "before=-1", "before=zzz", "table=%00", "who=" + "9" * 40]
)
def test_strange_questions_get_a_calm_answer(sign_in: Callable[..., Client], query: str) -> None:
    assert sign_in("auditor").get(f"/staff/audit/?{query}").status_code in {200, 400}
