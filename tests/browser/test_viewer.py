"""The public map: what a visitor sees and can do, with mouse, keyboard and phone, in each language."""

import gzip
import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.conftest import DRAWN, ServedTown, Visit

pytestmark = pytest.mark.browser
Enter = Callable[..., Visit]
MIDDLE = (720, 450)
BUDGET = 300_000


def ask(town: ServedTown, path: str) -> Any:
    with urllib.request.urlopen(town.address + path, timeout=20) as answer:
        return json.load(answer)


@pytest.fixture(scope="module")
def parcel(served_town: ServedTown) -> dict[str, Any]:
    """A parcel large enough to be hit in its middle, with its centre."""
    page = ask(
        served_town,
        "/api/v1/collections/parcels/items?limit=1&sortby=-area_gis_m2&lang=ar&land_use=residential",
    )
    feature = page["features"][0]
    found = ask(served_town, f"/api/v1/collections/parcels/items/{feature['id']}?lang=ar")
    west, south, east, north = found["bbox"]
    return {
        "id": found["id"],
        "number": found["properties"]["number"],
        "basin": found["properties"]["basin"],
        "title": found["card"]["title"],
        "at": f"{(south + north) / 2:.6f}/{(west + east) / 2:.6f}",
    }


def only(parcel: dict[str, Any], layers: str = "parcels") -> str:
    return f"#map=20/{parcel['at']}&layers={layers}"


@pytest.mark.parametrize(
    ("language", "direction", "heading"),
    [("ar", "rtl", "الطبقات"), ("en", "ltr", "Layers"), ("fr", "ltr", "Couches")],
)
def test_the_map_speaks_the_visitors_language(
    visit: Enter, language: str, direction: str, heading: str
) -> None:
    page = visit().open(f"/?lang={language}")
    assert page.get_attribute("html", "dir") == direction
    assert page.inner_text("#layers-title") == heading
    assert page.get_attribute("#map", "dir") == "ltr"


def test_the_map_draws_the_town_from_this_host_alone(visit: Enter) -> None:
    seen = visit(bypass_csp=True)
    page = seen.open("/?lang=ar")
    colours = page.evaluate(
        """() => { const canvas = document.querySelector('#map canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const seen = new Set(); for (let i = 0; i < data.length; i += 400) seen.add(`${data[i]},${data[i+1]},${data[i+2]}`);
        return seen.size; }"""
    )
    assert colours > 20
    assert seen.hosts == {"127.0.0.1"}


def test_the_policy_lets_everything_work_without_a_complaint(visit: Enter) -> None:
    seen = visit()
    seen.open("/?lang=ar")
    assert seen.complaints == []


def test_the_start_page_keeps_its_script_budget(visit: Enter) -> None:
    seen = visit()
    sizes: dict[str, int] = {}

    def weigh(response: Any) -> None:
        if response.request.resource_type == "script":
            sizes[response.url] = len(gzip.compress(response.body()))

    seen.page.on("response", weigh)
    seen.open("/?lang=ar")
    assert sizes
    assert sum(sizes.values()) < BUDGET


def test_a_click_opens_the_card_and_the_address_keeps_it(visit: Enter, parcel: dict[str, Any]) -> None:
    page = visit().open(f"/?lang=ar{only(parcel)}")
    page.mouse.click(*MIDDLE)
    page.wait_for_selector("#card-title")
    assert page.inner_text("#card-title") == parcel["title"]
    page.wait_for_url(re.compile(rf"at=parcels/{parcel['id']}"))
    page.reload()
    page.wait_for_selector("#card-title")
    assert page.inner_text("#card-title") == parcel["title"]


def test_escape_closes_the_card(visit: Enter, parcel: dict[str, Any]) -> None:
    page = visit().open(f"/?lang=ar{only(parcel)}&at=parcels/{parcel['id']}")
    page.wait_for_selector("#card-title")
    page.focus("#map")
    page.keyboard.press("Escape")
    page.wait_for_selector("#card", state="hidden")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_search_understands_words_and_both_digit_systems(
    visit: Enter, parcel: dict[str, Any], language: str
) -> None:
    page = visit().open(f"/?lang={language}")
    digits = str(parcel["number"]).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    page.keyboard.press("/")
    page.keyboard.type(
        f"قطعة {digits} حوض {parcel['basin']}" if language == "ar" else f"parcel {parcel['number']}"
    )
    page.wait_for_selector("#search-results [role=option]")
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#search-input", "aria-activedescendant") == "search-option-0"
    page.keyboard.press("Enter")
    page.wait_for_selector("#card-title")
    assert str(parcel["number"]) in page.inner_text("#card-title")


