"""In which language the portal answers: a page asks in its own, whatever was chosen elsewhere meanwhile."""

import pytest
from django.conf import settings
from django.test import Client

pytestmark = pytest.mark.django_db
PAGE = {"Accept": "text/html"}


def answered(client: Client, address: str, **headers: str) -> str:
    return client.get(address, headers=headers)["Content-Language"]


def test_a_page_keeps_the_language_of_its_link_and_of_what_was_chosen_before(client: Client) -> None:
    assert answered(client, "/?lang=fr", **PAGE) == "fr"
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "fr"
    assert answered(client, "/", **PAGE, **{"Accept-Language": "ar"}) == "fr"


def test_what_a_page_asks_for_comes_in_the_language_of_the_page(client: Client) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    data = {"Accept": "application/json"}
    titles = {}
    for language in ("ar", "fr", "en"):
        answer = client.get("/api/v1/catalogue", headers={**data, "Accept-Language": language})
        assert answer["Content-Language"] == language
        titles[language] = [group["title"] for group in answer.json()["groups"]]
    assert titles["ar"] != titles["en"] != titles["fr"]
    # A language that is none of the portal's says nothing: what was chosen counts.
    assert answered(client, "/api/v1/catalogue", **data, **{"Accept-Language": "de"}) == "en"
