"""Survey operations on a block drawn by hand: areas, neighbours and refusals."""

import math

import pytest
import shapely
from shapely.geometry import LineString, Polygon

from cadastre.operations import (
    Fabric,
    GeometryRefused,
    dedicate_strip,
    delete_vertex,
    enter_parcel,
    insert_vertex,
    merge,
    move_vertices,
    reshape,
    split_by_areas,
    split_by_frontage,
    split_by_line,
    split_into_parts,
)
from cadastre.operations.streetside import chosen_side, frontage_m, sides_along, street_sides
from tests.cadastre.cadastre_block import block

A2_AREA = 1000.0


def areas(change):
    """Return the areas of what a change makes, to the square centimetre."""
    return [round(piece.shape.area, 4) for piece in change.made]


def valid_after(fabric, change):
    """Say whether the block still matches vertex by vertex, by GEOS's own rules."""
    return shapely.coverage_is_valid(list(fabric.after(change).values()))


def test_a_line_splits_a_parcel_and_its_neighbours_gain_the_ends():
    fabric = block()
    change = split_by_line(fabric, "B2", [LineString([(1025, 2050), (1050, 2070)])])
    assert areas(change) == [500.0, 500.0]
    assert set(change.noded) == {"A2", "C2"}
    assert change.noded["A2"].area == fabric["A2"].area
    assert valid_after(fabric, change)


def test_a_line_may_bend_and_run_past_the_boundary():
    fabric = block()
    line = LineString([(1010, 2090), (1010, 2060), (1030, 2060)])
    change = split_by_line(fabric, "A2", [line])
    assert areas(change) == [700.0, 300.0]
    assert valid_after(fabric, change)


def test_several_lines_make_several_parcels():
    fabric = block()
    lines = [LineString([(x, 2030), (x, 2090)]) for x in (1005, 1010, 1015)]
    assert sorted(areas(split_by_line(fabric, "A2", lines))) == [200.0, 200.0, 200.0, 400.0]


def test_a_courtyard_stays_a_hole_when_the_parcel_is_split_beside_it():
    shape = Polygon([(0, 0), (40, 0), (40, 40), (0, 40)], [[(25, 10), (35, 10), (35, 30), (25, 30)]])
    change = split_by_line(Fabric({"P": shape}), "P", [LineString([(20, -1), (20, 41)])])
    assert areas(change) == [800.0, 600.0]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ([(1005, 2050), (1020, 2050)], "does-not-cut"),
        ([(0, 0), (1, 1)], "does-not-cut"),
        ([(1000, 2040), (1000, 2080)], "does-not-cut"),
        ([(990, 2050), (1030, 2050), (1030, 2070), (1010, 2030)], "line-crosses-itself"),
        ([(1000, 2050), (1000, 2050)], "empty-line"),
    ],
)
def test_a_line_that_cuts_nothing_is_refused_with_its_reason(line, code):
    with pytest.raises(GeometryRefused) as refusal:
        split_by_line(block(), "A2", [LineString(line)])
    assert refusal.value.code == code


@pytest.mark.parametrize("bearing", [0, 17, 45, 90, 133.3, 270])
def test_equal_parts_have_equal_areas_in_any_direction(bearing):
    fabric = block()
    change = split_into_parts(fabric, "A1", count=5, bearing_deg=bearing)
    assert all(abs(area - fabric["A1"].area / 5) < 0.01 for area in areas(change))
    assert len(change.made) == 5
    assert valid_after(fabric, change)


def test_given_areas_leave_the_rest_as_the_last_part():
    change = split_by_areas(block(), "A2", areas_m2=[300, 450], bearing_deg=0)
    assert areas(change) == pytest.approx([300, 450, 250], abs=0.01)
    assert change.made[0].shape.bounds[0] == 1000


def test_areas_beyond_the_parcel_are_refused_with_both_figures():
    with pytest.raises(GeometryRefused) as refusal:
        split_by_areas(block(), "A2", areas_m2=[700, 400], bearing_deg=0)
    assert refusal.value.code == "areas-too-large"
    assert "1100.00" in str(refusal.value.detail)
    assert "1000.00" in str(refusal.value.detail)


def test_proportions_divide_as_heirs_do():
    change = split_by_areas(block(), "A2", shares=[2, 1, 1], bearing_deg=90)
    assert areas(change) == pytest.approx([500, 250, 250], abs=0.01)


def test_the_street_side_is_what_no_neighbour_shares():
    sides = street_sides(block(), "A1")
    assert [round(side.length, 2) for side in sides] == [
        40.0,
        round(math.hypot(10, 2) + math.hypot(15, 2), 2),
    ]
    assert street_sides(block(3, 3), "B2") == []


def test_a_road_parcel_counts_as_street():
    fabric = block()
    assert len(street_sides(fabric, "B1")) == 1
    assert len(street_sides(fabric, "B1", roads=["C1"])) == 2


