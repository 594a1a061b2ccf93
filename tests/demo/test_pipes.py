"""The invented networks: water that reaches everybody, sewers that fall."""

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from demo.town.tables import size


def test_the_water_network_hangs_together(town):
    nodes, links = town.tables["water_nodes"], town.tables["water_links"]
    count = size(nodes)
    edges = coo_matrix((np.ones(size(links)), (links["start_node"], links["end_node"])), shape=(count, count))
    parts, _ = connected_components(edges, directed=False)
    assert parts == 1


def test_mains_start_and_end_at_their_nodes(town):
    nodes, links = town.tables["water_nodes"], town.tables["water_links"]
    starts = shapely.get_point(links["geom"], 0)
    ends = shapely.get_point(links["geom"], -1)
    assert shapely.distance(starts, nodes["geom"][links["start_node"]]).max() < 1e-6
    assert shapely.distance(ends, nodes["geom"][links["end_node"]]).max() < 1e-6
    assert shapely.length(links["geom"]).min() > 0


def test_there_are_a_source_a_tank_above_and_hydrants(town):
    nodes = town.tables["water_nodes"]
    height = {
        kind: nodes["elevation_m"][nodes["kind"] == kind] for kind in ("source", "tank", "hydrant", "pump")
    }
    assert all(len(values) for values in height.values())
    assert height["tank"].max() > height["source"].max()


def test_a_valve_sits_on_its_main_near_the_node_that_it_protects(town):
    valves, nodes, links = (town.tables[name] for name in ("water_valves", "water_nodes", "water_links"))
    assert shapely.distance(valves["geom"], links["geom"][valves["link"]]).max() < 1e-6
    assert shapely.distance(valves["geom"], nodes["geom"][valves["node"]]).max() < 3.1
    touches = (links["start_node"][valves["link"]] == valves["node"]) | (
        links["end_node"][valves["link"]] == valves["node"]
    )
    assert touches.all()


def test_a_connection_runs_from_its_main_to_its_building(town):
    connections = town.tables["water_connections"]
    assert size(connections) > 0.6 * size(town.tables["buildings"])
    mains = town.tables["water_links"]["geom"][connections["link"]]
    houses = town.tables["buildings"]["geom"][connections["building"]]
    assert shapely.distance(connections["geom"], mains).max() < 1e-6
    assert shapely.distance(connections["geom"], houses).max() < 1e-6


def test_every_sewer_falls_and_leads_to_an_outfall(town):
    nodes, links = town.tables["sewer_nodes"], town.tables["sewer_links"]
    assert size(links) > 20
    assert (links["start_invert_m"] > links["end_invert_m"]).all()
    following = np.full(size(nodes), -1)
    following[links["start_node"]] = links["end_node"]
    for _ in range(size(nodes)):
        moved = np.where(following >= 0, following[following], -1)
        if (moved < 0).all():
            break
        following = np.where(moved >= 0, moved, following)
    ends = following[following >= 0]
    assert set(nodes["kind"][ends]) == {"outfall"}


def test_a_sewer_leaves_a_manhole_no_higher_than_it_enters_and_lies_under_the_ground(town):
    nodes, links = town.tables["sewer_nodes"], town.tables["sewer_links"]
    assert (links["start_invert_m"] <= nodes["bottom_level_m"][links["start_node"]] + 0.005).all()
    assert (links["end_invert_m"] >= nodes["bottom_level_m"][links["end_node"]] - 0.005).all()
    assert (nodes["bottom_level_m"] < nodes["cover_level_m"]).all()
    assert ((nodes["cover_level_m"] - nodes["bottom_level_m"]) < 12).all()


def test_lights_stand_by_the_street_that_they_light(town):
    lights, streets = town.tables["street_lights"], town.tables["streets"]
    gap = shapely.distance(lights["geom"], streets["geom"][lights["street"]])
    assert (gap <= streets["width_m"][lights["street"]] / 2 + 0.6).all()
