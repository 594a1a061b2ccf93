"""Administrators arrange the catalogue; what they change holds at the next request, for everybody."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from layers.models import CatalogueEntry, Group
from tests.conftest import WEB, WebClient
from tests.layers.trees import plant

FORM = {
    "title_ar": "قطع الأراضي", "title_en": "Plots", "title_fr": "Terrains", "group": "planning", "order": "3",
    "opacity": "0.5", "view_roles": ["public"], "shown": "on", "style": "",
}  # fmt: skip


def listed(visitor: WebClient) -> dict[str, dict[str, Any]]:
    document = json.loads(visitor.get("/api/v1/catalogue?lang=en").content)
    return {
        one["id"]: {**one, "group": group["id"]}
        for group in document["groups"]
        for one in group["collections"]
    }


@pytest.fixture
def admin(sign_in: Callable[..., WebClient]) -> WebClient:
    return sign_in("admin")


def test_a_layer_is_renamed_moved_and_faded(admin: WebClient, client: WebClient) -> None:
    assert admin.post("/staff/layers/parcels/", FORM).status_code == 302
    seen = listed(client)["parcels"]
    assert (seen["title"], seen["group"], seen["opacity"]) == ("Plots", "planning", 0.5)


def test_a_layer_is_closed_to_the_public(admin: WebClient, client: WebClient) -> None:
    assert "parcels" in listed(client)
    admin.post("/staff/layers/parcels/", {**FORM, "view_roles": ["engineer"]})
    assert "parcels" not in listed(client)
    assert client.get("/tiles/parcels/14/9796/6642.mvt").status_code == 404
    assert "parcels" in listed(admin)


def test_a_layer_is_taken_out_and_brought_back(admin: WebClient, client: WebClient) -> None:
    admin.post("/staff/layers/parcels/", {**FORM, "is_hidden": "on"})
    assert "parcels" not in listed(client)
    assert "Plots" in admin.get("/staff/layers/?lang=en").content.decode()
    admin.post("/staff/layers/parcels/", FORM)
    assert "parcels" in listed(client)


@pytest.mark.django_db
def test_a_layer_whose_table_may_not_be_read_is_left_out_and_named_in_the_log(
    client: WebClient, caplog: pytest.LogCaptureFixture
) -> None:
    plant(view_roles=["public"])
    assert "trees" in listed(client)
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON imported.trees FROM {WEB}")
    assert "trees" not in listed(client)
    assert "imported.trees" in caplog.text
    assert client.get("/ogc/collections").status_code == 200
    assert client.get("/tiles/trees/14/9796/6642.mvt").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"style": '{"type": "fill"}'},
        {"style": '[{"type": "raster"}]'},
        {"style": "[1]"},
        {"opacity": "2"},
        {"min_zoom": "9", "max_zoom": "3"},
        {"max_zoom": "40"},
        {"view_roles": ["nobody"]},
        {"group": "nowhere"},
    ],
)
def test_what_does_not_fit_is_refused_with_the_input_kept(admin: WebClient, wrong: dict[str, Any]) -> None:
    answer = admin.post("/staff/layers/parcels/", {**FORM, **wrong})
    assert answer.status_code == 422
    assert "Plots" in answer.content.decode()
    assert not CatalogueEntry.objects.filter(collection="parcels").exists()


def test_a_style_is_kept_as_it_was_written(admin: WebClient, client: WebClient) -> None:
    style = [{"type": "fill", "paint": {"fill-color": "#123456"}}]
    admin.post("/staff/layers/parcels/", {**FORM, "style": json.dumps(style)})
    seen = listed(client)["parcels"]
    assert seen["style"] == style
    assert seen["legend"] == [{"label": "Plots", "symbol": style[0]}]


def test_headings_are_added_and_renamed(admin: WebClient) -> None:
    names = {"title_ar": "بيئة", "title_en": "Environment", "title_fr": "Environnement", "order": "5"}
    assert admin.post("/staff/layers/groups/new/", {"slug": "environment", **names}).status_code == 302
    admin.post("/staff/layers/groups/environment/", {**names, "title_en": "Nature"})
    assert Group.objects.get(slug="environment").title_en == "Nature"


def test_an_engineer_sees_the_layers_and_arranges_none(sign_in: Callable[..., WebClient]) -> None:
    page = sign_in("engineer").get("/staff/layers/").content.decode()
    assert "/staff/layers/parcels/table/" in page
    assert 'href="/staff/layers/parcels/"' not in page
    assert "groups/new" not in page


@pytest.mark.parametrize("path", ["parcels/", "groups/new/", "groups/land/", "nothing/"])
def test_others_find_no_such_page(sign_in: Callable[..., WebClient], client: WebClient, path: str) -> None:
    assert sign_in("engineer").get(f"/staff/layers/{path}").status_code == 404
    assert client.get(f"/staff/layers/{path}").status_code == 302


@pytest.mark.parametrize("path", ["", "parcels/", "groups/new/", "groups/land/"])
@pytest.mark.parametrize("language", ["ar", "en", "fr"])
def test_the_pages_open_in_every_language(admin: WebClient, path: str, language: str) -> None:
    assert admin.get(f"/staff/layers/{path}?lang={language}").status_code == 200