def test_a_parcel_with_streets_all_around_has_a_side_to_each():
    fabric = Fabric({"P": Polygon([(0, 0), (30, 0), (60, 5), (60, 40), (0, 40)])})
    assert [round(side.length, 1) for side in street_sides(fabric, "P")] == [60.4, 60.0, 40.0, 35.0]


@pytest.mark.parametrize("radius", [0.5, 3])
def test_a_rounded_corner_ends_a_side_as_a_sharp_one_does(radius):
    inner = shapely.box(radius, radius, 60 - radius, 40 - radius)
    fabric = Fabric({"P": inner.buffer(radius, quad_segs=5)})
    sides = street_sides(fabric, "P")
    arc = math.pi * radius / 2
    assert [side.length for side in sides] == pytest.approx(
        [60 - 2 * radius + arc] * 2 + [40 - 2 * radius + arc] * 2, abs=0.4 * radius
    )
    change = split_by_frontage(fabric, "P", side=sides[0], frontage_m=4)
    assert len(change.made) == math.ceil(sides[0].length / 4)


def test_a_street_that_bends_widely_is_one_side():
    bend = [(40 * math.cos(a), 40 * math.sin(a)) for a in (math.radians(d) for d in range(0, 91, 3))]
    fabric = Fabric({"P": Polygon([(0, 0), *bend])})
    assert [round(side.length) for side in street_sides(fabric, "P")] == [63, 40, 40]


def test_lots_of_a_given_frontage_follow_a_bent_street():
    fabric = block()
    side = chosen_side(fabric, "B1", near=None, between=None)
    change = split_by_frontage(fabric, "B1", side=side, frontage_m=8)
    fronts = [frontage_m(piece.shape, side) for piece in change.made]
    assert fronts == pytest.approx([8, 8, 8, side.length - 24], abs=0.001)
    assert valid_after(fabric, change)


def test_what_is_left_of_the_frontage_can_be_spread():
    fabric = block()
    side = chosen_side(fabric, "B1", near=None, between=None)
    change = split_by_frontage(fabric, "B1", side=side, frontage_m=8, spread=True)
    assert [frontage_m(piece.shape, side) for piece in change.made] == pytest.approx(
        [side.length / 3] * 3, abs=0.001
    )


def test_a_side_can_be_chosen_by_its_ends():
    side = chosen_side(block(), "B2", near=None, between=((1050, 2080), (1025, 2080)))
    assert side.length == 25


def test_a_strip_is_taken_from_many_parcels_along_the_street():
    fabric = block()
    keys = ["A1", "B1", "C1", "D1"]
    sides = {key: chosen_side(fabric, key, near=(1050, 1999), between=None) for key in keys}
    sides["A1"] = chosen_side(fabric, "A1", near=None, between=((1000, 2000), (1025, 2000)))
    sides["D1"] = chosen_side(fabric, "D1", near=None, between=((1075, 2000), (1100, 2000)))
    change = dedicate_strip(fabric, sides, width_m=2)
    roles = [piece.role for piece in change.made]
    assert roles == ["rest"] * 4 + ["strip"]
    assert change.made[-1].parents == tuple(keys)
    total = sum(fabric[key].area for key in keys)
    assert sum(areas(change)) == pytest.approx(total, abs=0.01)
    assert change.made[-1].shape.area == pytest.approx(
        2 * sum(side.length for side in sides.values()), rel=0.02
    )
    assert valid_after(fabric, change)


def test_a_strip_follows_the_chosen_edge_through_parcels_in_a_row():
    """The row faces streets at both ends; the strip runs along the lane behind it, bends and all."""
    fabric = block()
    keys = ["B1", "A1", "C1", "D1"]
    sides = sides_along(fabric, keys, near=(1037, 2041))
    whole = shapely.line_merge(shapely.union_all(list(sides.values())))
    assert list(sides) == keys
    assert whole.geom_type == "LineString"
    assert {whole.coords[0], whole.coords[-1]} == {(1000.0, 2040.0), (1100.0, 2040.0)}
    change = dedicate_strip(fabric, sides, width_m=2)
    assert [piece.role for piece in change.made] == ["rest"] * 4 + ["strip"]


def test_a_strip_wider_than_the_parcel_takes_it_whole():
    fabric = block()
    side = chosen_side(fabric, "B2", near=(1030, 2081), between=None)
    change = dedicate_strip(fabric, {"B2": side}, width_m=45)
    assert [(piece.role, piece.shape.area) for piece in change.made] == [("strip", 1000.0)]


def test_adjoining_parcels_merge_without_losing_a_vertex():
    fabric = block()
    change = merge(fabric, ["A1", "B1", "B2"])
    assert change.made[0].shape.area == fabric["A1"].area + fabric["B1"].area + fabric["B2"].area
    assert (1025.0, 2040.0) in change.made[0].shape.exterior.coords
    assert valid_after(fabric, change)


