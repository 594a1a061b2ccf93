"""Planted faults: each can be found where the truth says, and nothing else is wrong."""

import numpy as np
import pytest
import shapely

from demo.town.tables import size


def faults(town, kind):
    return [fault for fault in town.truth["parcels"]["faults"] if fault["kind"] == kind]


def test_only_unsettled_land_breaks_the_coverage(town):
    parcels, basins = town.tables["parcels"], town.tables["basins"]
    settled = basins["is_settled"][parcels["basin"]]
    assert 0 < (~settled).sum() < settled.sum()
    assert shapely.coverage_is_valid(parcels["geom"][settled])
    assert not shapely.coverage_is_valid(parcels["geom"][~settled], gap_width=1.0)
    assert {fault["basin"] for fault in town.truth["parcels"]["faults"]} <= set(
        town.truth["parcels"]["unsettled_basins"]
    )


@pytest.mark.parametrize("kind", ["overlap", "gap", "wrong_area", "sliver", "duplicate_number"])
def test_every_kind_of_parcel_fault_is_planted(town, kind):
    assert faults(town, kind)


def test_a_shifted_parcel_overlaps_a_neighbour_or_leaves_its_own_basin(town):
    shapes = town.tables["parcels"]["geom"]
    for fault in faults(town, "overlap"):
        mine = shapes[fault["parcel"] - 1]
        others = np.delete(shapes, fault["parcel"] - 1)
        assert shapely.area(shapely.intersection(others, mine)).max() > 0.05


def test_wrong_areas_are_wrong_and_no_others_are(town):
    parcels = town.tables["parcels"]
    ratio = parcels["area_official_m2"] / shapely.area(parcels["geom"])
    wrong = np.zeros(size(parcels), dtype=bool)
    for fault in faults(town, "wrong_area"):
        assert ratio[fault["parcel"] - 1] == pytest.approx(fault["factor"], rel=0.001)
        wrong[fault["parcel"] - 1] = True
    settled = town.tables["basins"]["is_settled"][parcels["basin"]]
    assert np.abs(ratio[settled & ~wrong] - 1).max() < 0.1


def test_slivers_are_narrow_parcels_beside_the_one_that_they_were_cut_from(town):
    shapes = town.tables["parcels"]["geom"]
    for fault in faults(town, "sliver"):
        strip = shapes[fault["parcel"] - 1]
        assert strip.buffer(-0.2).is_empty
        assert strip.area == pytest.approx(fault["area_m2"], abs=0.001)


def test_a_duplicate_number_has_its_twin_in_the_same_basin(town):
    parcels = town.tables["parcels"]
    for fault in faults(town, "duplicate_number"):
        one, two = fault["parcel"] - 1, fault["twin"] - 1
        assert parcels["number"][one] == parcels["number"][two]
        assert parcels["basin"][one] == parcels["basin"][two]


def test_the_survey_from_the_air_saw_what_the_truth_says(town):
    seen, truth = town.tables["footprints"], town.truth["buildings"]
    assert truth["unregistered"]
    assert truth["enlarged"]
    assert truth["registered_not_found"]
    register = shapely.STRtree(town.tables["buildings"]["geom"])
    for number in truth["unregistered"]:
        mine = seen["geom"][number - 1]
        near = town.tables["buildings"]["geom"][register.query(mine)]
        assert shapely.area(shapely.intersection(near, mine)).sum() < 0.01
    for number in truth["registered_not_found"]:
        assert number - 1 not in set(seen["building"].tolist())


def test_the_old_pipe_survey_has_the_faults_that_the_truth_lists(town):
    rows = dict(zip(town.tables["raw_pipes"]["id"], town.tables["raw_pipes"]["line"], strict=True))
    kinds = {fault["kind"] for fault in town.truth["raw_pipes"]}
    assert kinds >= {"zero_length", "missed_end", "zero_diameter", "twice"}
    for fault in town.truth["raw_pipes"]:
        if fault["kind"] == "zero_length":
            assert np.ptp(rows[fault["id"]], axis=0).max() == 0


def test_a_clean_town_has_no_faults_on_record(clean_town):
    assert clean_town.truth["parcels"] == {"unsettled_basins": [], "faults": []}
    assert clean_town.tables["basins"]["is_settled"].all()


def test_the_truth_names_every_departments_record(town):
    records = town.tables["department_records"]
    people = town.truth["people"]
    assert sum(len(part["person"]) for part in people.values()) == size(records)
