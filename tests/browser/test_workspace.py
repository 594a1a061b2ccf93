"""The staff workspace: who gets in, what each role is offered, and map and tables that follow each other."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
Enter = Callable[..., Visit]


def test_a_stranger_is_sent_to_sign_in(visit: Enter) -> None:
    seen = visit()
    seen.page.goto(seen.town.address + "/staff/?lang=ar")
    assert "/accounts/login/" in seen.page.url


def test_for_a_citizen_the_workspace_does_not_exist(visit: Enter) -> None:
    seen = visit()
    seen.sign_in("citizen")
    answer = seen.page.goto(seen.town.address + "/staff/?lang=ar")
    assert answer is not None
    assert answer.status == 404
    assert seen.page.locator("#rail, .bar").count() == 0
    assert "إلى الخريطة" in seen.page.inner_text("main")


@pytest.mark.parametrize(
    ("role", "offered", "withheld"),
    [
        ("admin", ["/staff/users/", "/staff/audit/", "/staff/import/"], []),
        ("engineer", ["/staff/import/", "/staff/jobs/"], ["/staff/users/", "/staff/audit/"]),
        ("auditor", ["/staff/audit/", "/staff/why/"], ["/staff/import/", "/staff/users/"]),
        ("clerk", ["/staff/jobs/"], ["/staff/import/", "/staff/users/", "/staff/audit/"]),
    ],
)
def test_the_bar_offers_what_the_role_can_use(
    visit: Enter, role: str, offered: list[str], withheld: list[str]
) -> None:
    seen = visit()
    seen.sign_in(role)
    page = seen.open("/staff/?lang=ar")
    links = {link.get_attribute("href") for link in page.locator(".bar nav a, .pages-menu a").all()}
    assert set(offered) <= links
    assert not links & set(withheld)


def test_every_offered_page_answers(visit: Enter) -> None:
    seen = visit()
    seen.sign_in("admin")
    page = seen.open("/staff/?lang=fr")
    for link in {str(one.get_attribute("href")) for one in page.locator(".bar nav a, .pages-menu a").all()}:
        answer = page.request.get(seen.town.address + link)
        assert answer.status == 200, link


def test_table_and_map_follow_each_other(visit: Enter) -> None:
    seen = visit()
    seen.sign_in("engineer")
    page = seen.open("/staff/?lang=ar")
    page.wait_for_selector("#tab-body tr[data-id]")
    row = page.locator("#tab-body tr[data-id]").nth(1)
    row.locator(".row-link").click()
    page.wait_for_selector("#side-feature #card-title")
    assert row.get_attribute("aria-current") == "true"
    assert page.get_attribute("#side-tab-feature", "aria-selected") == "true"
    page.click("#side-feature .card-head .icon-button")
    page.wait_for_selector("#tab-body tr[aria-current]", state="detached")


def test_tabs_open_move_by_arrows_and_close(visit: Enter) -> None:
    seen = visit()
    seen.sign_in("engineer")
    page = seen.open("/staff/?lang=en")
    tabs = page.locator("#tabs [role=tab]")
    count = tabs.count()
    tabs.nth(0).focus()
    page.keyboard.press("ArrowRight")
    assert tabs.nth(1).get_attribute("aria-selected") == "true"
    page.keyboard.press("Delete")
    assert tabs.count() == count - 1


def test_the_splitter_obeys_the_keyboard_and_is_remembered(visit: Enter) -> None:
    seen = visit()
    seen.sign_in("engineer")
    page = seen.open("/staff/?lang=ar")
    page.focus("#splitter")
    page.keyboard.press("PageUp")
    share = page.get_attribute("#splitter", "aria-valuenow")
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.get_attribute("#splitter", "aria-valuenow") == share == "54"


def test_the_status_line_tells_grid_and_degrees(visit: Enter) -> None:
    seen = visit()
    seen.sign_in("surveyor")
    page = seen.open("/staff/?lang=ar")
    page.mouse.move(600, 300)
    page.wait_for_selector("#at-grid:not(:empty)")
    assert "28191" in page.inner_text("#at-crs")
    assert page.inner_text("#at-degrees").startswith("31.")


def test_a_tool_is_chosen_by_its_key(visit: Enter) -> None:
    seen = visit()
    seen.sign_in("engineer")
    page = seen.open("/staff/?lang=ar")
    page.focus("#map")
    page.keyboard.press("m")
    page.wait_for_selector("#measure:not([hidden])")
    assert page.locator(".rail-tool[aria-pressed=true]").count() == 1
    page.keyboard.press("Escape")
    page.wait_for_selector("#measure", state="hidden")


def test_the_map_and_its_tables_show_any_day(visit: Enter) -> None:
    seen = visit()
    seen.sign_in("engineer")
    page = seen.open("/staff/?lang=en#day=2020-01-01")
    expect(page.locator("#days")).to_be_visible()
    expect(page.locator("#tab-body .badge").first).to_have_text("0 features")
    assert "day=2020-01-01" in page.url
    page.click("#days .measure-head .icon-button")
    expect(page.locator("#days")).to_be_hidden()
    expect(page.locator("#tab-body .badge").first).not_to_have_text("0 features")
    assert seen.complaints == []
