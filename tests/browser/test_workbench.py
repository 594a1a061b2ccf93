"""The parcel workbench by mouse and keyboard: every operation in Arabic and English, conflicts, approval."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bench import READY, Bench, across, between, by_turns, neighbours, said
from tests.browser.conftest import Visit
from tests.cadastre.test_survey_files import drawing
from tests.core.test_strings import STRINGS

pytestmark = pytest.mark.browser
Enter = Callable[..., Visit]
Sit = Callable[..., Bench]


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_parcels_are_divided_in_every_way(at_bench: Sit, lang: str) -> None:
    bench = at_bench(lang)
    page = bench.page
    bench.open_record("subdivision")

    bench.choose(plot := bench.plots()[0])
    page.keyboard.press("s")
    bench.draw(*across(plot))
    bench.keep()
    assert len(bench.numbers("child")) >= 2
    page.keyboard.press("Control+z")
    expect(page.locator("#tool-redo")).to_have_attribute("aria-disabled", "false")
    assert bench.numbers("child") == []
    page.keyboard.press("Control+y")
    expect(page.locator("#tool-redo")).to_have_attribute("aria-disabled", "true")

    for way, fields in (
        ("parts", {"count": "3"}),
        ("areas", {"sizes": "60 50"}),
        ("frontage", {"frontage": "4"}),
    ):
        before = len(bench.numbers("child"))
        bench.choose(bench.plots()[0])
        bench.typed(way, **fields)
        bench.keep()
        assert len(bench.numbers("child")) >= before + 2
    bench.choose(bench.plots()[0])
    bench.typed("strip", width="1")
    bench.keep()
    assert bench.numbers("strip")

    bench.choose(plot := bench.plots()[0])
    page.keyboard.press("s")
    page.click("[data-way=line]")
    page.click(".survey summary")
    ends = [(place[0], place[1]) for place in across(plot)]
    body = drawing((ends, False), factor=1000)
    page.set_input_files("#field-survey", {"name": "line.dxf", "mimeType": "image/vnd.dxf", "buffer": body})
    page.click(".survey form .button")
    expect(page.locator("#bench-notice .notice.block")).to_be_visible()
    page.select_option(".survey select[name=unit]", "mm")
    page.set_input_files("#field-survey", {"name": "line.dxf", "mimeType": "image/vnd.dxf", "buffer": body})
    page.click(".survey form .button")
    page.click("#survey-found button")
    bench.keep()
    assert bench.record()["can_undo"] == 6
    # The drawing in the wrong unit was refused.
    assert [said for said in bench.seen.complaints if "422" not in said] == []


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_boundaries_are_merged_moved_and_entered(at_bench: Sit, lang: str) -> None:
    bench = at_bench(lang)
    page = bench.page
    record = bench.open_record("correction")
    first, second, edge = neighbours(bench)
    bench.go(record, edge[0])

    middle = between(edge, 0.5)
    page.keyboard.press("b")
    page.click("[data-way=insert]")
    bench.click(middle)
    bench.keep()
    vertex = min(
        (e["from"] for p in bench.record()["proposed"] for e in p["edges"]),
        key=lambda v: abs(v[0] - middle[0]) + abs(v[1] - middle[1]),
    )
    # The click may have caught a crossing close by.
    assert abs(vertex[0] - middle[0]) + abs(vertex[1] - middle[1]) < 3, (vertex, middle, edge)
    page.keyboard.press("b")
    page.click("[data-way=move]")
    page.mouse.move(*bench.pixel(vertex))
    page.mouse.down()
    page.mouse.move(*bench.pixel(between(edge, 0.5, 1.2)), steps=6)
    page.mouse.up()
    bench.keep()
    moved = [p for p in bench.record()["proposed"] if p["role"] == "moved"]
    assert len(moved) == 2
    shared = {tuple(e["from"]) for e in moved[0]["edges"]} & {tuple(e["from"]) for e in moved[1]["edges"]}
    now = min(shared, key=lambda v: abs(v[0] - vertex[0]) + abs(v[1] - vertex[1]))
    page.keyboard.press("b")
    page.click("[data-way=delete]")
    bench.click(list(now))
    bench.keep()

    page.keyboard.press("v")
    bench.choose(first)
    bench.choose(second, also=True)
    page.keyboard.press("b")
    page.click("[data-way=reshape]")
    bench.draw(edge[0], between(edge, 0.5, -1.0), edge[1])
    bench.keep()
    page.keyboard.press("v")
    bench.choose(first)
    bench.choose(second, also=True)
    page.keyboard.press("m")
    page.click("#bench-options form .button")
    bench.keep()
    assert len(bench.numbers("merged")) == 1

    page.keyboard.press("n")
    page.click(".pasted summary")
    page.fill("#field-corners", "10000 10000\n10020 10000\n10020 10030\n10000 10030")
    page.locator(".pasted .button").click()
    bench.keep()
    assert [plot["area_m2"] for plot in bench.record()["proposed"] if plot["role"] == "new"] == [600.0]
    page.keyboard.press("n")
    page.click(".traverse summary")
    page.fill("#field-start", "11000 11000")
    page.fill("#field-legs", "0 50\n90 50\n180 49.97\n270 49.96")
    page.locator(".traverse .button").click()
    expect(page.locator("#bench-notice")).to_contain_text("0.05")
    bench.keep()
    assert len(bench.numbers("new")) == 2

    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    assert bench.seen.complaints == []


@by_turns("en")
def test_a_second_engineer_hears_at_once_who_holds_the_parcel_and_a_line_that_cuts_nothing_is_refused(
    at_bench: Sit, lang: str
) -> None:
    first = at_bench(lang)
    record = first.open_record("subdivision")
    first.choose(plot := first.plots()[0])
    first.page.keyboard.press("s")
    x, y = plot["label"]
    first.draw([x, y], [x + 1.5, y + 1.5])
    expect(first.page.locator("#bench-notice .notice.block")).to_contain_text(
        said("The line does not cut the parcel in two.", lang)
    )
    first.typed("parts", count="2")
    first.keep()
    number = first.record()["number"]

    second = at_bench(lang, "surveyor")
    second.go(second.open_record("subdivision"), plot["label"])
    second.choose(plot)
    expect(second.page.locator("#bench-notice")).to_contain_text(f"\u2068{number}\u2069")
    second.typed("parts", count="2")
    expect(second.page.locator("#keep")).to_be_visible()
    second.page.click("#keep")
    expect(second.page.locator("#bench-notice")).to_contain_text(
        said("Another open record works on this parcel.", lang)
    )

    # The same record in two windows: who saves later is told what changed, and loses nothing of the other's.
    beside = at_bench(lang, "surveyor")
    beside.go(record, plot["label"])
    names = beside.page.locator("#bench-record .notice.info")
    expect(names).to_contain_text(first.record()["opened_by"])
    beside.choose(beside.plots()[0])
    beside.typed("parts", count="2")
    expect(beside.page.locator("#keep")).to_be_visible()
    first.page.keyboard.press("Control+z")
    expect(first.page.locator("#tool-undo")).to_have_attribute("aria-disabled", "true")
    beside.page.click("#keep")
    expect(beside.page.locator("#bench-notice .notice.warn")).to_be_visible()
    # What was about to be kept is there still, on what the other saved, and the page says so.
    expect(beside.page.locator("#bench-notice .notice.warn")).to_contain_text(
        json.loads((STRINGS / f"{lang}.json").read_text())["bench.redrawn"].partition("{what}")[2]
    )
    expect(beside.page.locator("#keep")).to_be_visible()
    beside.keep()
    assert first.record()["can_redo"] == 0


def test_on_a_phone_a_parcel_is_found_by_its_number(visit: Enter) -> None:
    bench = Bench(visit(phone=True), "ar")
    page = bench.page
    plot = bench.plots(beyond=3)[0]
    page.tap("#find")
    page.keyboard.type(f"{plot['basin']} {plot['number']}")
    expect(page.locator("#found button").first).to_contain_text(plot["number"])
    page.locator("#found button").first.tap()
    expect(page.locator("#bench-options bdi").first).to_contain_text(plot["number"])
    west, south, east, north = bench.bounds()
    assert west < plot["label"][0] < east
    assert south < plot["label"][1] < north
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # What was found hides when the search is left.
    page.fill("#find", plot["number"])
    expect(page.locator("#found button").first).to_be_visible()
    page.tap("#field-kind")
    expect(page.locator("#found")).to_be_hidden()
    assert bench.seen.complaints == []


def halve_what_the_zone_allows(bench: Bench) -> None:
    """Divide the first large plot whose halves are large enough for its zone."""
    for plot in sorted(bench.plots(), key=lambda plot: -plot["area_m2"]):
        bench.choose(plot)
        bench.typed("parts", count="2")
        bench.keep()
        if "zone-area" not in {check["rule"] for check in bench.record()["checks"]}:
            return
        bench.page.keyboard.press("Control+z")
        expect(bench.page.locator("#tool-undo")).to_have_attribute("aria-disabled", "true")
    raise AssertionError("no plot is large enough")


def a_line_outlives_its_tab(bench: Bench, address: str) -> Page:
    """Leave the page with a line half drawn, and go on in another tab, over a line to the server that fails."""
    bench.choose(plot := bench.plots()[0])
    bench.page.keyboard.press("s")
    bench.page.click("[data-way=line]")
    begins, ends = across(plot)
    bench.click(begins)
    # Even a single point comes back: the line goes on from it.
    bench.page.reload()
    expect(bench.page.locator("#bench-notice .notice.info")).to_be_visible()
    bench.click(ends)
    expect(bench.page.locator("#bench-chip")).to_contain_text(plot["number"])
    bench.page.close()
    page: Page = bench.page.context.new_page()
    page.goto(f"{bench.seen.town.address}{address}")
    page.wait_for_selector(READY, state="attached")
    expect(page.locator("#bench-notice .notice.info")).to_be_visible()
    expect(page.locator("#bench-options bdi").first).to_contain_text(plot["number"])
    page.route("**/preview", lambda route: route.abort())
    page.keyboard.press("Enter")
    expect(page.locator("#bench-notice .notice.block")).to_be_visible()
    page.unroute("**/preview")
    page.keyboard.press("Enter")
    expect(page.locator("#keep")).to_be_visible()
    # A preview comes back like a line; what was dropped does not.
    page.reload()
    expect(page.locator("#keep")).to_be_visible()
    page.keyboard.press("Escape")
    page.reload()
    page.wait_for_selector(READY, state="attached")
    expect(page.locator("#bench-notice .notice")).to_have_count(0)
    return page


@by_turns("ar")
def test_a_draft_survives_a_killed_server_and_a_closed_tab_and_is_approved_by_somebody_else(
    at_bench: Sit, visit: Enter, lang: str
) -> None:
    bench = at_bench(lang)
    record = bench.open_record("subdivision")
    halve_what_the_zone_allows(bench)
    # What could not be saved stays to be saved again.
    bench.page.keyboard.press("Control+z")
    expect(bench.page.locator("#tool-undo")).to_have_attribute("aria-disabled", "true")
    bench.seen.town.kill()
    try:
        bench.page.keyboard.press("Control+y")
        expect(bench.page.locator("#bench-notice .notice.block")).to_be_visible()
    finally:
        bench.seen.town.serve()
    bench.page.keyboard.press("Control+y")
    expect(bench.page.locator("#tool-redo")).to_have_attribute("aria-disabled", "true")
    page = a_line_outlives_its_tab(bench, f"/staff/parcels/?lang={lang}&record={record}")
    expect(page.locator(".ledger .opened")).to_have_count(2)
    expect(page.locator(".family .proposed")).to_have_count(2)
    page.click("#bench-results details summary")
    page.fill("#source-number", "P-21")
    page.click("#bench-results details .button")
    expect(page.locator("#bench-results .actions li")).to_have_count(1)
    reasons = page.locator("#bench-results .reason textarea")
    for left in range(reasons.count(), 0, -1):
        reasons.first.fill(f"Reason {left}")
        page.locator("#bench-results .reason .button").first.click()
        expect(reasons).to_have_count(left - 1)
    page.goto(f"{bench.seen.town.address}/staff/records/{record}/?lang={lang}")
    if page.locator("[name=take]").count():
        page.click("[name=take]")
        expect(page.locator(".follows tr.open")).to_have_count(0)
    page.click("form[action$='/submit/'] .button")
    expect(page.locator(".badge.submitted").first).to_be_visible()
    head = visit()
    head.sign_in("approver")
    head.page.goto(f"{bench.seen.town.address}/staff/records/{record}/?lang={lang}")
    head.page.click("[data-opens=approve]")
    head.page.click("#approve .primary")
    expect(head.page.locator(".badge.approved")).to_be_visible()