def test_the_search_goes_to_coordinates(visit: Enter, parcel: dict[str, Any]) -> None:
    lat, lon = parcel["at"].split("/")
    page = visit().open("/?lang=en")
    page.fill("#search-input", f"{lat} {lon}")
    page.wait_for_selector("#search-results [role=option]")
    page.press("#search-input", "Enter")
    page.wait_for_url(re.compile(rf"/{re.escape(lat[:6])}"))


def test_a_search_without_result_says_what_to_try(visit: Enter) -> None:
    page = visit().open("/?lang=ar")
    page.fill("#search-input", "زقزوق المستحيل")
    page.wait_for_selector("#search-results .heading")
    assert "جرّب" in page.inner_text("#search-results")


def test_layers_are_switched_and_faded_and_the_address_tells(visit: Enter) -> None:
    page = visit().open("/?lang=ar")
    page.uncheck("[data-layer=buildings]")
    page.wait_for_url(re.compile(r"layers="))
    assert "buildings" not in page.url.split("layers=")[1].split("&")[0]
    page.click("li.layer:has([data-layer=parcels]) .layer-more")
    page.fill("[data-fade=parcels]", "40")
    page.wait_for_url(re.compile(r"parcels(:|%3A)40"))


def test_the_legend_is_the_filter_of_its_layer(visit: Enter) -> None:
    page = visit().open("/?lang=ar")
    page.click("li.layer:has([data-layer=parcels]) .layer-more")
    page.uncheck("[data-class='parcels/0']")
    page.wait_for_url(re.compile("hide=parcels:0"))
    page.reload()
    page.wait_for_selector(DRAWN, state="attached")
    page.click("li.layer:has([data-layer=parcels]) .layer-more")
    assert not page.is_checked("[data-class='parcels/0']")
    assert page.is_checked("[data-class='parcels/1']")


def test_the_list_holds_what_the_map_shows_and_chooses_on_it(visit: Enter, parcel: dict[str, Any]) -> None:
    page = visit().open(f"/?lang=ar{only(parcel)}")
    page.click(".chip-button[data-toggles=list]")
    page.wait_for_selector("#list tr[data-id]")
    shown = page.locator("#list tr[data-id]").count()
    page.uncheck("#list-in-view")
    page.wait_for_selector(f"#list tr[data-id] >> nth={shown}")
    row = page.locator("#list tr[data-id]").nth(3)
    row.locator(".row-link").click()
    page.wait_for_selector("#card-title")
    assert row.get_attribute("aria-current") == "true"


def test_the_list_filters_sorts_and_pages(visit: Enter) -> None:
    page = visit().open("/?lang=en")
    page.click(".chip-button[data-toggles=list]")
    page.uncheck("#list-in-view")
    page.wait_for_selector("#list .pager .button:not([disabled])")
    first = page.inner_text("#list tr[data-id] >> nth=0")
    page.click("#list .pager .button >> nth=1")
    page.locator("#list .pager", has_text="51 to 100").wait_for()
    assert page.inner_text("#list tr[data-id] >> nth=0") != first
    page.click("#list th .sort >> nth=2")
    page.wait_for_selector("#list th[aria-sort=ascending]")
    page.fill("#list-filter", "no such parcel")
    page.wait_for_selector("#list .empty")


def test_the_list_comes_as_a_file_for_spreadsheets(visit: Enter) -> None:
    page = visit().open("/?lang=ar")
    page.click(".chip-button[data-toggles=list]")
    page.uncheck("#list-in-view")
    page.wait_for_selector("#list tr[data-id]")
    page.click("#list .list-tools .button:has-text('تصدير')")
    page.check("input[name=f][value=csv]")
    with page.expect_download() as waiting:
        page.click("form .button.primary")
    text = waiting.value.path().read_text(encoding="utf-8-sig")
    assert text.startswith("id,number,")
    assert len(text.splitlines()) > 200


def test_a_distance_is_measured_in_metres(visit: Enter) -> None:
    page = visit().open("/?lang=ar")
    page.click(".wide-tools[data-act=measure], .wide-tools [data-act=measure]")
    page.mouse.click(500, 500)
    page.mouse.click(700, 500)
    page.wait_for_selector("#measure .measured strong")
    metres = re.search(r"([\d.,]+)", page.inner_text("#measure .measured strong"))
    assert metres is not None
    # At zoom 17 a pixel is about a metre here; the scale bar says how much exactly.
    assert 100 < float(metres.group(1).replace(",", "")) < 400
    page.keyboard.press("Escape")
    page.wait_for_selector("#measure", state="hidden")


