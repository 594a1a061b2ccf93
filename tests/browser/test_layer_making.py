"""A layer from nothing to the map, in a browser: made, filled, drawn, edited by two people, styled."""

import io
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page

from scripts.launch.places import PYTHON, ROOT
from tests.browser.conftest import ServedTown, Visit
from tests.browser.test_accessibility import faults

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


def describe(page: Page) -> None:
    """Fill the maker's form: a name, and a kind to choose."""
    for code, title in {"ar": "مقاعد الحدائق", "en": "Park benches", "fr": "Bancs des parcs"}.items():
        page.fill(f"#id_{code}", title)
    page.fill("#id_field-0-ar", "الاسم")
    page.fill("#id_field-0-en", "Name")
    page.check("#id_field-0-label")
    page.locator("button[value=add]").click()
    page.fill("#id_field-1-en", "Made of")
    page.locator("#field-2 summary").click()
    page.fill("#id_field-1-choices", "wood = خشب | Wood | Bois\nstone = حجر | Stone | Pierre")
    page.locator("button[value=add]").click()
    page.fill("#id_field-2-en", "Seats")
    page.select_option("#id_field-2-type", "integer")


def draw_a_bench(page: Page, dx: int, name: str, made_of: str, seats: str) -> None:
    page.locator("#sheet-new").click()
    page.wait_for_selector("#sketch-bar:not([hidden])")
    box: Any = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2 + dx, box["y"] + box["height"] / 2)
    page.wait_for_selector("#sketch-bar .button:not([disabled])")
    page.locator("#sketch-bar .primary").click()
    page.wait_for_selector("#row-name")
    page.fill("#row-name", name)
    page.select_option("#row-made_of", made_of)
    page.fill("#row-seats", seats)
    page.locator("#sheet-dialog .primary").click()
    page.wait_for_selector(f"#sheet tbody tr:has-text('{name}')")


def type_into(page: Page, key: int, at: int, text: str) -> None:
    page.locator(f"tr[data-key='{key}'] td[data-at='{at}']").dblclick()
    page.locator(f"tr[data-key='{key}'] td .input").fill(text)
    page.keyboard.press("Enter")


def photo() -> dict[str, Any]:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "#4a8c52").save(out, "JPEG")
    return {"name": "bench.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_a_layer_is_made_filled_and_drawn_by_people_who_never_saw_json(visit: Enter, worker: None) -> None:
    seen = visit(bypass_csp=True)
    seen.sign_in("engineer")
    page, found = seen.page, []
    page.goto(f"{seen.town.address}/staff/layers/new/?lang=en")
    describe(page)
    found += faults(seen)
    page.locator("button[value=make]").click()
    page.wait_for_selector("a[href='/staff/layers/park-benches/table/']", timeout=PATIENCE_MS)
    found += faults(seen)
    seen.open("/staff/layers/park-benches/table/?lang=en")
    draw_a_bench(page, 0, "Fountain", "wood", "2")
    draw_a_bench(page, 60, "Gate", "stone", "3")
    page.wait_for_selector("#sheet tfoot:has-text('5')")
    found += faults(seen)

    page.locator("tr[data-key='1'] .row-link").click()
    page.set_input_files("#attach-file", photo())
    page.wait_for_selector(".attachment-list img")
    found += faults(seen)
    page.locator("#sheet-dialog header .icon-button").click()

    surveyor = visit()
    surveyor.sign_in("surveyor")
    other = surveyor.open("/staff/layers/park-benches/table/?lang=ar")
    other.wait_for_selector("tr[data-key='1']")
    type_into(page, 1, 2, "4")
    page.wait_for_selector("#sheet tfoot:has-text('7')")
    type_into(other, 1, 2, "9")
    other.wait_for_selector("#sheet-dialog[open]:has-text('غيّره شخص آخر')")
    assert other.locator("#sheet-dialog tbody td").all_inner_texts() == ["2", "4", "9"]
    other.locator("#sheet-dialog .primary").click()
    other.wait_for_selector("tr[data-key='1'] td[data-at='2']:has-text('4')")

    page.fill("[data-filter=seats]", ">3")
    page.locator("[data-filter=seats]").press("Enter")
    page.wait_for_selector("#sheet-count:has-text('1 row')")
    assert "seats=%3E3" in page.url

    page.locator("#sheet-columns summary").click()
    page.locator("#sheet-join").click()
    page.select_option("#layer", "parcels")
    page.locator("main .primary").click()
    page.check("input[name=how][value=nearest]")
    page.check("input[name=fields_taken][value=number]")
    found += faults(seen)
    page.locator("main .primary").click()
    page.wait_for_selector("#sheet thead:has-text('Parcel number (Parcels)')")
    page.wait_for_selector("#sheet tbody tr:only-child td[data-at='3']:not(:empty)")
    assert "seats=%3E3" in page.url

    seen.open("/staff/layers/park-benches/style/?lang=en")
    page.check("input[name=method][value=categories]")
    page.select_option("select[name=field]", "made_of")
    page.wait_for_selector(".class-table input[name=class_colour]")
    page.wait_for_selector("#style-legend li:nth-child(3)")
    assert page.locator("#style-legend li").all_inner_texts()[:2] == ["Wood", "Stone"]
    found += faults(seen)
    page.locator(".sticky-actions .primary").click()
    page.wait_for_selector("button[formaction]")
    legend = page.request.get(f"{seen.town.address}/api/v1/collections/park-benches/legend?lang=fr").json()[
        "legend"
    ]
    assert [entry["label"] for entry in legend][:2] == ["Bois", "Pierre"]
    assert found == []
    # The refusal of a stale edit is the only thing that a console says.
    assert [one for one in seen.complaints + surveyor.complaints if "412" not in one] == []
