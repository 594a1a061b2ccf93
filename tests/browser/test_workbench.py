"""The parcel workbench by mouse and keyboard: every operation in Arabic and English, conflicts, approval."""

from collections.abc import Callable
from typing import Any

import pytest
import shapely
from django.utils import translation
from playwright.sync_api import Page, expect

from cadastre.operations.measure import edges
from tests.browser.conftest import Visit
from tests.cadastre.test_survey_files import drawing

pytestmark = pytest.mark.browser
Enter = Callable[..., Visit]
Place = list[float]
Plot = dict[str, Any]
READY = "html[data-ready]"
SLOW = 20_000


class Bench:
    """The workbench page, spoken to in grid coordinates."""

    def __init__(self, seen: Visit, lang: str, user: str = "engineer") -> None:
        self.seen, self.page, self.lang = seen, seen.page, lang
        seen.page.set_default_timeout(SLOW)
        seen.sign_in(user)
        seen.open(f"/staff/parcels/?lang={lang}", until=READY)

    def api(self, path: str) -> Any:
        """Read from the API as the page's own user."""
        return self.page.evaluate("path => fetch('/api/v1' + path).then(r => r.json())", path)

    def bounds(self) -> list[float]:
        """Return what the plan shows."""
        self.page.wait_for_function("() => document.getElementById('plan').dataset.bounds")
        text = self.page.get_attribute("#plan", "data-bounds") or ""
        return [float(side) for side in text.split(",")]

    def pixel(self, at: Place) -> tuple[float, float]:
        """Return where a grid place is on the screen."""
        west, south, east, north = self.bounds()
        box = self.page.locator("#plan").bounding_box()
        assert box
        x = box["x"] + (at[0] - west) / (east - west) * box["width"]
        y = box["y"] + (north - at[1]) / (north - south) * box["height"]
        return x, y

    def click(self, at: Place) -> None:
        """Click on a grid place."""
        self.page.mouse.move(*self.pixel(at))
        self.page.mouse.click(*self.pixel(at))

    def choose(self, plot: Plot, *, also: bool = False) -> None:
        """Choose a plot by clicking on it, or add it to the choice with Shift."""
        if also:
            self.page.keyboard.down("Shift")
        self.click(plot["label"])
        chosen = self.page.locator("#bench-options bdi").first
        expect(chosen).to_contain_text(plot["number"], timeout=SLOW)
        if also:
            self.page.keyboard.up("Shift")

    def draw(self, *places: Place) -> None:
        """Draw a line; the last place is double-clicked."""
        for place in places[:-1]:
            self.click(place)
        self.page.mouse.move(*self.pixel(places[-1]), steps=3)
        expect(self.page.locator("#bench-chip")).to_be_visible(timeout=SLOW)
        self.page.mouse.dblclick(*self.pixel(places[-1]))

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

    def numbers(self, role: str) -> list[str]:
        """Return the proposed numbers of a role."""
        return sorted(plot["number"] for plot in self.record()["proposed"] if plot["role"] == role)

    def plots(self, *, beyond: float = 0) -> list[Plot]:
        """Return buildable plots that no draft holds, in view or so many widths beyond, the middle first."""
        west, south, east, north = self.bounds()
        wider, higher = beyond * (east - west), beyond * (north - south)
        west, south, east, north = west - wider, south - higher, east + wider, north + higher
        found = self.api(f"/parcels/around?bbox={west},{south},{east},{north}")
        for plot in (*found["in_force"], *found["others"]):
            plot["edges"] = edges_of(plot["geometry"])
        # A draft holds its parcels and the neighbours that gain a vertex; keep clear of both.
        held = {tuple(edge["from"]) for plot in found["others"] for edge in plot["edges"]}
        beside = {
            tuple(edge["from"]) for plot in found["in_force"] for edge in plot["edges"]
            if held & {tuple(e["from"]) for e in plot["edges"]}
        }  # fmt: skip
        width, height = (east - west) / 12, (north - south) / 12
        free = [
            plot for plot in found["in_force"]
            if plot["land_use"] != "road" and 250 < plot["area_m2"] < 4000
            and not beside & {tuple(edge["from"]) for edge in plot["edges"]}
            and west + width < plot["label"][0] < east - width and south + height < plot["label"][1] < north - height
        ]  # fmt: skip
        middle = ((west + east) / 2, (south + north) / 2)
        return sorted(free, key=lambda p: abs(p["label"][0] - middle[0]) + abs(p["label"][1] - middle[1]))

    def go(self, record: int, at: Place) -> None:
        """Open a record with a place in the middle."""
        self.page.goto(
            f"{self.seen.town.address}/staff/parcels/?lang={self.lang}&at={at[0]},{at[1]}&record={record}"
        )
        self.page.wait_for_selector(READY, state="attached")

    def keep(self) -> None:
        """Keep the preview."""
        expect(self.page.locator("#keep")).to_be_visible(timeout=SLOW)
        self.page.click("#keep")
        expect(self.page.locator("#keep")).to_have_count(0, timeout=SLOW)

    def typed(self, way: str, **fields: str) -> None:
        """Divide what is chosen by typed sizes, from the keyboard."""
        self.page.keyboard.press("s")
        self.page.click(f"[data-way={way}]")
        for name, value in fields.items():
            self.page.fill(f"#field-{name}", value)
            self.page.press(f"#field-{name}", "Enter")


