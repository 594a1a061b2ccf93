"""Signing in with a real browser: in Arabic and English, with a passkey, and looking as a role."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from scripts.launch.places import PYTHON
from tests.browser.conftest import PASSWORD, ServedTown, Visit, _run

pytestmark = pytest.mark.browser
Enter = Callable[..., Visit]
# An account of its own: whoever has a second factor is asked for it in every later test.
KEYHOLDER = f"""
from accounts.models import Membership, User
holder = User.objects.create_user("keyholder", password={PASSWORD!r})
Membership.objects.create(user=holder, role="surveyor")
"""


@pytest.mark.parametrize(
    ("language", "direction", "refused"),
    [("ar", "rtl", "يلزم تصحيح ما يلي:"), ("en", "ltr", "This needs another look:")],
)
def test_a_clerk_signs_in_and_out(visit: Enter, language: str, direction: str, refused: str) -> None:
    seen = visit()
    page = seen.page
    page.goto(f"{seen.town.address}/accounts/login/?lang={language}")
    assert page.get_attribute("html", "dir") == direction
    page.fill("input[name=login]", "clerk")
    page.fill("input[name=password]", "not the password")
    page.press("input[name=password]", "Enter")
    assert refused in page.inner_text("[role=alert]")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/staff/")
    assert page.get_attribute("html", "lang") == language
    page.click("details.user-menu summary")
    with page.expect_navigation():
        page.click("details.user-menu form[action='/accounts/logout/'] button")
    page.goto(f"{seen.town.address}/staff/")
    assert "/accounts/login/" in page.url


def _with_authenticator(page: Page) -> None:
    """Give the browser a security key that always consents (Chromium's WebAuthn domain)."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_added_and_signs_in_without_a_password(served_town: ServedTown, visit: Enter) -> None:
    _run([str(PYTHON), "manage.py", "shell", "-v0", "-c", KEYHOLDER], served_town.env)
    seen = visit()
    page = seen.page
    _with_authenticator(page)
    # A passkey belongs to a name; an address of numbers cannot have one.
    address = seen.town.address.replace("127.0.0.1", "localhost")
    page.goto(f"{address}/accounts/login/?lang=en")
    page.fill("input[name=login]", "keyholder")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/staff/")
    page.goto(f"{address}/accounts/2fa/webauthn/add/")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/webauthn/add/")
    page.check("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "/add/" not in url)
    page.context.clear_cookies()
    page.goto(f"{address}/accounts/login/?lang=en")
    page.click("#passkey_login")
    page.wait_for_url("**/staff/")
    assert [text for text in seen.complaints if "Content Security Policy" in text] == []


@pytest.mark.parametrize("language", ["ar", "en"])
def test_an_administrator_looks_as_the_public_and_stops(visit: Enter, language: str) -> None:
    seen = visit()
    seen.sign_in("admin")
    page = seen.page
    page.goto(f"{seen.town.address}/staff/view-as/?lang={language}")
    page.select_option("select[name=role]", "public")
    page.click("main button[type=submit]")
    page.wait_for_selector("html[data-drawn]", state="attached")
    banner = page.locator(".acting")
    assert banner.is_visible()
    frame = page.locator(".viewer-frame").bounding_box()
    assert frame is not None
    assert frame["y"] + frame["height"] <= 900.5, "the banner must not push the map off the screen"
    banner.locator("button").click()
    page.wait_for_url("**/staff/")
    assert page.locator(".acting").count() == 0


def test_the_jobs_page_is_read_from_right_to_left(visit: Enter) -> None:
    seen = visit()
    seen.sign_in("engineer")
    page = seen.open("/staff/jobs/?lang=ar", until="main")
    assert page.locator("h1").inner_text() == "المهام"
    assert page.get_attribute("html", "dir") == "rtl"
