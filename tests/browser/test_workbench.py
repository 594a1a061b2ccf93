"""The parcel workbench by mouse and keyboard: every operation in Arabic and English, conflicts, approval."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
Enter = Callable[..., Visit]
READY = "html[data-ready]"


class Bench:
    """The workbench page, spoken to in grid coordinates."""

    def __init__(self, seen: Visit, lang: str, user: str = "engineer") -> None:
        self.seen, self.page = seen, seen.page
        seen.sign_in(user)
        seen.open(f"/staff/parcels/?lang={lang}", until=READY)

    def api(self, path: str) -> Any:
        """Read from the API as the page's own user."""
        return self.page.evaluate("path => fetch('/api/v1' + path).then(r => r.json())", path)

    def bounds(self) -> list[float]:
        """Return what the plan shows."""
        self.page.wait_for_function("document.getElementById('plan').dataset.bounds")
        text = self.page.get_attribute("#plan", "data-bounds") or ""
        return [float(side) for side in text.split(",")]

    def pixel(self, at: list[float]) -> tuple[float, float]:
        """Return where a grid place is on the screen."""
        west, south, east, north = self.bounds()
        box = self.page.locator("#plan").bounding_box()
        assert box
        x = box["x"] + (at[0] - west) / (east - west) * box["width"]
        y = box["y"] + (north - at[1]) / (north - south) * box["height"]
        return x, y

    def click(self, at: list[float], **how: Any) -> None:
        """Click on a grid place."""
        x, y = self.pixel(at)
        self.page.mouse.move(x, y)
        self.page.mouse.click(x, y, **how)
        self.page.wait_for_timeout(320)

    def open_record(self, kind: str) -> int:
        """Open a record of a kind; return its id."""
        self.page.select_option("#field-kind", kind)
        self.page.click("#open-record")
        self.page.wait_for_url("**record=*")
        expect(self.page.locator(".steps")).to_be_visible()
        return int(self.page.url.rpartition("=")[2])

    def record(self) -> dict[str, Any]:
        """Return the open record."""
        return self.api(f"/records/{self.page.url.rpartition('=')[2]}")

    def plots(self) -> list[dict[str, Any]]:
        """Return buildable plots in view that no draft holds, those in the middle first."""
        west, south, east, north = self.bounds()
        found = self.api(f"/parcels/around?bbox={west},{south},{east},{north}")
        # A draft holds its parcels and the neighbours that gain a vertex; keep clear of both.
        held = {tuple(edge["from"]) for plot in found["others"] for edge in plot["edges"]}
        beside = {
            tuple(edge["from"]) for plot in found["in_force"] for edge in plot["edges"]
            if held & {tuple(e["from"]) for e in plot["edges"]}
        }  # fmt: skip
        middle = ((west + east) / 2, (south + north) / 2)
        free = [
            plot for plot in found["in_force"]
            if plot["land_use"] != "road" and 150 < plot["area_m2"] < 4000 and not beside & {tuple(edge["from"]) for edge in plot["edges"]}
            and west < plot["label"][0] < east and south < plot["label"][1] < north
        ]  # fmt: skip
        return sorted(free, key=lambda p: abs(p["label"][0] - middle[0]) + abs(p["label"][1] - middle[1]))

    def show(self, plot: dict[str, Any]) -> None:
        """Bring a plot into view and choose it, keeping the record."""
        query = self.page.url.partition("?")[2]
        record = f"record={query.partition('=')[2]}&" if query.startswith("record") else ""
        self.page.goto(
            f"{self.seen.town.address}/staff/parcels/?{record}at={plot['label'][0]},{plot['label'][1]}"
        )
        self.page.wait_for_selector(READY, state="attached")
        self.page.wait_for_timeout(500)
        self.click(plot["label"])

    def keep(self) -> None:
        """Keep the preview."""
        expect(self.page.locator("#keep")).to_be_visible(timeout=8000)
        self.page.click("#keep")
        expect(self.page.locator("#keep")).to_have_count(0, timeout=8000)


@pytest.fixture(params=["ar", "en"])
def bench(visit: Enter, request: pytest.FixtureRequest) -> Bench:
    return Bench(visit(), request.param)


def chosen(bench: Bench, kind: str) -> dict[str, Any]:
    """Open a record and choose a free plot of it."""
    bench.open_record(kind)
    record = bench.page.url
    plot = bench.plots()[0]
    bench.page.goto(record + f"&at={plot['label'][0]},{plot['label'][1]}")
    bench.page.wait_for_selector(READY, state="attached")
    bench.page.wait_for_timeout(600)
    bench.page.evaluate("url => history.replaceState(null, '', url)", record)
    bench.click(plot["label"])
    return plot


