"""Buildings on the map: drawn over the photograph, squared, taken from another layer, a row split into its houses."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
Enter = Callable[..., Visit]


def first(page: Page, seen: Visit, collection: str, query: str = "") -> Any:
    items = f"{seen.town.address}/api/v1/collections/{collection}/items?limit=1{query}"
    return page.request.get(items).json()["features"][0]


def buildings(page: Page, seen: Visit, query: str = "") -> Any:
    return page.request.get(f"{seen.town.address}/api/v1/buildings?{query}").json()


def open_tool(seen: Visit, at: str, layers: str = "parcels,buildings") -> Page:
    page = seen.page
    page.goto("about:blank")
    seen.open(f"/staff/?lang=ar#layers={layers}&at={at}")
    page.locator("#map").press("b")
    expect(page.locator("#building")).to_be_visible()
    return page


def button(page: Page, name: str) -> Any:
    return page.locator(f"#building .button:has(use[href$='#{name}'])")


def saved(page: Page) -> None:
    """Save, and wait until the building that was kept is the chosen one again."""
    button(page, "check").click()
    expect(button(page, "spline")).to_be_visible()
    expect(page.locator("#building .error")).to_have_count(0)


def vacant(page: Page, seen: Visit) -> Any:
    """The largest parcel of which the register says that nothing stands on it."""
    return first(page, seen, "parcels", "&land_use=vacant&sortby=-area_official_m2")


def test_a_building_is_drawn_squared_reshaped_split_and_taken_over(visit: Enter) -> None:
    seen = visit()
    seen.sign_in("engineer")
    parcel = vacant(seen.page, seen)
    before = buildings(seen.page, seen)["numberMatched"]
    page = open_tool(seen, f"parcels/{parcel['id']}")

    # Drawn over the photograph from the air, corners nearly right.
    page.locator("#building .check input").check()
    button(page, "square-plus").click()
    expect(button(page, "square")).to_be_visible()
    x, y = middle(page)
    for dx, dy in ((-40, -30), (42, -28), (40, 30), (-38, 31)):
        page.mouse.click(x + dx, y + dy)
    page.locator("#map").press("Enter")
    expect(button(page, "square")).to_be_enabled()
    before_square = page.inner_text("#building .measured")
    button(page, "square").click()
    expect(page.locator("#building .measured")).not_to_have_text(before_square)
    button(page, "undo-2").click()
    expect(page.locator("#building .measured")).to_have_text(before_square)
    button(page, "redo-2").click()
    page.locator("#building select").select_option("commercial")
    saved(page)
    made = buildings(page, seen, "use=commercial&sortby=-code")
    assert buildings(page, seen)["numberMatched"] == before + 1, made

    # A corner of what is there is pulled further out.
    button(page, "spline").click()
    measured = page.inner_text("#building .measured")
    page.mouse.move(x + 40, y + 30)
    page.mouse.down()
    page.mouse.move(x + 70, y + 45, steps=6)
    page.mouse.up()
    expect(page.locator("#building .measured")).not_to_have_text(measured)
    saved(page)
    assert buildings(page, seen)["numberMatched"] == before + 1

    # The row is shown cut before anything is kept: into equal houses, given widths, and where it was clicked.
    widths = page.locator("#building .widths")
    page.locator("#building input[type=number]").fill("3")
    button(page, "eye").click()
    expect(page.locator("#building [role=status]")).to_contain_text("مكانه")
    expect(widths).to_have_value(re.compile(r"^(\S+) \S+ \S+$"))
    first_width = float(widths.input_value().split()[0])
    widths.fill(f"{first_width + 1:.2f}")
    widths.press("Enter")
    expect(widths).to_have_value(re.compile(rf"^{first_width + 1:g} \S+$"))
    widths.fill("900")
    widths.press("Enter")
    expect(page.locator("#building .error")).to_contain_text("900")
    assert len(seen.complaints) == 1
    seen.complaints.clear()
    button(page, "scissors").click()
    expect(button(page, "scissors")).to_have_attribute("aria-pressed", "true")
    for dx in (-10, 15):
        page.mouse.click(x + dx, y)
        expect(page.locator("#building [role=status]:not(.error)")).to_contain_text("مكانه")
    expect(page.locator("#building input[type=number]")).to_have_value("3")
    assert buildings(page, seen)["numberMatched"] == before + 1
    button(page, "split").click()
    expect(page.locator(".toast").last).to_contain_text("·")
    assert buildings(page, seen)["numberMatched"] == before + 3

    # What the survey from the air saw and nobody registered is taken as it is.
    case = first(page, seen, "queue-building-not-registered")
    page = open_tool(
        seen, f"queue-building-not-registered/{case['id']}", "buildings,queue-building-not-registered"
    )
    button(page, "copy-plus").click()
    expect(button(page, "square")).to_be_enabled()
    saved(page)
    assert buildings(page, seen)["numberMatched"] == before + 4
    assert not seen.complaints


def middle(page: Page) -> tuple[float, float]:
    """A place in the free part of the map, where the chosen thing was brought."""
    at = page.locator("#map").bounding_box()
    panel = page.locator("#building").bounding_box()
    assert at
    assert panel
    return at["x"] + (at["width"] - panel["width"]) / 2, at["y"] + at["height"] / 2
