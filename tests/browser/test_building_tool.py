"""Buildings on the map: drawn over the photograph, squared, taken from another layer, a row split into its houses."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely.geometry
from playwright.sync_api import Page, expect
from pyproj import Transformer

from scripts.launch.places import PYTHON
from tests.browser.conftest import Visit, _run
from tests.importing.test_formats import DXF_PLOT

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


def drawing_of_a_house(page: Page, seen: Visit, path: Path) -> Path:
    """Write a surveyor's drawing, a closed outline of 10 m by 8 m on a vacant parcel on which nothing was seen."""
    api = f"{seen.town.address}/api/v1/collections"
    parcels = page.request.get(
        f"{api}/parcels/items?land_use=vacant&sortby=-area_official_m2&limit=30"
    ).json()
    for parcel in parcels["features"][1:]:
        ground = shapely.geometry.shape(parcel["geometry"])
        around = ",".join(f"{part:.7f}" for part in ground.bounds)
        if not page.request.get(f"{api}/footprints-2026/items?bbox={around}").json()["features"]:
            break
    middle = shapely.maximum_inscribed_circle(ground).coords[0]
    x, y = Transformer.from_crs(4326, 28191, always_xy=True).transform(*middle)
    outline = DXF_PLOT.format(x0=x - 5, x1=x + 5, y0=y - 4, y1=y + 4, tx=x, ty=y, text="H")
    path.write_text(f"0\nSECTION\n2\nENTITIES\n{outline}0\nENDSEC\n0\nEOF\n")
    return path


def test_an_outline_of_a_drawing_becomes_a_building(visit: Enter, tmp_path: Path) -> None:
    seen = visit()
    seen.sign_in("engineer")
    page = seen.page
    before = buildings(page, seen)["numberMatched"]
    path = drawing_of_a_house(page, seen, tmp_path / "house.dxf")
    named = ["--name", "drawn-house", "--layer", "areas", "--crs", "EPSG:28191"]
    _run([str(PYTHON), "manage.py", "import_layer", str(path), *named], seen.town.env)
    drawn = first(page, seen, "drawn-house")
    page = open_tool(seen, f"drawn-house/{drawn['id']}", "parcels,drawn-house")
    button(page, "copy-plus").click()
    expect(button(page, "square")).to_be_enabled()
    saved(page)
    assert buildings(page, seen)["numberMatched"] == before + 1
    around = ",".join(f"{part:.7f}" for part in shapely.geometry.shape(drawn["geometry"]).bounds)
    made = first(page, seen, "buildings", f"&bbox={around}")
    assert made["properties"]["footprint_m2"] == pytest.approx(80, abs=0.1)
    assert not seen.complaints


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