def numbers(bench: Bench, role: str) -> list[str]:
    """Return the proposed numbers of a role."""
    return sorted(plot["number"] for plot in bench.record()["proposed"] if plot["role"] == role)


def test_a_parcel_is_split_along_a_drawn_line_and_undone_by_keys(bench: Bench) -> None:
    plot = chosen(bench, "subdivision")
    bench.page.keyboard.press("s")
    xs = [edge["from"][0] for edge in plot["edges"]]
    x, y = plot["label"]
    bench.click([min(xs) - 4, y])
    bench.page.mouse.move(*bench.pixel([x, y]))
    bench.page.mouse.dblclick(*bench.pixel([max(xs) + 4, y + 0.5]))
    bench.keep()
    assert len(numbers(bench, "child")) >= 2
    assert bench.record()["can_undo"] == 1
    bench.page.keyboard.press("Control+z")
    expect(bench.page.locator("#tool-redo")).to_have_attribute("aria-disabled", "false")
    assert numbers(bench, "child") == []
    bench.page.keyboard.press("Control+y")
    expect(bench.page.locator("#tool-redo")).to_have_attribute("aria-disabled", "true")
    assert len(numbers(bench, "child")) >= 2
    assert bench.seen.complaints == []


@pytest.mark.parametrize(
    ("way", "fields", "role"),
    [("parts", {"count": "3"}, "child"), ("areas", {"sizes": "60 50"}, "child"), ("frontage", {"frontage": "4"}, "child"),
     ("strip", {"width": "1"}, "strip")],
)  # fmt: skip
def test_a_parcel_is_divided_by_typed_sizes(
    bench: Bench, way: str, fields: dict[str, str], role: str
) -> None:
    chosen(bench, "subdivision" if role == "child" else "widening")
    bench.page.keyboard.press("s")
    bench.page.click(f"[data-way={way}]")
    for name, value in fields.items():
        bench.page.fill(f"#field-{name}", value)
        bench.page.press(f"#field-{name}", "Enter")
    bench.keep()
    assert numbers(bench, role)


def neighbours(bench: Bench) -> tuple[dict[str, Any], dict[str, Any], list[Any]]:
    """Return two plots that share an edge, and the edge."""
    plots = bench.plots()
    for first in plots:
        for edge in first["edges"]:
            for second in plots:
                ends = [[other["to"], other["from"]] for other in second["edges"]]
                if (
                    second["key"] != first["key"]
                    and [edge["from"], edge["to"]] in ends
                    and edge["length_m"] > 6
                ):
                    return first, second, [edge["from"], edge["to"]]
    raise AssertionError("no neighbours")


def at_neighbours(bench: Bench, kind: str) -> tuple[dict[str, Any], dict[str, Any], list[Any]]:
    """Open a record at two neighbours."""
    bench.open_record(kind)
    record = bench.page.url
    first, second, edge = neighbours(bench)
    bench.page.goto(record + f"&at={edge[0][0]},{edge[0][1]}")
    bench.page.wait_for_selector(READY, state="attached")
    bench.page.wait_for_timeout(600)
    bench.page.evaluate("url => history.replaceState(null, '', url)", record)
    return first, second, edge


def test_two_parcels_are_merged(bench: Bench) -> None:
    first, second, _edge = at_neighbours(bench, "consolidation")
    bench.click(first["label"])
    bench.page.keyboard.down("Shift")
    bench.click(second["label"])
    bench.page.keyboard.up("Shift")
    bench.page.keyboard.press("m")
    bench.page.click("#bench-options form .button")
    bench.keep()
    assert len(numbers(bench, "merged")) == 1


def test_a_shared_vertex_is_added_moved_and_taken_out(bench: Bench) -> None:
    _first, _second, edge = at_neighbours(bench, "correction")
    middle = [(edge[0][0] + edge[1][0]) / 2, (edge[0][1] + edge[1][1]) / 2]
    bench.page.keyboard.press("b")
    bench.page.click("[data-way=insert]")
    bench.click(middle)
    bench.keep()
    vertex = next(
        e["from"] for p in bench.record()["proposed"] for e in p["edges"]
        if abs(e["from"][0] - middle[0]) + abs(e["from"][1] - middle[1]) < 1
    )  # fmt: skip
    bench.page.keyboard.press("b")
    bench.page.click("[data-way=move]")
    bench.page.mouse.move(*bench.pixel(vertex))
    bench.page.mouse.down()
    bench.page.mouse.move(*bench.pixel([vertex[0] + 0.9, vertex[1] + 0.7]), steps=6)
    bench.page.mouse.up()
    bench.keep()
    assert len([p for p in bench.record()["proposed"] if p["role"] == "moved"]) == 2
    moved = bench.record()["proposed"]
    shared = {tuple(e["from"]) for e in moved[0]["edges"]} & {tuple(e["from"]) for e in moved[1]["edges"]}
    now = min(shared, key=lambda v: abs(v[0] - vertex[0]) + abs(v[1] - vertex[1]))
    bench.page.keyboard.press("b")
    bench.page.click("[data-way=delete]")
    bench.click(list(now))
    bench.keep()
    assert bench.record()["can_undo"] == 3