def test_the_keyboard_moves_the_map(visit: Enter) -> None:
    page = visit().open("/?lang=ar")
    page.focus("#map")
    before = page.url
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(lambda url: url != before)


def test_the_map_is_printed_with_title_legend_and_scale(visit: Enter) -> None:
    page = visit().open("/?lang=ar")
    page.evaluate("() => { window.print = () => document.documentElement.setAttribute('data-printed', '') }")
    page.click(".end-tools [data-opens=print]")
    page.fill("#print-title", "مخطط موقع")
    page.select_option("#print-scale", "1000")
    page.click("#print-go")
    page.wait_for_selector("html[data-printed]", state="attached")
    assert "مخطط موقع" in page.text_content("#print-sheet header") or ""
    assert "1,000" in (page.text_content("#print-sheet footer") or "")
    assert page.locator("#print-sheet .print-legend li").count() > 1
    assert page.get_attribute("#print-sheet .print-map", "src").startswith("blob:")


def test_on_a_phone_the_card_is_a_sheet_with_three_heights(visit: Enter, parcel: dict[str, Any]) -> None:
    page = visit(phone=True).open(f"/?lang=ar#map=20/{parcel['at']}&layers=parcels&at=parcels/{parcel['id']}")
    page.wait_for_selector("#card-title")
    assert page.get_attribute("#card", "data-stop") == "half"
    page.focus("#card .grip")
    page.keyboard.press("ArrowUp")
    assert page.get_attribute("#card", "data-stop") == "full"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#card", "data-stop") == "peek"


def test_on_a_phone_layers_and_list_are_sheets(visit: Enter) -> None:
    page = visit(phone=True).open("/?lang=fr")
    assert page.is_hidden("#layers")
    page.click(".phone-tools [data-toggles=layers]")
    assert page.is_visible("#layer-tree")
    page.click("#layers header button")
    page.click(".phone-tools [data-toggles=list]")
    page.wait_for_selector("#list tr[data-id]")


def test_a_shared_link_shows_the_same_to_others(visit: Enter, parcel: dict[str, Any]) -> None:
    link = f"/?lang=en#map=19/{parcel['at']}&layers=parcels,streets&at=parcels/{parcel['id']}"
    page = visit().open(link)
    page.wait_for_selector("#card-title")
    assert page.is_checked("[data-layer=streets]")
    assert not page.is_checked("[data-layer=buildings]")
    page.evaluate("hash => { location.hash = hash }", f"map=18/{parcel['at']}&layers=buildings")
    page.wait_for_selector("[data-layer=buildings]:checked", state="attached")
    assert not page.is_checked("[data-layer=streets]")


def test_a_broken_link_still_gives_a_map(visit: Enter) -> None:
    page = visit().open(f"/?lang=ar#map=x/y/z&layers={quote('nothing')}&at=parcels/999999999")
    page.wait_for_selector("#card [role=alert]")
    assert page.is_visible("#map canvas")


def test_the_catalogues_failure_is_told_with_a_way_on(visit: Enter) -> None:
    seen = visit()
    seen.page.route("**/api/v1/catalogue*", lambda route: route.abort())
    seen.page.goto(seen.town.address + "/?lang=ar")
    seen.page.wait_for_selector("#map-failed:not([hidden])")
    assert "تعذر" in seen.page.inner_text("#map-failed")


def test_numbers_follow_the_municipalitys_digits(visit: Enter, parcel: dict[str, Any]) -> None:
    seen = visit()

    def arabic_indic(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('data-digits="latn"', 'data-digits="arab"'))

    seen.page.route(re.compile(r"/\?lang=ar"), arabic_indic)
    page = seen.open(f"/?lang=ar{only(parcel)}&at=parcels/{parcel['id']}")
    page.wait_for_selector("#card-title")
    assert re.search("[٠-٩]", page.inner_text("#card-title"))
    assert not re.search("[0-9]", page.inner_text("#card .facts"))


def test_the_map_says_when_it_can_be_used(visit: Enter) -> None:
    page = visit().open("/?lang=ar")
    usable, now = page.evaluate("[performance.getEntriesByName('usable')[0].startTime, performance.now()]")
    assert 0 < usable < now, "what `./bench/run viewer` measures"
