"""Traverses: corners, closing error, compass rule and arcs."""

import math

import pytest
import shapely

from cadastre.operations import GeometryRefused
from cadastre.operations.traverse import Leg, compute_traverse


def test_a_traverse_around_a_square_closes():
    traverse = compute_traverse((0, 0), [Leg(0, 50), Leg(90, 50), Leg(180, 50), Leg(270, 50)])
    assert traverse.closure.error_m == pytest.approx(0, abs=1e-9)
    assert traverse.closure.ratio is None
    assert shapely.Polygon(traverse.outline).area == 2500


def test_the_closing_error_and_precision_are_told():
    traverse = compute_traverse((100, 100), [Leg(0, 50), Leg(90, 50), Leg(180, 49.97), Leg(270, 49.96)])
    assert (traverse.closure.east_m, traverse.closure.north_m) == pytest.approx((0.04, 0.03))
    assert traverse.closure.error_m == pytest.approx(0.05)
    assert traverse.closure.ratio == pytest.approx(199.93 / 0.05)


def test_the_compass_rule_shares_the_error_by_length():
    legs = [Leg(90, 100), Leg(0, 50), Leg(270, 99), Leg(180, 50)]
    traverse = compute_traverse((0, 0), legs)
    assert traverse.adjusted[1] == pytest.approx((100 - 100 / 299, 0))
    assert traverse.adjusted[2] == pytest.approx((100 - 150 / 299, 50))
    assert traverse.adjusted[-1] == pytest.approx((0, 0))


def test_a_traverse_between_known_points_is_closed_on_the_second():
    traverse = compute_traverse((0, 0), [Leg(90, 100.1)], end=(100, 0))
    assert traverse.outline == ((0, 0), (100, 0))


def test_a_half_circle_bends_to_the_right_of_its_chord():
    traverse = compute_traverse((0, 0), [Leg(0, 20, radius_m=10), Leg(180, 20)])
    arc = traverse.outline[:-1]
    assert all(math.dist(point, (0, 10)) == pytest.approx(10, abs=1e-3) for point in arc)
    assert min(x for x, _y in arc) < -9.9
    assert shapely.Polygon(arc).area == pytest.approx(math.pi * 50, rel=1e-3)


def test_a_negative_radius_bends_to_the_left():
    traverse = compute_traverse((0, 0), [Leg(0, 20, radius_m=-25), Leg(180, 20)])
    assert max(x for x, _y in traverse.outline) > 1


@pytest.mark.parametrize(
    "leg",
    [
        Leg(0, 0), Leg(0, -5), Leg(0, 1e-9), Leg(0, 1e300), Leg(math.nan, 5), Leg(0, 30, radius_m=10),
        Leg(0, 30, radius_m=1e300), Leg(0, 30, radius_m=-math.inf), Leg(0, 30, radius_m=math.nan),
    ],
)  # fmt: skip
def test_a_leg_that_cannot_be_is_refused(leg):
    with pytest.raises(GeometryRefused):
        compute_traverse((0, 0), [leg], end=(0, 30), adjust=False)


@pytest.mark.parametrize(
    ("start", "legs", "end"),
    [((1e300, 0), 1, None), ((0, 0), 1, (0, math.inf)), ((0, math.nan), 1, None), ((0, 0), 1001, None)],
)
def test_a_traverse_beyond_every_survey_is_refused(start, legs, end):
    with pytest.raises(GeometryRefused):
        compute_traverse(start, [Leg(0, 30)] * legs, end=end, adjust=False)


def test_a_traverse_with_a_leg_forgotten_is_refused_with_its_error_and_place():
    legs = [Leg(0, 50), Leg(90, 50), Leg(180, 50)]
    with pytest.raises(GeometryRefused) as refusal:
        compute_traverse((0, 0), legs)
    assert refusal.value.code == "not-closed"
    assert refusal.value.place == pytest.approx((50, 0))
    assert "1:3" in str(refusal.value.detail)
    assert compute_traverse((0, 0), legs, adjust=False).closure.error_m == pytest.approx(50)
