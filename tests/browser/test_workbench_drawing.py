"""Survey-grade drawing in the workbench: held, traced and typed, from files, and without a mouse."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import pytest
import shapely
from playwright.sync_api import expect

from tests.browser.bench import Bench, Place, Plot, across, between, by_turns, neighbours, said

pytestmark = pytest.mark.browser
Sit = Callable[..., Bench]


def bearings(plots: list[dict[str, Any]]) -> list[float]:
    """Return the directions of all edges, from 0 to 180 degrees."""
    ends = [(edge["from"], edge["to"]) for plot in plots for edge in plot["edges"]]
    return [math.degrees(math.atan2(b[0] - a[0], b[1] - a[1])) % 180 for a, b in ends]


def sharp(plot: Plot) -> tuple[Place, Place, Place]:
    """Return three vertices in a row of a plot's outline, with long edges and the sharpest corner between them."""
    edges = plot["edges"]
    pairs = zip(edges, [*edges[1:], edges[0]], strict=True)
    one, other = min(
        ((a, b) for a, b in pairs if min(a["length_m"], b["length_m"]) > 5),
        key=lambda pair: math.dist(pair[0]["from"], pair[1]["to"]) / sum(edge["length_m"] for edge in pair),
    )
    return one["from"], one["to"], other["to"]


def choose_a_free_one(bench: Bench, record: int) -> Plot:
    """Bring a plot that no draft holds into the middle and choose it."""
    plot = bench.plots(beyond=2)[0]
    bench.go(record, plot["label"])
    bench.choose(plot)
    return plot


@by_turns("ar")
def test_lines_are_held_squared_traced_and_taken_back_point_by_point(at_bench: Sit, lang: str) -> None:
    bench = at_bench(lang)
    page = bench.page
    record = bench.open_record("widening")
    first, second, edge = neighbours(bench)
    bench.go(record, edge[1])

    # A strip along the edges of both that run on from their common corner.
    bench.choose(first)
    bench.choose(second, also=True)
    page.keyboard.press("s")
    page.click("[data-way=strip]")
    side = next(one for one in first["edges"] if one["from"] == edge[1])
    bench.click(between([side["from"], side["to"]], 0.5))
    expect(page.locator("#field-near")).not_to_have_value("")
    page.fill("#field-width", "0.5")
    page.press("#field-width", "Enter")
    bench.keep()
    ended = {plot["number"] for plot in bench.record()["ended"]}
    assert {first["number"], second["number"]} <= ended
    assert bench.numbers("strip")

    # A line held to a bearing, drawn askew.
    plot = choose_a_free_one(bench, record)
    page.keyboard.press("s")
    page.click("[data-way=line]")
    west, east = across(plot)
    page.click(".typed summary")
    page.fill("#field-bearing", "80")
    page.click("#hold")
    expect(page.locator("#held")).to_contain_text("80")
    bench.draw(west, east)
    expect(page.locator("#keep")).to_be_visible()
    bench.keep()
    children = [one for one in bench.record()["proposed"] if one["role"] == "child"]
    assert min(abs(bearing - 80) for bearing in bearings(children)) < 0.05

    # Points are taken back and brought back one by one; Enter ends the line.
    page.keyboard.press("Escape")
    plot = choose_a_free_one(bench, record)
    page.keyboard.press("s")
    expect(page.locator("#held")).to_have_count(0)
    west, east = across(plot)
    bench.click(west)
    bench.click(east)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+y")
    page.keyboard.press("Control+y")
    page.keyboard.press("Enter")
    expect(page.locator("#keep")).to_be_visible()
    page.keyboard.press("Escape")

    # Along a boundary with Alt, round its sharpest corner, back, past the start and round once more.
    page.keyboard.press("r")
    corner, middle, end = sharp(plot)
    page.keyboard.down("Alt")
    start = between([corner, middle], 0.4)
    bench.click(start)
    page.keyboard.up("Alt")
    way = [between([corner, middle], 0.7), middle, between([middle, end], 0.3), between([middle, end], 0.6)]
    for place in (*way, *way[::-1], corner, *way, end):
        page.mouse.move(*bench.pixel(place), steps=4)
    length = math.dist(start, middle) + math.dist(middle, end)
    assert length - math.dist(start, end) > 2
    expect(page.locator("#bench-chip")).to_contain_text(f"{length:.2f}")
    expect(page.locator("#bench-snapped")).to_have_text({"ar": "رأس", "en": "vertex"}[lang])
    page.keyboard.press("Escape")
    # While a line is on its way, it cuts nothing yet.
    assert [one for one in bench.seen.complaints if "422" not in one] == []


