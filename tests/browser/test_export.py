"""Rows that are ticked and an area that is drawn leave as files, in the format and grid that were chosen."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_accessibility import faults

pytestmark = pytest.mark.browser


def draw_square(page: Page, half: int) -> None:
    """Draw an area round the middle of the map."""
    page.get_by_role("button", name="Within an area").click()
    page.wait_for_selector(".sketch-bar:not([hidden])")
    box: Any = page.locator("#map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for dx, dy in ((-half, -half), (half, -half), (half, half), (-half, half)):
        page.mouse.click(x + dx, y + dy)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Any place again").wait_for()


def taken(page: Page, ending: str, crs: str = "") -> bytes:
    """Take the file of a format from the export page."""
    page.check(f"input[name=f][value='{ending}']")
    page.select_option("#export-crs", crs)
    with page.expect_download() as loading:
        page.get_by_role("button", name="Get the file").click()
    return Path(loading.value.path()).read_bytes()


def test_ticked_rows_and_a_drawn_area_leave_as_files(visit: Callable[..., Visit]) -> None:
    seen = visit(bypass_csp=True)
    seen.sign_in("engineer")
    page = seen.open("/staff/layers/parcels/table/?lang=en&columns=number,basin&sortby=-number")
    page.wait_for_selector("[data-tick]")
    ticked = sorted(str(page.locator("[data-tick]").nth(at).get_attribute("data-tick")) for at in (0, 2))
    for key in ticked:
        page.check(f"[data-tick='{key}']")
    expect(page.locator("#picked-count")).to_have_text("2 rows ticked")
    found = faults(seen)
    page.locator("#picked-export").click()
    page.wait_for_selector(".notice")
    found += faults(seen)
    rows = list(csv.DictReader(io.StringIO(taken(page, "csv", "28191").decode("utf-8-sig"))))
    assert sorted(row["id"] for row in rows) == ticked
    assert list(rows[0]) == ["id", "number", "basin", "wkt"]
    assert 100_000 < float(re.findall(r"[\d.]+", rows[0]["wkt"])[0]) < 300_000

    page = seen.open("/staff/?lang=en")
    page.wait_for_selector(".list-frame [data-tick]")
    count = page.locator(".list-tools .badge").first
    before = count.inner_text()
    draw_square(page, 60)
    expect(count).not_to_have_text(before)
    within = int(re.sub(r"\D", "", count.inner_text()))
    page.locator(".list-tools .button:has-text('Export')").first.click()
    page.wait_for_selector(".notice")
    features = json.loads(taken(page, "geojson"))["features"]
    assert 0 < within == len(features)
    assert {one["geometry"]["type"] for one in features} <= {"Polygon", "MultiPolygon"}
    assert found == []
    assert seen.complaints == []
