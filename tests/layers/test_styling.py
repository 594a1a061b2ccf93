"""Styles made by choosing: composed, classified, kept, refused where they cannot be drawn, taken along."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from django.utils.translation import override

from accounts.policy import of_roles
from core.errors import Unprocessable
from layers import registry
from layers.access import View, view
from layers.legend import legend
from layers.models import CatalogueEntry
from layers.styling.checks import faults, fields_in
from layers.styling.classes import classify
from layers.styling.compose import compose
from layers.styling.recipe import Breaks, Label, Method, Recipe, recipe_of
from layers.styling.sld import document
from tests.conftest import WebClient
from tests.layers.conftest import EAST, NORTH, decoded, tile_at

pytestmark = pytest.mark.django_db
SE = "{http://www.opengis.net/se}"
CHOICES = {
    "method": "graduated", "field": "floors", "breaks": "equal", "count": "3", "ramp": "teal", "other": "#b9bdbe",
    "colour": "#2a5690", "opacity": "0.7", "outline": "#44535c", "width": "1", "min_zoom": "0", "max_zoom": "24",
    "label0-text": "name", "label0-size": "12", "label0-colour": "#14222b", "label0-from_zoom": "16",
    "label0-only_field": "floors", "label0-only_is": ">=", "label0-only_value": "٣",
    "label1-text": "", "label1-size": "12", "label1-colour": "#14222b", "label1-from_zoom": "16", "revision": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def houses(layer: Callable[..., str]) -> str:
    def square(at: int) -> str:
        west, south = EAST + 100 * at, NORTH
        return f"POLYGON(({west} {south},{west + 50} {south},{west + 50} {south + 50},{west} {south + 50},{west} {south}))"

    floors = [1, 1, 1, 2, 2, 8, 9, 9, None]
    rows = [(at, square(at), f"house {at % 2}", count, "Huda") for at, count in enumerate(floors, 1)]
    return layer("houses-drawn", "Polygon", rows)


@pytest.fixture
def seen(houses: str) -> View:
    return view(of_roles(["admin"]), registry.find(houses))


def styled(seen: View, **choices: Any) -> Any:
    return seen.collection.with_(
        style=tuple(compose(classify(seen, Recipe(**choices)), seen.collection.geometry_type))
    )


@pytest.mark.parametrize(
    ("breaks", "begins"), [(Breaks.EQUAL, [4, 6]), (Breaks.QUANTILES, [8]), (Breaks.NATURAL, [2, 8])]
)
def test_numbers_are_cut_into_classes(seen: View, breaks: Breaks, begins: list[int]) -> None:
    made = classify(seen, Recipe(method=Method.GRADUATED, field="floors", breaks=breaks, count=3))
    assert [one.value for one in made.classes][1:] == begins
    assert len({one.colour for one in made.classes}) == len(begins) + 1


def test_the_legend_says_the_ranges_that_the_map_draws(seen: View) -> None:
    one = styled(seen, method=Method.GRADUATED, field="floors", breaks=Breaks.NATURAL, count=3)
    with override("en"):
        entries = legend(one)
    assert [entry["label"] for entry in entries] == [
        "under \u20662\u2069",
        "\u20662\u2069 to under \u20668\u2069",
        "\u20668\u2069 and more",
    ]
    assert [entry["filter"]["to"] for entry in entries] == [2, 8, None]
    assert faults(list(one.style), one) == []


def test_categories_come_with_the_commonest_first(seen: View) -> None:
    one = styled(seen, method=Method.CATEGORIES, field="name")
    assert [entry["label"] for entry in legend(one)][:2] == ["house 1", "house 0"]


def test_a_recipe_comes_back_from_the_style_it_made(seen: View) -> None:
    label = Label(text="name", also="floors", only_field="floors", only_is=">=", only_value=3, bold=True)
    made = classify(seen, Recipe(method=Method.GRADUATED, field="floors", labels=(label,), min_zoom=12))
    assert recipe_of(compose(made, "Polygon")) == made


@pytest.mark.parametrize(
    ("choices", "why"),
    [
        ({"method": Method.CATEGORIES, "field": "gone"}, "has no field “gone”"),
        ({"method": Method.GRADUATED, "field": "name"}, "cannot be used"),
        ({"method": Method.SIZE, "field": ""}, "Choose the field"),
    ],
)
def test_a_drawing_that_cannot_be_made_is_refused_with_the_reason(
    seen: View, choices: dict[str, Any], why: str
) -> None:
    with override("en"):
        with pytest.raises(Unprocessable) as refused:
            classify(seen, Recipe(**choices))
        assert why in str(refused.value.detail)


@pytest.mark.parametrize(
    ("style", "why"),
    [
        ([{"type": "fill", "paint": {"fill-color": ["get", "gone"]}}], "has no field “gone”"),
        ([{"type": "fill", "filter": ["==", ["get", "Floors"], 1]}], "has no field “Floors”"),
        ([{"type": "fill", "paint": {"fill-color": ["rgb", 1, 2, 3]}}], "does not know the expression “rgb”"),
        ([{"type": "raster"}], "at most 40 map layers"),
        ({"type": "fill"}, "at most 40 map layers"),
        ([{"type": "fill", "paint": 3}], "at most 40 map layers"),
    ],
)
def test_a_written_style_that_cannot_be_drawn_is_refused(seen: View, style: Any, why: str) -> None:
    with override("en"):
        assert why in faults(style, seen.collection)[0]


def test_a_style_nested_without_end_is_refused(seen: View) -> None:
    deep: Any = 1
    for _level in range(300):
        deep = ["!", deep]
    with override("en"):
        assert "nested too deeply" in faults([{"type": "fill", "filter": deep}], seen.collection)[0]


def test_what_the_style_reads_is_in_the_tiles(houses: str, sign_in: Callable[..., WebClient]) -> None:
    style = [
        {"type": "fill", "paint": {"fill-color": ["match", ["get", "owner"], "Huda", "#111111", "#222222"]}}
    ]
    CatalogueEntry.objects.create(collection=houses, style=style)
    assert fields_in(style) == {"owner"}
    own = registry.everything()[houses]
    assert own.field("owner").in_tile
    assert "owner" not in {one.name for one in view(of_roles(["public"]), own).fields}


def test_an_engineer_draws_a_layer_and_everybody_sees_it(
    houses: str, sign_in: Callable[..., WebClient]
) -> None:
    engineer = sign_in("engineer")
    page = engineer.post(f"/staff/layers/{houses}/style/", CHOICES)
    assert page.status_code == 302, page.content.decode()
    style = CatalogueEntry.objects.get(collection=houses).style
    assert style[0]["paint"]["fill-color"][0] == "case"
    assert style[-1]["filter"] == [">=", ["get", "floors"], 3]
    shown = WebClient().get("/api/v1/catalogue?lang=en").json()
    mine = next(one for group in shown["groups"] for one in group["collections"] if one["id"] == houses)
    assert len(mine["legend"]) == 3
    late = engineer.post(f"/staff/layers/{houses}/style/", CHOICES)
    assert late.status_code == 412


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"field": "gone"}, 422, "has no field “gone”"),
        ({"colour": "red"}, 422, "Choose a colour"),
        ({"min_zoom": "18", "max_zoom": "12"}, 422, "Nothing would be drawn"),
        ({"label0-only_value": "many"}, 422, "does not fit this field"),
        ({"label0-text": "gone"}, 422, "label0-text"),
        ({"method": "telepathy"}, 422, "method"),
    ],
)
def test_wrong_choices_are_told_and_kept(
    houses: str, sign_in: Callable[..., WebClient], change: dict[str, str], status: int, words: str
) -> None:
    page = sign_in("engineer").post(f"/staff/layers/{houses}/style/?lang=en", CHOICES | change)
    assert page.status_code == status
    assert words in page.content.decode()
    assert not CatalogueEntry.objects.filter(collection=houses).exists()


def test_strangers_and_clerks_style_nothing(houses: str, sign_in: Callable[..., WebClient]) -> None:
    assert WebClient().get(f"/staff/layers/{houses}/style/").status_code == 302
    assert sign_in("clerk").post(f"/staff/layers/{houses}/style/", CHOICES).status_code in (403, 404)
    assert sign_in("engineer", username="second").get("/staff/layers/no-such/style/").status_code == 404


def test_the_preview_keeps_nothing_and_its_tiles_carry_what_it_reads(
    houses: str, sign_in: Callable[..., WebClient]
) -> None:
    engineer = sign_in("engineer")
    answer = engineer.post(f"/staff/layers/{houses}/style/preview/", CHOICES).json()
    assert "class_colour" in answer["classes"]
    assert answer["fields"] == ["floors", "name"]
    assert not CatalogueEntry.objects.filter(collection=houses).exists()
    (lon, lat) = WebClient().get(f"/api/v1/collections/{houses}/items/1").json()["bbox"][:2]
    tile = tile_at(lon + 0.0002, lat + 0.0002, 15)
    body = engineer.get("/staff/layers/{}/style/tiles/{}/{}/{}.mvt?field=owner".format(houses, *tile)).content
    assert decoded(body, houses)[1]["properties"]["owner"] == "Huda"


def test_the_style_goes_to_qgis_as_sld(seen: View) -> None:
    one = styled(seen, method=Method.GRADUATED, field="floors", breaks=Breaks.NATURAL, count=3, min_zoom=14)
    rules = ElementTree.fromstring(document(one)).findall(f".//{SE}Rule")  # noqa: S314
    fills = [rule for rule in rules if rule.find(f"{SE}PolygonSymbolizer") is not None]
    assert len(fills) == 3
    assert {rule.findtext(f"{SE}MaxScaleDenominator") for rule in fills} == {"15312"}
    middle = ElementTree.tostring(fills[1], encoding="unicode")
    assert "PropertyIsGreaterThanOrEqualTo" in middle
    assert "PropertyIsLessThan" in middle


def test_the_style_is_taken_along_in_each_form(houses: str, sign_in: Callable[..., WebClient]) -> None:
    engineer = sign_in("engineer")
    for form, begins in (("qml", "<"), ("sld", "<"), ("json", "[")):
        answer = engineer.get(f"/staff/layers/{houses}/style.{form}")
        assert (answer.status_code, answer.content.decode().lstrip()[:1]) == (200, begins), form
    assert engineer.get(f"/staff/layers/{houses}/style.exe").status_code == 404


def test_a_heat_map_is_not_pretended_to_fit_sld(seen: View) -> None:
    heat = seen.collection.with_(style=tuple(compose(Recipe(method=Method.HEAT), "Point")))
    with pytest.raises(Unprocessable):
        document(heat)


def test_cells_count_what_the_box_holds(houses: str) -> None:
    address = f"/api/v1/collections/{houses}/cells?bbox=35,31,36,33&size=100000"
    cells = WebClient().get(address).json()["cells"]
    assert sum(count for _x, _y, count, _weight in cells) == 9
    weighed = WebClient().get(f"{address}&weight=floors").json()["cells"]
    assert sum(weight for _x, _y, _count, weight in weighed) == 33
    assert WebClient().get(f"{address}&weight=owner").status_code == 400
    assert WebClient().get(f"/api/v1/collections/{houses}/cells?size=10").status_code == 400
