"""A terrain model from the file to the map in a browser: imported, drawn, asked for heights and a profile."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from playwright.sync_api import TimeoutError as PageTimeout
from rasterio.transform import from_origin

from tests.browser.conftest import Visit
from tests.browser.test_accessibility import faults
from tests.browser.test_layer_making import worker  # noqa: F401

pytestmark = pytest.mark.browser


def terrain(path: Path) -> Path:
    heights = np.tile(700 + np.arange(300, dtype="float32"), (1, 300, 1))
    profile = {"driver": "GTiff", "count": 1, "height": 300, "width": 300, "dtype": "float32"}
    with rasterio.open(
        path, "w", **profile, crs="EPSG:28191", transform=from_origin(173_000, 181_500, 10, 10)
    ) as out:
        out.write(heights)
    return path


@pytest.mark.usefixtures("worker")
def test_an_engineer_imports_heights_and_reads_them_off_the_map(
    visit: Callable[..., Visit], tmp_path: Path
) -> None:
    seen = visit(bypass_csp=True)
    seen.sign_in("engineer")
    page = seen.open("/staff/import/?lang=ar", until="html")
    page.set_input_files("#import-file", terrain(tmp_path / "DSM 2025.tif"))
    page.locator("[data-upload] .primary").click()
    page.wait_for_selector("[data-place] .primary")
    page.locator("[data-place] .primary").click()
    page.fill("#id_title_ar", "نموذج السطح")
    page.fill("#id_slug", "dsm-2025")
    page.check("#id_public")
    page.locator("form .primary").first.click()
    page.wait_for_selector(".notice.ok")
    seen.open("/staff/rasters/dsm-2025/?lang=ar", until="#raster-preview")
    assert faults(seen) == []
    with page.expect_response(lambda answer: "drawing=coloured-relief" in answer.url) as drawn:
        page.select_option("#id_drawing", "coloured-relief")
    assert drawn.value.ok
    page = seen.open("/?lang=ar")
    page.evaluate("document.querySelector('[data-layer=raster-dsm-2025]').closest('details').open = true")
    page.check("[data-layer=raster-dsm-2025]")
    value = page.locator(".cell-value:has-text('نموذج السطح')")
    for _again in range(5):
        # A click that comes while the map still settles may be taken for a drag.
        page.mouse.click(700, 450)
        with contextlib.suppress(PageTimeout):
            value.wait_for(timeout=12_000)
            break
    assert value.is_visible()
    page.locator(".wide-tools [data-act=measure]").click()
    page.mouse.click(560, 320)
    page.mouse.dblclick(820, 560)
    page.wait_for_selector(".profile svg path")
    assert faults(seen) == []
    assert seen.complaints == []
