"""Every page, in every language: no serious fault, nothing inline, readable at double size."""

import re
from collections import deque
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
Enter = Callable[..., Visit]
LANGUAGES = ("ar", "en", "fr")
OPEN = ("/", "/design/", "/accounts/login/", "/accounts/password/reset/", "/no-such-page/")
OWN = ("/my/", "/my/tokens/", "/accounts/email/", "/accounts/password/change/", "/accounts/2fa/")
MAPS = ("/", "/staff/")
LINK = re.compile(r'href="(/[^"#]*)')
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
    seen.page.goto(f"{seen.town.address}{path}{'&' if '?' in path else '?'}lang={language}")
    if path in MAPS:
        seen.page.wait_for_selector("html[data-drawn]", state="attached")
    return faults(seen)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", OPEN)
def test_open_pages_have_no_serious_fault(visit: Enter, path: str, language: str) -> None:
    assert look(visit(bypass_csp=True), path, language) == []


def every_page(seen: Visit, start: str) -> list[str]:
    """Return one address for each route with a page that links lead to, from a start."""
    routes: set[str] = set()
    pages: list[str] = []
    waiting = deque([start])
    while waiting:
        path = waiting.popleft()
        try:
            route = resolve(path.partition("?")[0]).route
        except Resolver404:
            continue
        if route in routes or path.startswith("/accounts/logout"):
            continue
        routes.add(route)
        answer = seen.page.request.get(seen.town.address + path)
        is_page = "text/html" in answer.headers.get("content-type", "")
        if not is_page or "attachment" in answer.headers.get("content-disposition", ""):
            continue
        pages.append(path)
        waiting.extend(href.replace("&amp;", "&") for href in LINK.findall(answer.text()))
    return pages


def faults_of_every_page(seen: Visit, start: str, languages: tuple[str, ...]) -> dict[str, list[str]]:
    """Look at each page in the language whose turn it is."""
    pages = every_page(seen, start)
    assert len(pages) > 4, pages
    turns = {(path, languages[turn % len(languages)]) for turn, path in enumerate(pages)}
    return {
        f"{path} {language}": found
        for path, language in sorted(turns)
        if (found := look(seen, path, language))
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_persons_own_pages_have_no_serious_fault(visit: Enter, language: str) -> None:
    seen = visit(bypass_csp=True)
    seen.sign_in("citizen")
    assert {path: found for path in OWN if (found := look(seen, path, language))} == {}


def test_no_page_has_a_serious_fault_in_the_language_whose_turn_it_is(visit: Enter) -> None:
    seen = visit(bypass_csp=True)
    seen.sign_in("admin")
    assert faults_of_every_page(seen, "/staff/", LANGUAGES) == {}


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("account", ["citizen", "admin", "treasurer", "engineer"])
def test_no_page_has_a_serious_fault_in_any_language(visit: Enter, account: str, language: str) -> None:
    seen = visit(bypass_csp=True)
    seen.sign_in(account)
    start = "/my/" if account == "citizen" else "/staff/"
    assert faults_of_every_page(seen, start, (language,)) == {}


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
