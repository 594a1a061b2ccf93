"""The parcel workbench as a person uses it: spoken to in grid coordinates, with mouse and keyboard."""

from typing import Any

import pytest
import shapely
from django.utils import translation
from playwright.sync_api import expect

from cadastre.operations.measure import edges
from tests.browser.conftest import Visit

Place = list[float]
Plot = dict[str, Any]
READY = "html[data-ready]"
SLOW = 20_000


class Bench:
    """The workbench page, spoken to in grid coordinates."""

    def __init__(self, seen: Visit, lang: str, user: str = "engineer") -> None:
        self.seen, self.page, self.lang = seen, seen.page, lang
        self.opened: list[int] = []
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
        self.opened.append(int(self.page.url.rpartition("=")[2]))
        return self.opened[-1]

    def withdraw(self) -> None:
        """Withdraw what was opened here and is open still, so that its parcels are free for others."""
        page = self.page.context.new_page()
        for record in self.opened:
            page.goto(f"{self.seen.town.address}/staff/records/{record}/")
            button = page.locator("form[action$='/withdraw/'] .button")
            if button.count():
                button.click()
                expect(page.locator(".badge.withdrawn").first).to_be_visible()

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
