"""The invented land: a clean coverage of plausible size, named in three languages."""

import hashlib

import numpy as np
import pytest
import shapely

from demo.town import regions
from demo.town.layout import Land, Piece, Site, Surveyor
from demo.town.rings import NO_STREET, Ring
from demo.town.tables import size
from demo.town.terrain import raise_hills
from demo.town.town import Town, invent_town


def fingerprint(town: Town) -> str:
    digest = hashlib.sha256(town.terrain.heights.tobytes())
    for name, table in sorted(town.tables.items()):
        for column, values in sorted(table.items()):
            digest.update(f"{name}.{column}".encode())
            if column == "geom":
                digest.update(b"".join(shapely.to_wkb(values).tolist()))
            elif column != "line":
                digest.update(repr(values.tolist()).encode())
    return digest.hexdigest()


def test_the_same_seed_makes_the_same_town_to_the_last_bit():
    assert fingerprint(invent_town(250, seed=4)) == fingerprint(invent_town(250, seed=4))


def test_another_seed_makes_another_town():
    one, other = invent_town(250, seed=4), invent_town(250, seed=5)
    assert not np.array_equal(one.terrain.heights, other.terrain.heights)
    assert fingerprint(one) != fingerprint(other)


def test_there_are_about_as_many_parcels_as_asked_for(town, clean_town):
    assert size(town.tables["parcels"]) == pytest.approx(600, rel=0.25)
    assert size(clean_town.tables["parcels"]) == pytest.approx(300, rel=0.25)


def test_parcels_share_their_vertices_and_leave_no_overlap(clean_town):
    assert shapely.coverage_is_valid(clean_town.tables["parcels"]["geom"])


def test_basins_cover_the_land_without_overlap(town):
    basins = town.tables["basins"]["geom"]
    assert shapely.coverage_is_valid(basins)
    assert shapely.area(basins).sum() == pytest.approx(town.tables["towns"]["geom"][0].area, rel=0.001)


def test_a_parcel_lies_in_the_basin_that_numbers_it(clean_town):
    parcels, basins = clean_town.tables["parcels"], clean_town.tables["basins"]
    within = shapely.contains(basins["geom"][parcels["basin"]], shapely.point_on_surface(parcels["geom"]))
    assert within.all()


def test_a_parcel_number_occurs_once_in_its_basin_and_quarter(town):
    parcels = town.tables["parcels"]
    keys = list(zip(parcels["basin"].tolist(), parcels["quarter"], parcels["number"], strict=True))
    assert len(set(keys)) == len(keys)


def test_every_shape_is_valid_and_not_empty(town):
    for name, table in town.tables.items():
        if "geom" in table:
            assert shapely.is_valid(table["geom"]).all(), name
            assert not shapely.is_empty(table["geom"]).any(), name


def test_everything_that_has_a_name_has_it_in_three_languages(town):
    for name in ("towns", "districts", "basins", "streets", "places", "zones", "pressure_zones"):
        for column in ("name_ar", "name_en", "name_fr"):
            assert all(town.tables[name][column]), (name, column)


def test_a_building_stands_on_its_parcel(clean_town):
    buildings, parcels = clean_town.tables["buildings"], clean_town.tables["parcels"]
    outside = shapely.difference(
        buildings["geom"], shapely.buffer(parcels["geom"][buildings["parcel"]], 0.01)
    )
    assert shapely.area(outside).max() < 0.01


def test_no_house_number_occurs_twice_in_a_street(town):
    buildings = town.tables["buildings"]
    keys = list(zip(buildings["street"].tolist(), buildings["house_number"], strict=True))
    assert len(set(keys)) == len(keys)


def test_the_town_has_an_old_core_and_land_of_every_zone(town):
    kinds = set(town.tables["zones"]["kind"])
    assert {"core", "res-a", "res-b", "res-c", "com", "agr", "pub"} <= kinds
    core = shapely.area(town.tables["parcels"]["geom"][town.tables["parcels"]["zone_code"] == "OLD"])
    farms = shapely.area(town.tables["parcels"]["geom"][town.tables["parcels"]["zone_code"] == "AGR"])
    assert np.median(core) < 200 < 1500 < np.median(farms)


def test_a_large_municipality_is_made_of_towns_that_do_not_overlap(monkeypatch):
    monkeypatch.setattr(regions, "LARGEST_TOWN", 250)
    region = invent_town(800, seed=2)
    tables = region.tables
    assert size(tables["towns"]) == 4
    assert len(set(tables["towns"]["name_ar"])) == 4
    assert shapely.coverage_is_valid(tables["parcels"]["geom"][_settled(tables)])
    assert tables["parcels"]["basin"].max() < size(tables["basins"])
    owner = tables["basins"]["town"][tables["parcels"]["basin"]]
    inside = shapely.contains(
        tables["towns"]["geom"][owner], shapely.point_on_surface(tables["parcels"]["geom"])
    )
    assert inside.all()


def _settled(tables):
    return tables["basins"]["is_settled"][tables["parcels"]["basin"]]


def test_land_that_no_street_divides_is_a_basin_of_its_own() -> None:
    rng = np.random.default_rng(1)
    centre, reach = (170_000.0, 130_000.0), 700.0
    land = Land.of(raise_hills(rng, centre, 3 * reach), rng)
    x, y = centre
    corners = np.array([(x, y), (x + reach, y), (x + reach, y + reach), (x, y + reach)])
    ring = Ring(corners, np.full(4, NO_STREET))
    surveyor = Surveyor(Site(ring, np.array(centre), 1000), land, rng)
    assert surveyor._divide([Piece(ring, sector=0, attempt=99)]) == []
    assert [block.basin for block in surveyor.layout.blocks] == [0]
    assert surveyor.layout.basins == [ring]