def test_a_parcel_is_entered_by_pasted_coordinates_and_a_traverse_tells_its_closure(bench: Bench) -> None:
    bench.open_record("registration")
    bench.page.keyboard.press("n")
    bench.page.click("#bench-options details:nth-of-type(2) summary")
    bench.page.fill("#field-corners", "10000 10000\n10020 10000\n10020 10030\n10000 10030")
    bench.page.locator("#bench-options details:nth-of-type(2) .button").click()
    bench.keep()
    assert [plot["area_m2"] for plot in bench.record()["proposed"]] == [600.0]
    bench.page.keyboard.press("n")
    bench.page.click("#bench-options details:nth-of-type(3) summary")
    bench.page.fill("#field-start", "11000 11000")
    bench.page.fill("#field-legs", "0 50\n90 50\n180 49.97\n270 49.96")
    bench.page.locator("#bench-options details:nth-of-type(3) .button").click()
    bench.keep()
    assert len(bench.record()["proposed"]) == 2


def test_a_line_that_cuts_nothing_is_refused_in_words(bench: Bench) -> None:
    plot = chosen(bench, "subdivision")
    bench.page.keyboard.press("s")
    x, y = plot["label"]
    bench.click([x, y])
    bench.page.mouse.dblclick(*bench.pixel([x + 1.5, y + 1.5]))
    expect(bench.page.locator("#bench-notice .notice.block")).to_be_visible()
    bench.page.keyboard.press("?")
    expect(bench.page.locator("#keys")).to_be_visible()


def test_the_second_engineer_hears_who_holds_the_parcel(visit: Enter) -> None:
    first, second = Bench(visit(), "en"), Bench(visit(), "en", "surveyor")
    plot = chosen(first, "subdivision")
    first.page.keyboard.press("s")
    first.page.click("[data-way=parts]")
    first.page.press("#field-count", "Enter")
    first.keep()
    second.open_record("subdivision")
    record = second.page.url
    second.page.goto(record + f"&at={plot['label'][0]},{plot['label'][1]}")
    second.page.wait_for_selector(READY, state="attached")
    second.page.wait_for_timeout(600)
    second.click(plot["label"])
    second.page.keyboard.press("s")
    second.page.click("[data-way=parts]")
    second.page.press("#field-count", "Enter")
    expect(second.page.locator("#keep")).to_be_visible()
    second.page.click("#keep")
    expect(second.page.locator("#bench-notice")).to_contain_text("Another open record works on this parcel")


def test_a_draft_survives_a_closed_tab_and_is_approved_by_somebody_else(visit: Enter) -> None:
    bench = Bench(visit(), "en")
    chosen(bench, "subdivision")
    bench.page.keyboard.press("s")
    bench.page.click("[data-way=parts]")
    bench.page.press("#field-count", "Enter")
    bench.keep()
    record = bench.record()["id"]
    bench.page.close()
    page: Page = bench.page.context.new_page()
    page.goto(f"{bench.seen.town.address}/staff/parcels/?record={record}")
    page.wait_for_selector(READY, state="attached")
    expect(page.locator(".ledger .opened")).to_have_count(2)
    page.click("#bench-results details summary")
    page.fill("#source-number", "P-21")
    page.click("#bench-results details .button")
    expect(page.locator("#bench-results .actions li")).to_have_count(1)
    for reason in range(page.locator("#bench-results .reason textarea").count()):
        page.locator("#bench-results .reason textarea").first.fill(f"Reason {reason}")
        page.locator("#bench-results .reason .button").first.click()
        page.wait_for_timeout(700)
    if page.locator("#bench-results .blocks").count():
        return  # the zone forbids so small a parcel, which is as it should be
    page.click("#bench-submit")
    expect(page.locator("#bench-submit")).to_be_hidden()
    head = visit()
    head.sign_in("approver")
    head.page.goto(f"{bench.seen.town.address}/staff/records/{record}/?lang=en")
    head.page.click("[data-opens=approve]")
    head.page.click("#approve .primary")
    expect(head.page.locator(".badge.approved")).to_be_visible()
