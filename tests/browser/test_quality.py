"""The quality queue in the browser: a suggested correction, seen, approved and gone from the queue."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bench import by_turns
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
Enter = Callable[..., Visit]
RECORD = "**/staff/records/*/"


def take_a_suggestion(page: Page, address: str) -> str:
    """Take the first correction that is safe; return the measure of its finding."""
    suggestions = page.locator("form[action$='/mend/']")
    for at in range(suggestions.count()):
        row = page.locator("tr").filter(has=suggestions.nth(at))
        measure = row.locator("td").nth(2).inner_text()
        with page.expect_navigation():
            suggestions.nth(at).locator("button").click()
        if "/staff/records/" in page.url:
            return measure
        page.goto(address)
    raise AssertionError("nothing can be corrected safely")


def close_what_is_open(page: Page) -> None:
    """Attach a document, give every reason, take every suggestion."""
    page.locator("details:has(form[action$='/documents/']) summary").click()
    page.fill("#id_number", "S-7")
    with page.expect_navigation():
        page.locator("form[action$='/documents/'] .button").click()
    reasons = page.locator("form[action$='/reason/']")
    for left in range(reasons.count(), 0, -1):
        reasons.first.locator("textarea").fill("As surveyed")
        reasons.first.locator(".button").click()
        expect(reasons).to_have_count(left - 1)
    if page.locator("[name=take]").count():
        page.click("[name=take]")
        expect(page.locator(".follows tr.open")).to_have_count(0)


@by_turns("en")
def test_a_suggested_correction_is_looked_at_approved_and_gone_from_the_queue(
    visit: Enter, lang: str
) -> None:
    engineer = visit()
    page = engineer.page
    engineer.sign_in("engineer")
    queue = f"{engineer.town.address}/staff/quality/?lang={lang}&rule=gap"
    page.goto(queue)
    measure = take_a_suggestion(page, queue)
    record = page.url
    expect(page.locator(".plan svg path.plan-proposed").first).to_be_attached()
    number = page.locator("h1 bdi").first.inner_text()
    page.goto(queue)
    expect(page.get_by_role("link", name=number).first).to_be_visible()

    page.goto(record)
    close_what_is_open(page)
    page.locator("form[action$='/submit/'] .button").click()
    expect(page.locator(".badge.submitted").first).to_be_visible()
    approver = visit()
    approver.sign_in("approver")
    approver.page.goto(f"{record}?lang={lang}")
    approver.page.click("[data-opens=approve]")
    approver.page.click("#approve .primary")
    expect(approver.page.locator(".badge.approved")).to_be_visible()

    page.goto(queue)
    with page.expect_navigation():
        page.locator("header form .button").click()
    page.goto(f"{queue}&state=gone")
    expect(page.locator("tr").filter(has_text=measure).first).to_be_visible()
    assert engineer.complaints == approver.complaints == []
