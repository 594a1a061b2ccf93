"""The building register as a spreadsheet: a cell edited where it stands, rows pasted from Excel after a look."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
Enter = Callable[..., Visit]


def test_a_cell_is_edited_or_refused_where_it_stands_and_rows_are_pasted_after_a_look(visit: Enter) -> None:
    seen = visit()
    seen.sign_in("engineer")
    page = seen.open("/staff/layers/buildings/table/?lang=ar&columns=code,floors&sortby=code")
    row = page.locator("#sheet tbody tr[data-key]").first
    key, code = row.get_attribute("data-key"), row.locator("td[data-at='0']").inner_text()
    address = f"{seen.town.address}/api/v1/buildings/{key}"
    cell = page.locator(f"#sheet tr[data-key='{key}'] td[data-at='1']")

    # Typed in either digits, saved where it stands.
    cell.dblclick()
    cell.locator(".input").fill("٧")
    page.keyboard.press("Enter")
    expect(page.locator("#sheet-status")).not_to_be_empty()
    expect(cell).to_have_text("7")
    assert page.request.get(address).json()["values"]["floors"] == 7

    # What the register refuses is said at the cell, and nothing is kept.
    cell.dblclick()
    cell.locator(".input").fill("900")
    page.keyboard.press("Enter")
    expect(cell).to_have_class(re.compile("refused"))
    expect(page.locator(".toast").last).to_be_visible()
    assert page.request.get(address).json()["values"]["floors"] == 7
    assert len(seen.complaints) == 1
    seen.complaints.clear()

    # Rows copied from Excel are shown before they are done.
    page.goto(f"{seen.town.address}/staff/buildings/table/?lang=ar")
    page.fill("#table", f"code\tfloors\n{code}\t3")
    page.click("form.card .button.primary")
    expect(page.locator("main .table")).to_contain_text(code)
    assert page.request.get(address).json()["values"]["floors"] == 7
    page.click("form[action$='/apply/'] .button.primary")
    page.wait_for_url(lambda url: "/apply" not in url and "/table" not in url)
    assert page.request.get(address).json()["values"]["floors"] == 3
    assert not seen.complaints
