"""The pages about persons and rights, in three languages."""

import csv
import io
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client

from accounts import targets
from accounts.models import AccessRule, ApiToken, Membership, User
from accounts.policy import Sensitivity
from municipality.models import District
from tests.cast import person

pytestmark = pytest.mark.django_db

SQUARE = "MULTIPOLYGON (((100000 100000, 100100 100000, 100100 100100, 100000 100100, 100000 100000)))"
LANGUAGES = ("ar", "en", "fr")


def district(code: str = "D1") -> District:
    return District.objects.create(
        code=code, name_ar="حي", name_en="Quarter", name_fr="Quartier", geom=SQUARE
    )


@pytest.fixture
def wells(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A layer for staff with a field about persons."""
    fields = (SimpleNamespace(name="depth", title="Depth"), SimpleNamespace(name="owner", title="Owner"))
    target = SimpleNamespace(
        id="wells", title="Wells", view_roles=frozenset({"engineer", "surveyor"}), edit_roles=frozenset({"engineer"}),
        sensitivities={"depth": Sensitivity.STAFF, "owner": Sensitivity.IDENTITY}, district_field="district_id",
        fields=fields,
    )  # fmt: skip
    monkeypatch.setattr(targets, "_providers", [lambda: [target]])
    return target


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "page",
    ["/staff/users/", "/staff/users/new/", "/staff/why/?collection=wells&who=clerk", "/staff/rules/",
     "/staff/view-as/", "/my/tokens/", "/accounts/2fa/", "/accounts/password/set/", "/accounts/email/"],
)  # fmt: skip
def test_pages_render_in_every_language(
    sign_in: Callable[..., Client], wells, page: str, language: str
) -> None:
    district()
    response = sign_in("admin").get(page, headers={"Accept-Language": language})
    assert response.status_code == 200
    assert f'lang="{language}"' in response.content.decode()
    assert ('dir="rtl"' in response.content.decode()) == (language == "ar")


def test_people_are_found_sorted_and_paged(sign_in: Callable[..., Client]) -> None:
    client = sign_in("admin")
    for number in range(60):
        User.objects.create(username=f"user{number:02}", last_name=f"Name{99 - number}")
    first = client.get("/staff/users/?sort=-username")
    assert [user.username for user in first.context["listing"].page][:2] == ["user59", "user58"]
    second = client.get("/staff/users/?sort=-username&page=2")
    assert len(second.context["listing"].page) == 11
    found = client.get("/staff/users/?q=user07")
    assert [user.username for user in found.context["listing"].page] == ["user07"]
    assert client.get("/staff/users/?sort=password&page=zzz").status_code == 200


def test_the_export_holds_everybody_and_no_formula(sign_in: Callable[..., Client]) -> None:
    client = sign_in("admin")
    User.objects.create(username="eve", last_name="=HYPERLINK(1)")
    text = b"".join(client.get("/staff/users/?format=csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.reader(io.StringIO(text)))
    assert {row[0] for row in rows[1:]} == {"admin", "eve"}
    assert "'=HYPERLINK(1)" in text


def form(**changes: object) -> dict[str, object]:
    return {
        "username": "huda", "first_name": "Huda", "last_name": "Saleh", "email": "huda@town.example",
        "preferred_language": "ar", "is_active": "on", "password": "a long quiet evening",
    } | changes  # fmt: skip


def test_an_administrator_makes_a_person_with_roles_and_districts(sign_in: Callable[..., Client]) -> None:
    where = district()
    response = sign_in("admin").post(
        "/staff/users/new/", form(role_clerk="on", role_assessor="on", districts_assessor=[where.pk])
    )
    assert response.status_code == 302
    huda = User.objects.get(username="huda")
    assert huda.check_password("a long quiet evening")
    held = {row.role: list(row.districts.all()) for row in huda.memberships.all()}
    assert held == {"clerk": [], "assessor": [where]}


def test_a_weak_password_and_a_taken_address_are_refused(sign_in: Callable[..., Client]) -> None:
    client = sign_in("admin")
    person("clerk")
    response = client.post("/staff/users/new/", form(password="123", email="CLERK@town.example"))
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"password", "email"}
    assert not User.objects.filter(username="huda").exists()


def test_the_last_administrator_cannot_be_taken_away(sign_in: Callable[..., Client]) -> None:
    client = sign_in("admin")
    admin = User.objects.get(username="admin")
    without_role = form(username="admin", email="", password="", role_clerk="on")
    assert client.post(f"/staff/users/{admin.pk}/", without_role).status_code == 422
    inactive = form(username="admin", email="", password="", role_admin="on", is_active="")
    assert client.post(f"/staff/users/{admin.pk}/", inactive).status_code == 422
    admin.refresh_from_db()
    assert admin.is_active
    assert Membership.objects.filter(user=admin, role="admin").exists()


def test_somebody_deactivated_is_out_at_the_next_request(sign_in: Callable[..., Client]) -> None:
    clerk = sign_in("clerk")
    assert clerk.get("/staff/jobs/").status_code == 200
    user = User.objects.get(username="clerk")
    client = sign_in("admin")
    client.post(
        f"/staff/users/{user.pk}/",
        form(username="clerk", email="", password="", role_clerk="on", is_active=""),
    )
    assert clerk.get("/staff/jobs/").status_code == 302


def test_the_page_says_why_with_the_rule(sign_in: Callable[..., Client], wells) -> None:
    client = sign_in("auditor")
    page = client.get("/staff/why/?collection=wells&who=surveyor&lang=en").content.decode()
    assert "The layer itself gives the right “see” to: Surveyor." in page
    assert "The layer gives the right “change” only to: Engineer." in page
    assert "which only these may read" in page
    rule = AccessRule.objects.create(role="surveyor", collection="wells", verb="view", allow=False)
    page = client.get("/staff/why/?collection=wells&who=surveyor&lang=en").content.decode()
    assert f"rule-{rule.pk}" in page
    assert "takes the right “see” from: Surveyor" in page


def test_the_page_answers_for_a_person(sign_in: Callable[..., Client], wells) -> None:
    engineer = person("engineer")
    page = sign_in("auditor").get(f"/staff/why/?collection=wells&who=user-{engineer.pk}&field=owner&lang=en")
    assert (
        "The field holds data of the kind “about persons”, which these may read: Engineer."
        in page.content.decode()
    )


def test_rules_are_made_and_taken_back(sign_in: Callable[..., Client], wells) -> None:
    client = sign_in("admin")
    values = {
        "allow": "True",
        "role": "clerk",
        "verb": "view",
        "collection": "wells",
        "reason": "for the desk",
    }
    assert client.post("/staff/rules/", values).status_code == 302
    rule = AccessRule.objects.get()
    assert (rule.role, rule.allow, rule.made_by.username) == ("clerk", True, "admin")
    assert client.post("/staff/rules/", values | {"field": "nothing"}).status_code == 422
    assert client.post("/staff/rules/", values | {"role": "admin"}).status_code == 422
    assert client.post(f"/staff/rules/{rule.pk}/remove/").status_code == 302
    assert not AccessRule.objects.exists()


def test_tokens_are_shown_once_and_belong_to_their_maker(sign_in: Callable[..., Client]) -> None:
    client = sign_in("clerk")
    made = client.post("/my/tokens/", {"name": "QGIS", "verbs": ["view"], "lifetime": "30"})
    token = ApiToken.objects.get()
    text = made.context["text"]
    assert text in made.content.decode()
    assert text not in client.get("/my/tokens/").content.decode()
    assert text not in token.digest
    assert sign_in("engineer").post(f"/my/tokens/{token.pk}/revoke/").status_code == 404
    client.post(f"/my/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert not token.is_usable