@by_turns("en")
def test_parcels_are_entered_and_changed_without_a_mouse(at_bench: Sit, lang: str) -> None:
    bench = at_bench(lang)
    page = bench.page
    record = bench.open_record("correction")
    first, _second, edge = neighbours(bench)
    bench.go(record, edge[0])

    def point(at: Place) -> None:
        page.fill("#field-east", str(at[0]))
        page.fill("#field-north", str(at[1]))
        page.press("#field-north", "Enter")

    # A vertex into the common boundary and, from there, to another place.
    page.keyboard.press("b")
    page.click("[data-way=insert]")
    page.click(".typed summary")
    point([round(part, 2) for part in between(edge, 0.5)])
    bench.keep()
    page.keyboard.press("b")
    page.click("[data-way=move]")
    page.click(".typed summary")
    point([0, 0])
    expect(page.locator("#bench-notice .notice.warn")).to_be_visible()
    point([round(part, 2) for part in between(edge, 0.5)])
    expect(page.locator("#bench-notice .notice.info")).to_be_visible()
    point(between(edge, 0.5, 1))
    bench.keep()
    assert len([one for one in bench.record()["proposed"] if one["role"] == "moved"]) == 2

    # A parcel is found by its number and divided by typed points.
    free = next(plot for plot in bench.plots(beyond=1) if plot["number"] != first["number"])
    basin = free["basin"]
    page.keyboard.press("/")
    page.keyboard.type(f"{basin} {free['number']}")
    expect(page.locator("#found button").first).to_contain_text(free["number"])
    page.keyboard.press("Enter")
    expect(page.locator("#bench-options bdi").first).to_contain_text(free["number"])
    page.keyboard.press("s")
    page.click(".typed summary")
    west, east = across(free)
    point(west)
    page.fill("#field-east", "")
    page.fill("#field-north", "")
    page.fill("#field-bearing", "90")
    page.fill("#field-distance", str(east[0] - west[0]))
    page.press("#field-distance", "Enter")
    page.focus("#plan")
    page.keyboard.press("Enter")
    bench.keep()
    assert len(bench.numbers("child")) >= 2

    # A traverse with an arc; one that does not close and places outside the grid are refused.
    page.keyboard.press("n")
    page.click(".pasted summary")
    page.fill("#field-corners", "99999999 10000\n10020 10000\n10020 10030")
    page.locator(".pasted .button").click()
    outside = said("%(x).2f, %(y).2f lies outside the grid's area of use.", lang)
    outside %= {"x": 99999999, "y": 10000}
    expect(page.locator("#bench-notice .notice.block")).to_contain_text(outside)
    page.click(".traverse summary")
    page.fill("#field-start", "12000 12000")
    page.fill("#field-legs", "0 40\n90 30\n180 20")
    page.locator(".traverse .button").click()
    expect(page.locator("#bench-notice .notice.block")).to_contain_text(
        said("The traverse does not close.", lang)
    )
    page.fill("#field-legs", "0 40\n90 30 25\n180 40\n270 30")
    page.locator(".traverse .button").click()
    bench.keep()
    (entered,) = [plot for plot in bench.record()["proposed"] if plot["role"] == "new"]
    segment = 25**2 * math.asin(15 / 25) - 15 * math.sqrt(25**2 - 15**2)
    assert entered["area_m2"] == pytest.approx(1200 + segment, rel=0.005)

    # A surveyor's list of points as a parcel.
    page.keyboard.press("n")
    page.click(".survey summary")
    x, y = round(edge[0][0]) - 9000, round(edge[0][1])
    listed = f"1,{x},{y}\n2,{x + 20},{y}\n3,{x + 20},{y + 30}\n4,{x},{y + 30}\n".encode()
    page.set_input_files("#field-survey", {"name": "points.csv", "mimeType": "text/csv", "buffer": listed})
    page.click(".survey form .button")
    page.click("#survey-found button")
    bench.keep()
    assert sorted(plot["area_m2"] for plot in bench.record()["proposed"] if plot["role"] == "new")[0] == 600
    assert [one for one in bench.seen.complaints if "422" not in one] == []


