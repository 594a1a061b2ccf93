"""Sign-in by session and by token, second factors, and looking as another role."""

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.authentication import subject_of
from accounts.models import ApiToken, Membership, User, ViewingAs
from accounts.policy import of_roles
from audit.models import AuditEvent
from municipality.models import District
from tests.accounts.test_pages import SQUARE
from tests.cast import person

pytestmark = pytest.mark.django_db

PASSWORD = "olive trees on a hill"


@pytest.fixture
def samar() -> User:
    user = person("clerk", username="samar")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def nobody_counted() -> None:
    cache.clear()


def bearer(client: Client, text: str, path: str = "/api/v1/me", method: str = "get"):
    return getattr(client, method)(path, headers={"Authorization": f"Bearer {text}"})


def token_of(user: User, *verbs: str, days: int = 30) -> str:
    expires_at = timezone.now() + timedelta(days=days)
    return ApiToken.issue(user=user, name="t", verbs=list(verbs) or ["view"], expires_at=expires_at)[1]


@pytest.mark.parametrize("name", ["samar", "samar@town.example"])
def test_one_signs_in_by_name_or_address_and_staff_come_to_the_workspace(
    client: Client, samar: User, nobody_counted: None, name: str
) -> None:
    response = client.post("/accounts/login/", {"login": name, "password": PASSWORD})
    assert (response.status_code, response.url) == (302, "/staff/")  # type: ignore[attr-defined]
    assert client.get("/api/v1/me").json()["roles"] == ["clerk"]


def test_a_stranger_is_nobody(client: Client) -> None:
    assert client.get("/api/v1/me").status_code == 401


def test_the_preferred_language_is_spoken_after_sign_in(
    client: Client, samar: User, nobody_counted: None
) -> None:
    User.objects.filter(pk=samar.pk).update(preferred_language="fr")
    client.post("/accounts/login/", {"login": "samar", "password": PASSWORD})
    assert 'lang="fr"' in client.get("/staff/jobs/").content.decode()


def test_sign_up_is_closed_unless_the_town_opens_it(client: Client, settings, nobody_counted: None) -> None:
    form = {"username": "omar", "password1": PASSWORD, "password2": PASSWORD, "email": ""}
    client.post("/accounts/signup/", form)
    assert not User.objects.filter(username="omar").exists()
    settings.CITIZEN_SIGN_UP = True
    client.post("/accounts/signup/", form)
    assert [row.role for row in User.objects.get(username="omar").memberships.all()] == ["citizen"]


def test_a_token_signs_in_with_its_verbs_and_is_dated(client: Client, samar: User) -> None:
    text = token_of(samar)
    answer = bearer(client, text).json()
    assert (answer["username"], answer["channel"], answer["verbs"]) == ("samar", "api", ["view"])
    assert ApiToken.objects.get().last_used_at is not None


def test_a_token_reads_without_a_query_too_many(
    client: Client, samar: User, django_assert_max_num_queries
) -> None:
    text = token_of(samar)
    bearer(client, text)
    request = RequestFactory().get("/tiles/x/1/1/1.mvt", headers={"Authorization": f"Bearer {text}"})
    with django_assert_max_num_queries(1):
        assert subject_of(request).roles == {"clerk"}


def test_a_reading_token_changes_nothing(client: Client, samar: User) -> None:
    path = "/api/v1/jobs/00000000-0000-4000-8000-000000000000/cancel"
    assert bearer(client, token_of(samar, "view", "export"), path, "post").status_code == 403
    assert bearer(client, token_of(samar, "view", "edit"), path, "post").status_code == 404


@pytest.mark.parametrize("end", ["revoked", "expired", "inactive", "unknown"])
def test_a_token_that_ended_is_refused_at_once(client: Client, samar: User, end: str) -> None:
    text = token_of(samar)
    assert bearer(client, text).status_code == 200
    if end == "revoked":
        ApiToken.objects.update(revoked_at=timezone.now())
    elif end == "expired":
        ApiToken.objects.update(expires_at=timezone.now())
    elif end == "inactive":
        User.objects.filter(pk=samar.pk).update(is_active=False)
    response = bearer(client, text if end != "unknown" else "gp_nothing")
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert response["Content-Type"] == "application/problem+json"


def test_a_token_opens_no_page(client: Client, samar: User) -> None:
    assert bearer(client, token_of(samar, "view", "manage"), "/my/tokens/").status_code == 302


