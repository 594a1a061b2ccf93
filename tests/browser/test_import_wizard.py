"""The import wizard in a browser, by keyboard, with a worker at work: from a file to the map."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from scripts.launch.places import PYTHON, ROOT
from tests.browser.conftest import ServedTown, Visit
from tests.browser.test_accessibility import faults
from tests.importing import files

pytestmark = pytest.mark.browser
Enter = Callable[..., Visit]
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def worker(served_town: ServedTown) -> Iterator[None]:
    """Let a worker do the town's jobs."""
    process = subprocess.Popen([str(PYTHON), "manage.py", "worker"], cwd=ROOT, env=served_town.env)
    yield
    process.terminate()
    process.wait(30)


def send(page: Page, path: Path, language: str) -> None:
    page.goto(
        page.url.split("/accounts")[0].rstrip("/").split("/staff")[0] + f"/staff/import/?lang={language}"
    )
    page.set_input_files("input[type=file]", path)
    page.locator("form[data-upload] button").press("Enter")
    page.wait_for_url("**/staff/import/*-*/", timeout=PATIENCE_MS)


def go_on(page: Page, form: str, until: str) -> None:
    page.locator(f"{form} button.primary").press("Enter")
    page.wait_for_selector(until, timeout=PATIENCE_MS)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_an_old_arabic_shapefile_comes_onto_the_map(
    visit: Enter, worker: None, tmp_path: Path, language: str
) -> None:
    # A file of a name that was loaded before would be offered as an update.
    path = files.shapefile_zip(
        tmp_path, files.parcels(20), name=f"town-{language}", encoding="CP1256", without=[".cpg", ".prj"]
    )
    seen = visit(bypass_csp=True)
    seen.sign_in("engineer")
    page, found = seen.page, []
    send(page, path, language)
    page.wait_for_selector("#import-map[data-drawn]", timeout=PATIENCE_MS)
    found += faults(seen)
    page.locator("input[name=srid][value='28191']").check()
    go_on(page, "form[data-place]", "#id-slug")
    assert page.locator("input[name=encoding]:checked").get_attribute("value") == "cp1256"
    assert "آمنة بنت عيسى النابلسيّ" in page.locator("label:has(input[name=encoding]:checked)").inner_text()
    found += faults(seen)
    page.fill("#id-slug", f"town-{language}")
    go_on(page, "form[action$='/fields/']", "form[action$='/load/']")
    assert page.locator(".facts .figure").all_inner_texts() == ["20", "20", "0", "0"]
    found += faults(seen)
    go_on(page, "form[action$='/load/']", ".notice.ok")
    found += faults(seen)
    page.locator("a.primary").press("Enter")
    page.wait_for_selector("html[data-drawn]", state="attached", timeout=PATIENCE_MS)
    assert f"layers=town-{language}" in page.url
    assert found == []
    assert seen.complaints == []


def test_a_bad_file_is_explained_and_can_be_put_away(visit: Enter, worker: None, tmp_path: Path) -> None:
    path = tmp_path / "cut.gpkg"
    path.write_bytes(files.geopackage(tmp_path / "a.gpkg", files.parcels()).read_bytes()[:9000])
    seen = visit()
    seen.sign_in("surveyor")
    send(seen.page, path, "en")
    seen.page.wait_for_selector(".notice.block", timeout=PATIENCE_MS)
    assert "damaged" in seen.page.locator(".notice.block").inner_text()
    seen.page.locator("form[action$='/remove/'] button").press("Enter")
    seen.page.wait_for_selector("form[data-upload]")
    assert "cut.gpkg" not in seen.page.locator("main").inner_text()