def edges_of(geometry: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a shape's outer edges, clockwise."""
    return [
        {"from": list(edge.start), "to": list(edge.end), "length_m": edge.length_m}
        for edge in edges(shapely.geometry.shape(geometry))
    ]


def by_turns(lang: str) -> pytest.MarkDecorator:
    """Return the mark of a journey that is made in one language in every run, and in the other in the long one."""
    other = "en" if lang == "ar" else "ar"
    return pytest.mark.parametrize("lang", [lang, pytest.param(other, marks=pytest.mark.long)])


def said(message: str, lang: str) -> str:
    """Return the server's words in a language."""
    with translation.override(lang):
        return translation.gettext(message)


def across(plot: Plot) -> tuple[Place, Place]:
    """Return two places on either side of a plot, level with its middle."""
    xs = [edge["from"][0] for edge in plot["edges"]]
    y = plot["label"][1]
    return [min(xs) - 4, y], [max(xs) + 4, y + 0.5]


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_parcels_are_divided_in_every_way(visit: Enter, lang: str) -> None:
    bench = Bench(visit(), lang)
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


def neighbours(bench: Bench) -> tuple[Plot, Plot, list[Place]]:
    """Return two plots that share an edge, and the edge."""
    plots = bench.plots(beyond=1)
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


def between(edge: list[Place], share: float, aside: float = 0.0) -> Place:
    """Return a place along an edge, moved aside by some metres."""
    (x0, y0), (x1, y1) = edge
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    return [
        x0 + (x1 - x0) * share - (y1 - y0) / length * aside,
        y0 + (y1 - y0) * share + (x1 - x0) / length * aside,
    ]


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_boundaries_are_merged_moved_and_entered(visit: Enter, lang: str) -> None:
    bench = Bench(visit(), lang)
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
    page.click("#bench-options details:nth-of-type(2) summary")
    page.fill("#field-corners", "10000 10000\n10020 10000\n10020 10030\n10000 10030")
    page.locator("#bench-options details:nth-of-type(2) .button").click()
    bench.keep()
    assert [plot["area_m2"] for plot in bench.record()["proposed"] if plot["role"] == "new"] == [600.0]
    page.keyboard.press("n")
    page.click("#bench-options details:nth-of-type(3) summary")
    page.fill("#field-start", "11000 11000")
    page.fill("#field-legs", "0 50\n90 50\n180 49.97\n270 49.96")
    page.locator("#bench-options details:nth-of-type(3) .button").click()
    expect(page.locator("#bench-notice")).to_contain_text("0.05")
    bench.keep()
    assert len(bench.numbers("new")) == 2

    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    assert bench.seen.complaints == []


@by_turns("en")
def test_a_second_engineer_hears_at_once_who_holds_the_parcel_and_a_line_that_cuts_nothing_is_refused(
    visit: Enter, lang: str
) -> None:
    first = Bench(visit(), lang)
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

    second = Bench(visit(), lang, "surveyor")
    second.go(second.open_record("subdivision"), plot["label"])
    second.choose(plot)
    expect(second.page.locator("#bench-notice")).to_contain_text(f"\u2068{number}\u2069")
    second.typed("parts", count="2")
    expect(second.page.locator("#keep")).to_be_visible(timeout=SLOW)
    second.page.click("#keep")
    expect(second.page.locator("#bench-notice")).to_contain_text(
        said("Another open record works on this parcel.", lang)
    )

    # The same record in two windows: who saves later is told what changed, and loses nothing of the other's.
    beside = Bench(visit(), lang, "surveyor")
    beside.go(record, plot["label"])
    first.page.keyboard.press("Control+z")
    expect(first.page.locator("#tool-undo")).to_have_attribute("aria-disabled", "true")
    beside.page.keyboard.press("Control+z")
    expect(beside.page.locator("#bench-notice .notice.warn")).to_be_visible()
    assert first.record()["can_redo"] == 1


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


@by_turns("ar")
def test_a_draft_survives_a_closed_tab_and_is_approved_by_somebody_else(visit: Enter, lang: str) -> None:
    bench = Bench(visit(), lang)
    record = bench.open_record("subdivision")
    halve_what_the_zone_allows(bench)
    bench.page.close()
    page: Page = bench.page.context.new_page()
    page.goto(f"{bench.seen.town.address}/staff/parcels/?lang={lang}&record={record}")
    page.wait_for_selector(READY, state="attached")
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