def test_parcels_that_only_touch_at_a_corner_do_not_merge():
    with pytest.raises(GeometryRefused) as refusal:
        merge(block(), ["A1", "B2"])
    assert refusal.value.code == "not-adjoining"


def test_a_shared_corner_moves_in_all_four_parcels():
    fabric = block()
    change = move_vertices(fabric, {(1025.0, 2040.0): (1027.5, 2041.0)})
    assert set(change.moved) == {"A1", "A2", "B1", "B2"}
    after = fabric.after(change)
    assert sum(shape.area for shape in after.values()) == pytest.approx(sum(s.area for s in fabric.values()))
    assert valid_after(fabric, change)


def test_a_corner_moved_along_a_neighbours_edge_is_put_into_it():
    fabric = block()
    change = move_vertices(fabric, {(1025.0, 2080.0): (1030.0, 2080.0)})
    assert valid_after(fabric, change)


def test_a_move_that_would_cross_a_neighbour_is_refused_with_its_place():
    with pytest.raises(GeometryRefused) as refusal:
        move_vertices(block(), {(1025.0, 2040.0): (1060.0, 2100.0)})
    east, north = refusal.value.place
    assert f"{east:.2f}" in str(refusal.value.detail)
    assert f"{north:.2f}" in str(refusal.value.detail)


def test_what_would_leave_a_parcel_with_nothing_is_refused_with_its_place():
    west = {(1025.0, 2040.0): (1000.0, 2040.0), (1025.0, 2080.0): (1000.0, 2080.0)}
    across = LineString([(1000, 2060), (1050, 2060)])
    for attempt, code, east in (
        (lambda fabric: move_vertices(fabric, west), "collapsed", 1025),
        (lambda fabric: reshape(fabric, "A2", "B2", across), "swallowed", 1037.5),
    ):
        with pytest.raises(GeometryRefused) as refusal:
            attempt(block())
        assert (refusal.value.code, refusal.value.place[0]) == (code, east)
        assert f"{east:.2f}" in str(refusal.value.detail)


def test_a_vertex_can_be_put_into_a_shared_boundary_and_taken_out_again():
    fabric = block()
    change = insert_vertex(fabric, (1025.0, 2060.0))
    assert set(change.noded) == {"A2", "B2"}
    back = delete_vertex(fabric.after(change), (1025.0, 2060.0))
    assert {key: shape.wkb for key, shape in back.moved.items()} == {
        key: fabric[key].wkb for key in ("A2", "B2")
    }


def test_a_corner_of_three_boundaries_cannot_be_taken_out():
    with pytest.raises(GeometryRefused) as refusal:
        delete_vertex(block(), (1025.0, 2040.0))
    assert refusal.value.code == "junction"


def test_a_boundary_takes_the_traced_line_where_the_line_leaves_and_rejoins_it():
    fabric = block()
    line = LineString([(1025, 2050), (1030, 2055), (1030, 2065), (1025, 2070)])
    change = reshape(fabric, "A2", "B2", line)
    assert {key: round(shape.area, 4) for key, shape in change.moved.items()} == {"A2": 1075.0, "B2": 925.0}
    assert valid_after(fabric, change)


def test_a_traced_line_may_end_on_the_outer_boundary():
    fabric = block()
    change = reshape(fabric, "A2", "B2", LineString([(1025, 2060), (1030, 2080)]))
    assert {key: round(shape.area, 4) for key, shape in change.moved.items()} == {"A2": 1050.0, "B2": 950.0}
    assert valid_after(fabric, change)


def test_a_parcel_entered_by_coordinates_is_put_onto_its_neighbour():
    fabric = block()
    change = enter_parcel(fabric, [(1000.01, 2085 - 5.005), (1030, 2080.004), (1030, 2100), (1000, 2100)])
    assert change.made[0].shape.exterior.coords[0] == (1000.0, 2080.0)
    assert set(change.noded) == {"B2"}
    assert valid_after(fabric, change)


@pytest.mark.parametrize(
    ("corners", "code"),
    [
        ([(0, 0), (10, 0)], "three-corners"),
        ([(0, 0), (10, 0), (20, 0)], "crosses-itself"),
        ([(0, 0), (10, 10), (10, 0), (0, 10)], "crosses-itself"),
        ([(1010, 2010), (1020, 2010), (1020, 2020)], "overlaps"),
    ],
)
def test_corners_that_make_no_parcel_are_refused(corners, code):
    with pytest.raises(GeometryRefused) as refusal:
        enter_parcel(block(), corners)
    assert refusal.value.code == code
    assert (refusal.value.place is None) == (code == "three-corners")
