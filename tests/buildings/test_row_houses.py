"""A row of houses cut into its houses: of one width, of given widths, at places."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from buildings.models import Building

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def split(client: Any, house: Building, **how: Any) -> Any:
    return client.post(
        f"/api/v1/buildings/{house.pk}/split",
        json.dumps(how),
        content_type="application/json",
        headers={"If-Match": f'"{house.pk}-1"'},
    )


def test_a_row_is_split_into_its_houses(sign_in: SignIn, house: Building) -> None:
    client = sign_in("engineer")
    answer = split(client, house, parts=4)
    assert len(answer.json()["buildings"]) == 4
    made = Building.objects.in_force()
    assert sum(one.geom.area for one in made) == pytest.approx(200)
    assert {round(one.geom.area) for one in made} == {50}
    assert not Building.objects.in_force().filter(pk=house.pk).exists()


def test_a_row_is_split_into_houses_of_given_widths_and_what_is_left_is_the_last(
    sign_in: SignIn, house: Building
) -> None:
    client = sign_in("engineer")
    seen = split(client, house, widths_m=[5, 7.5], is_preview=True)
    assert seen.json()["widths_m"] == [5, 7.5, 7.5]
    assert Building.objects.in_force().filter(pk=house.pk).exists()
    made = split(client, house, widths_m=[5, 7.5]).json()["buildings"]
    areas = [round(Building.objects.get(pk=one["id"]).geom.area) for one in made]
    assert areas == [50, 75, 75]


def test_a_row_is_split_where_its_cuts_were_clicked_in_whatever_order(
    sign_in: SignIn, house: Building
) -> None:
    west, south, _east, north = house.geom.extent
    cuts = [(west + 14, north + 2), (west + 4, south - 1)]
    answer = split(sign_in("engineer"), house, cuts=cuts, srid=28191)
    areas = [round(Building.objects.get(pk=one["id"]).geom.area) for one in answer.json()["buildings"]]
    assert areas == [40, 100, 60]


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"widths_m": [15, 15]}, "widths_m"),
        ({"widths_m": [0.4, 5]}, "widths_m"),
        ({"widths_m": [20]}, "parts"),
        ({"cuts": [(174000, 180800)], "srid": 28191}, "cuts"),
        ({"cuts": [(174715, 180800), (174715.2, 180800)], "srid": 28191}, "parts"),
        ({"cuts": [(174715, 180800)], "srid": 999999}, "cuts"),
        ({"cuts": [(1e400, 180800)]}, "cuts"),
        ({"parts": 41}, "parts"),
    ],
)
def test_cuts_that_make_no_row_are_refused_and_the_building_stays(
    sign_in: SignIn, house: Building, how: dict[str, Any], field: str
) -> None:
    answer = split(sign_in("engineer"), house, **how)
    assert answer.status_code == 422, answer.content
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert Building.objects.in_force().get().pk == house.pk
