"""The pages for everybody: their policy, their frame, and what is said when something is missing."""

import pytest
from django.test import Client

from municipality.models import Municipality

TILES = "https://tiles.example/{z}/{x}/{y}.png"
pytestmark = pytest.mark.django_db


def town(basemap: str) -> Municipality:
    return Municipality.objects.create(
        pk=1,
        name_ar="عين السرو",
        name_en="Ain al-Saru",
        name_fr="Aïn as-Sarou",
        country="PS",
        basemap=basemap,
        basemap_url=TILES,
    )


def pictures_from(client: Client) -> str:
    policy = client.get("/")["Content-Security-Policy"]
    return next(part for part in policy.split("; ") if part.startswith("img-src"))


def test_the_map_may_not_ask_another_host(client: Client) -> None:
    town("own")
    assert "tiles.example" not in pictures_from(client)


def test_a_chosen_basemap_is_the_one_host_allowed(client: Client) -> None:
    town("osm")
    assert pictures_from(client).endswith("https://tiles.example")


def test_pages_name_the_municipality_in_their_language(client: Client) -> None:
    town("own")
    assert "<title>الخريطة · عين السرو</title>" in client.get("/?lang=ar").content.decode()
    assert "<title>Carte · Aïn as-Sarou</title>" in client.get("/?lang=fr").content.decode()


def test_a_portal_without_a_municipality_still_has_its_pages(client: Client) -> None:
    assert client.get("/?lang=ar").status_code == 200
    assert client.get("/design/?lang=fr").status_code == 200


def test_a_missing_page_is_told_in_the_language(client: Client) -> None:
    answer = client.get("/nowhere/?lang=ar")
    assert answer.status_code == 404
    assert "هذه الصفحة غير موجودة" in answer.content.decode()


def test_the_theme_is_only_what_the_portal_knows(client: Client) -> None:
    client.cookies["theme"] = 'x" onload="y'
    assert "onload" not in client.get("/").content.decode()
    client.cookies["theme"] = "dark"
    assert 'data-theme="dark"' in client.get("/").content.decode()
