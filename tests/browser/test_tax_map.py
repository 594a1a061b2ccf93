"""The tax desk in the browser: the legend filters map and queue, a row opens its building, all by keyboard too."""

from collections.abc import Callable

import pytest

from scripts.launch.places import PYTHON
from tests.browser.conftest import ServedTown, Visit, _run
from tests.browser.test_accessibility import faults

pytestmark = pytest.mark.browser
Enter = Callable[..., Visit]


@pytest.fixture(scope="module")
def taxed_town(served_town: ServedTown) -> ServedTown:
    """Give the served town a tax year."""
    _run(
        [str(PYTHON), "manage.py", "create_tax_demo", "--seed", "5"],
        {**served_town.env, "GISPORTAL_ROLE": "worker"},
    )
    return served_town


def test_an_assessor_filters_opens_and_assesses_from_the_map(taxed_town: ServedTown, visit: Enter) -> None:
    seen = visit()
    seen.sign_in("assessor")
    page = seen.open("/staff/tax/map/?lang=ar")
    page.uncheck("#queue-in-view")
    page.wait_for_selector("#queue-rows tr[data-place]")
    page.click("[data-status=unassessed]")
    page.wait_for_function(
        """() => [...document.querySelectorAll("#queue-rows .dot")].length > 0
            && [...document.querySelectorAll("#queue-rows .dot")].every((dot) => dot.matches(".status-unassessed"))"""
    )
    for row in page.locator("#queue-rows tr[data-place]").all():
        row.locator(".row-link").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(f"#place[data-place='{row.get_attribute('data-place')}'] .tax-actions")
        # Others wait for a second signature already.
        if page.locator("#map-annual_rent").count():
            break
    page.wait_for_selector("#queue-rows tr[aria-current]")
    page.wait_for_function("() => location.hash.includes('tax-places/')")
    page.fill("#map-annual_rent", "2406")
    page.click("#assess button")
    page.wait_for_selector("#place[data-place] .amount-lines")
    assert "327.250" in page.inner_text("#place")
    page.keyboard.press("Escape")
    page.click("[data-queue=untaxed]")
    page.wait_for_selector("#queue-rows .queue-sum")
    assert seen.complaints == []
    watched = visit(bypass_csp=True)
    watched.sign_in("assessor")
    watched.open("/staff/tax/map/?lang=en")
    watched.page.click("[data-queue=untaxed]")
    watched.page.wait_for_selector("#queue-rows .queue-sum")
    assert faults(watched) == []


def test_a_refused_figure_comes_back_where_it_was_typed(taxed_town: ServedTown, visit: Enter) -> None:
    seen = visit()
    seen.sign_in("treasurer")
    page = seen.open("/staff/tax/packs/1/?lang=en", until="h1")
    page.click("form[action$='/copy/'] button")
    page.wait_for_selector("form[action$='/change/']")
    figure = page.locator("article.figure", has_text="Education tax").first
    figure.locator("input[name=value]").fill("much")
    figure.locator("input[name=source]").fill("Council 9")
    figure.locator("button").click()
    page.wait_for_selector("#refused-0")
    figure = page.locator("article.figure", has_text="Education tax").first
    assert figure.locator("input[name=value]").input_value() == "much"
    assert figure.locator("input[name=source]").input_value() == "Council 9"
    assert figure.locator("[aria-invalid=true][aria-describedby=refused-0]").count() == 1
    assert page.evaluate("document.activeElement.name") == "value"
    assert seen.complaints == []