def test_a_new_role_and_a_lost_one_hold_at_the_next_request(client: Client, samar: User) -> None:
    client.force_login(samar)
    assert client.get("/api/v1/me").json()["roles"] == ["clerk"]
    membership = Membership.objects.create(user=samar, role="auditor")
    assert client.get("/api/v1/me").json()["roles"] == ["auditor", "clerk"]
    where = District.objects.create(code="A", name_ar="a", name_en="a", name_fr="a", geom=SQUARE)
    membership.districts.add(where)
    Membership.objects.filter(role="clerk").delete()
    assert client.get("/api/v1/me").json()["districts"] == [where.pk]


def test_a_new_password_ends_other_sessions(client: Client, samar: User) -> None:
    client.force_login(samar)
    assert client.get("/api/v1/me").status_code == 200
    samar.set_password("another quiet evening")
    samar.save()
    assert client.get("/api/v1/me").status_code == 401


def test_signing_out_holds_at_once(client: Client, samar: User) -> None:
    client.force_login(samar)
    assert client.get("/api/v1/me").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/api/v1/me").status_code == 401


def test_with_a_second_factor_the_password_alone_is_not_enough(
    client: Client, samar: User, nobody_counted: None
) -> None:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(samar, secret)
    response = client.post("/accounts/login/", {"login": "samar", "password": PASSWORD})
    assert response.url == "/accounts/2fa/authenticate/"  # type: ignore[attr-defined]
    assert client.get("/api/v1/me").status_code == 401
    code = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert client.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
@pytest.mark.parametrize(
    ("page", "control"),
    [
        ("totp/activate/", 'name="code"'),
        ("webauthn/add/", 'id="mfa_webauthn_add"'),
        ("recovery-codes/generate/", "<form"),
    ],
)
def test_second_factors_are_enrolled_in_every_language(
    client: Client, samar: User, nobody_counted: None, page: str, control: str, language: str
) -> None:
    client.post("/accounts/login/", {"login": "samar", "password": PASSWORD})
    if page.startswith("recovery"):
        totp.TOTP.activate(samar, totp.generate_totp_secret())
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    response = client.get(f"/accounts/2fa/{page}", headers={"Accept-Language": language})
    assert response.status_code == 200, getattr(response, "url", "")
    text = response.content.decode()
    assert control in text
    assert f'lang="{language}"' in text
    assert "style=" not in text.replace("svg+xml", "")


def test_recovery_codes_and_secrets_stay_out_of_the_log(samar: User) -> None:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(samar, secret)
    event = AuditEvent.objects.filter(relation="public.mfa_authenticator").latest("id")
    assert secret not in str(event.after)


def test_an_administrator_looks_as_a_role_and_changes_nothing(client: Client) -> None:
    admin = person("admin")
    client.force_login(admin)
    client.post("/staff/view-as/", {"role": "clerk"})
    me = client.get("/api/v1/me").json()
    assert (me["roles"], me["viewing_as"], me["verbs"]) == (["clerk"], "clerk", ["export", "view"])
    assert client.get("/staff/users/").status_code == 404
    assert client.post("/my/tokens/", {"name": "x", "verbs": ["view"], "lifetime": "30"}).status_code == 403
    page = client.get("/staff/jobs/?lang=en").content.decode()
    assert "You are looking as: Clerk" in page
    client.post("/staff/view-as/")
    assert client.get("/api/v1/me").json()["roles"] == ["admin"]
    assert ViewingAs.objects.get().ended_at is not None


def test_only_administrators_look_as_others(client: Client, samar: User) -> None:
    client.force_login(samar)
    assert client.post("/staff/view-as/", {"role": "treasurer"}).status_code == 404
    session = client.session
    session["view_as"] = "treasurer"
    session.save()
    assert client.get("/api/v1/me").json()["roles"] == ["clerk"]


def test_looking_as_a_role_is_in_the_log_with_its_request(client: Client) -> None:
    admin = person("admin")
    client.force_login(admin)
    response = client.post("/staff/view-as/", {"role": "clerk"})
    (event,) = AuditEvent.objects.filter(relation="public.accounts_viewingas")
    assert (event.actor_id, event.channel, event.after["role"]) == (admin.pk, "web", "clerk")
    assert event.request == response["X-Request-Id"]


def test_a_page_seen_by_anybody_costs_one_query_for_rights(client: Client, django_assert_num_queries) -> None:
    request = RequestFactory().get("/tiles/x/1/1/1.mvt")
    with django_assert_num_queries(1):
        assert subject_of(request) == of_roles([])
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN SELECT epoch FROM accounts_policyepoch WHERE id = 1")
        assert cursor.fetchall()
