"""Every page, in every language: no serious fault, nothing inline, readable at double size."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
Enter = Callable[..., Visit]
LANGUAGES = ("ar", "en", "fr")
OPEN = ("/", "/design/", "/accounts/login/", "/accounts/password/reset/", "/no-such-page/")
OWN = ("/my/", "/my/tokens/", "/accounts/email/", "/accounts/password/change/", "/accounts/2fa/")
STAFF = (
    "/staff/",
    "/staff/import/",
    "/staff/jobs/",
    "/staff/users/",
    "/staff/audit/",
    "/staff/why/",
    "/staff/rules/",
)
MAPS = ("/", "/staff/")
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|\sstyle=\"|\son[a-z]+=\"|<style", re.IGNORECASE
)


def faults(seen: Visit) -> list[str]:
    """Return the serious and critical faults that axe finds on the page as it is."""
    found = Axe().run(seen.page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


def look(seen: Visit, path: str, language: str) -> list[str]:
    seen.page.goto(f"{seen.town.address}{path}?lang={language}")
    if path in MAPS:
        seen.page.wait_for_selector("html[data-drawn]", state="attached")
    return faults(seen)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", OPEN)
def test_open_pages_have_no_serious_fault(visit: Enter, path: str, language: str) -> None:
    assert look(visit(bypass_csp=True), path, language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_persons_own_pages_have_no_serious_fault(visit: Enter, language: str) -> None:
    seen = visit(bypass_csp=True)
    seen.sign_in("citizen")
    assert {path: found for path in OWN if (found := look(seen, path, language))} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_staff_pages_have_no_serious_fault(visit: Enter, language: str) -> None:
    seen = visit(bypass_csp=True)
    seen.sign_in("admin")
    assert {path: found for path in STAFF if (found := look(seen, path, language))} == {}


@pytest.mark.parametrize(("phone", "dark"), [(False, True), (True, False), (True, True)])
def test_the_map_with_card_and_list_has_no_serious_fault(visit: Enter, phone: bool, dark: bool) -> None:
    seen = visit(phone=phone, dark=dark, bypass_csp=True)
    page = seen.open("/?lang=ar#at=parcels/5")
    page.wait_for_selector("#card-title")
    assert faults(seen) == []
    page.locator("[data-toggles=list]:visible").first.click()
    page.wait_for_selector("#list tr[data-id]")
    assert faults(seen) == []


@pytest.mark.parametrize("path", [*OPEN, "/my/", "/staff/", "/staff/users/"])
def test_nothing_is_inline(visit: Enter, path: str) -> None:
    seen = visit()
    if path.startswith(("/my", "/staff")):
        seen.sign_in("admin")
    text = seen.page.request.get(f"{seen.town.address}{path}?lang=ar").text()
    assert "<html" in text
    assert INLINE.findall(text) == []


@pytest.mark.parametrize("path", ["/", "/design/", "/accounts/login/", "/my/"])
def test_text_at_double_size_needs_no_sideways_scrolling(visit: Enter, path: str) -> None:
    seen = visit(bypass_csp=True)
    seen.sign_in("citizen")
    seen.page.goto(f"{seen.town.address}{path}?lang=ar")
    seen.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert seen.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
