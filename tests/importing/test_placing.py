"""Reference systems found, outlines placed, mistakes seen."""

import pytest
from pyproj import CRS

from layers.importing.reader import placing

NABLUS = [(174_000.0, 180_000.0), (175_000.0, 180_000.0), (175_000.0, 181_000.0), (174_000.0, 180_000.0)]
NABLUS_DEGREES = [(35.25, 32.21), (35.26, 32.21), (35.26, 32.22), (35.25, 32.21)]


@pytest.mark.parametrize("srid", [28191, 28193, 2039, 3066, 22780, 22391, 32636, 4326])
def test_a_prj_file_in_the_words_of_esri_is_recognised(srid: int) -> None:
    assert placing.identify(CRS.from_epsg(srid).to_wkt("WKT1_ESRI")) == srid


def test_heights_in_degrees_are_taken_as_degrees() -> None:
    assert placing.identify("EPSG:4979") == 4326


@pytest.mark.parametrize("label", [None, "", 'LOCAL_CS["paper"]', "EPSG:999999", "nonsense"])
def test_what_names_no_system_stays_open(label: str | None) -> None:
    assert placing.identify(label) is None


def test_the_municipality_s_grid_is_offered_first_when_it_fits() -> None:
    first = placing.candidates(NABLUS, 28191)[0]
    assert (first["srid"], first["plausible"], first["in_grid"]) == (28191, True, True)
    middle = placing.centre(first["footprint"])
    assert middle == pytest.approx((35.259, 32.219), abs=0.01)


def test_degrees_are_never_offered_a_system_in_metres() -> None:
    likely = [one["srid"] for one in placing.candidates(NABLUS_DEGREES, 28191) if one["plausible"]]
    assert likely == [4326]


@pytest.mark.parametrize(
    ("hull", "srid", "mistakes"),
    [
        (NABLUS, 28191, []),
        (NABLUS, 4326, ["metres_labelled_degrees"]),
        (NABLUS_DEGREES, 28191, ["degrees_labelled_metres"]),
        ([(y, x) for x, y in NABLUS_DEGREES], 4326, ["axes_swapped"]),
        ([(9e6, 9e6), (9.1e6, 9e6), (9.1e6, 9.1e6)], 28191, ["outside_area_of_use"]),
    ],
)
def test_coordinates_that_do_not_fit_their_label_are_named(
    hull: list, srid: int, mistakes: list[str]
) -> None:
    assert placing.mistakes(hull, srid, 28191) == mistakes


def test_a_layer_of_the_town_is_kept_in_the_grid() -> None:
    assert placing.storage_srid(4326, NABLUS_DEGREES, 28191) == 28191


def test_a_layer_elsewhere_keeps_its_own_plane_system_or_its_utm_zone() -> None:
    boston = [(-71.1, 42.36), (-71.0, 42.36), (-71.0, 42.4)]
    assert placing.storage_srid(4326, boston, 28191) == 32619
    assert placing.storage_srid(26986, boston, 28191) == 26986


def test_a_layer_of_half_the_world_stays_in_degrees() -> None:
    assert placing.storage_srid(4326, [(-10.0, -10.0), (60.0, 10.0), (60.0, 40.0)], 28191) == 4326


def test_negative_coordinates_are_normal_in_lebanon() -> None:
    beirut = [(-337_600.0, -28_400.0), (-337_500.0, -28_400.0), (-337_500.0, -28_300.0)]
    assert placing.mistakes(beirut, 22780, 22780) == []