@by_turns("ar")
def test_a_whole_edge_is_moved_and_street_lines_are_caught(at_bench: Sit, lang: str) -> None:
    bench = at_bench(lang)
    page = bench.page
    record = bench.open_record("correction")
    _first, _second, edge = neighbours(bench)
    bench.go(record, between(edge, 0.5))
    page.keyboard.press("b")
    page.click("[data-way=move]")
    page.mouse.move(*bench.pixel(between(edge, 0.5)))
    page.mouse.down()
    page.mouse.move(*bench.pixel(between(edge, 0.5, 0.6)), steps=5)
    page.mouse.up()
    expect(page.locator("#keep")).to_be_visible()
    bench.keep()
    moved = [plot for plot in bench.record()["proposed"] if plot["role"] == "moved"]
    places = {tuple(one["from"]) for plot in moved for one in plot["edges"]}
    assert len(moved) >= 2
    assert not {tuple(end) for end in edge} & places

    # A click beside the place where a new boundary crosses a building is a click on it.
    crossing, corner = crossing_and_corner(bench, record)
    bench.go(record, crossing)
    page.keyboard.press("r")
    beside = bench.pixel([crossing[0] + 0.3, crossing[1] + 0.2])
    page.mouse.move(*beside, steps=3)
    expect(page.locator("#bench-snapped")).to_have_text({"ar": "تقاطع", "en": "crossing"}[lang])
    page.mouse.click(*beside)
    page.mouse.move(*bench.pixel(corner), steps=3)
    expect(page.locator("#bench-snapped")).to_have_text({"ar": "رأس", "en": "vertex"}[lang])
    expect(page.locator("#bench-chip")).to_contain_text(f"{math.dist(crossing, corner):.2f}")
    page.keyboard.press("Escape")

    bench.go(record, between(edge, 0.5))
    page.keyboard.press("r")
    streets = street_places(bench)
    page.mouse.move(*bench.pixel(streets[0]), steps=3)
    expect(page.locator("#bench-snapped")).to_have_text({"ar": "محور شارع", "en": "street line"}[lang])
    page.keyboard.press("l")
    page.uncheck("#bench-layers [value=street]")
    page.keyboard.press("Escape")
    expect(page.locator("#bench-layers")).to_be_hidden()
    page.mouse.move(*bench.pixel(edge[0]), steps=3)
    page.mouse.move(*bench.pixel(streets[0]), steps=3)
    expect(page.locator("#bench-snapped")).not_to_have_text({"ar": "محور شارع", "en": "street line"}[lang])
    page.keyboard.press("g")
    expect(page.locator("#tool-snap")).to_have_attribute("aria-pressed", "false")
    assert bench.seen.complaints == []


def crossing_and_corner(bench: Bench, record: int) -> tuple[Place, Place]:
    """Halve a plot through its building; return where the new line crosses a wall, and the nearest corner."""
    west, south, east, north = bench.bounds()
    wide, high = 2 * (east - west), 2 * (north - south)
    found = bench.api(f"/parcels/around?bbox={west - wide},{south - high},{east + wide},{north + high}")
    buildings = [
        shapely.geometry.shape(one["geometry"]) for one in found["scenery"] if one["kind"] == "building"
    ]
    walls = shapely.union_all([building.boundary for building in buildings])
    plots = {
        plot["key"]: shapely.geometry.shape(plot["geometry"]).buffer(-1) for plot in bench.plots(beyond=2)
    }
    free = [
        plot for plot in bench.plots(beyond=2)
        if any(plots[plot["key"]].contains(building) and building.area > 60 for building in buildings)
    ]  # fmt: skip
    for plot in free[:4]:
        bench.go(record, plot["label"])
        bench.choose(plot)
        bench.typed("parts", count="2")
        bench.keep()
        halves = [
            shapely.geometry.shape(one["geometry"]).boundary
            for one in bench.record()["proposed"] if one["role"] == "child"
        ]  # fmt: skip
        corners = shapely.get_coordinates([*buildings, *halves])
        for place in shapely.get_coordinates(shapely.intersection(walls, shapely.union_all(halves))):
            nearest = min(corners, key=lambda corner: math.dist(corner, place))
            if math.dist(nearest, place) > 2:
                return [float(part) for part in place], [float(part) for part in nearest]
    raise AssertionError(f"no new line crosses a building clear of its corners, of {len(free)} plots")


def street_places(bench: Bench) -> list[Place]:
    """Return places in the middle of street lines in view, in the middle of the plan first."""
    west, south, east, north = bench.bounds()
    found = bench.api(f"/parcels/around?bbox={west},{south},{east},{north}")["scenery"]
    lines = [line for one in found if one["kind"] == "street" for line in one["geometry"]["coordinates"]]
    middles = [
        between([a, b], 0.5) for line in lines for a, b in itertools.pairwise(line) if math.dist(a, b) > 4
    ]
    middle = ((west + east) / 2, (south + north) / 2)
    return sorted(middles, key=lambda place: math.dist(place, middle))
