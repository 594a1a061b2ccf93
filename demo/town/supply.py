"""The water network: springs, tanks on the heights, pressure zones down the slope, mains, valves, connections."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.town.graph import StreetGraph, beside, evenly, lines_of, pieces
from demo.town.layout import Layout
from demo.town.noise import Floats
from demo.town.rings import Ints
from demo.town.tables import Column, Table, objects
from demo.town.terrain import Terrain

BAND_M = 48.0
_HYDRANT_M = 150.0
_DIAMETERS = {"main": 250, "collector": 150, "local": 100, "lane": 63, "steps": 63, "track": 100}
_MATERIALS = ("di", "steel", "pe", "pvc", "ci")


@dataclass
class _Mains:
    """Mains under construction: nodes and links as growing lists."""

    place: list[Floats] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    path: list[Floats] = field(default_factory=list)
    diameter: list[int] = field(default_factory=list)
    street: list[int] = field(default_factory=list)

    def node(self, place: Floats, kind: str) -> int:
        self.place.append(place)
        self.kind.append(kind)
        return len(self.place) - 1

    def link(self, start: int, end: int, path: Floats, diameter: int, street: int) -> None:
        self.start.append(start)
        self.end.append(end)
        self.path.append(path)
        self.diameter.append(diameter)
        self.street.append(street)


@dataclass
class Supply:
    """The water network's tables, and its links' street for whoever connects to them."""

    tables: dict[str, Table]
    piped: NDArray[np.bool_]


def served_edges(graph: StreetGraph, houses: NDArray[np.object_], hub: int) -> NDArray[np.bool_]:
    """Return which edges carry pipes: those with houses along them, and what joins them to the hub."""
    lines = lines_of(graph.paths)
    _, nearest = shapely.STRtree(lines).query_nearest(houses, max_distance=45.0, all_matches=False)
    piped = np.zeros(len(lines), dtype=bool)
    piped[nearest] = True
    _, parent, by = graph.shortest_from(np.array([hub]), graph.length, graph.length)
    seen = np.zeros(len(graph.nodes), dtype=bool)
    for node in np.unique(np.concatenate([graph.start[piped], graph.end[piped]])):
        k = int(node)
        while not seen[k] and parent[k] >= 0:
            seen[k] = True
            piped[by[k]] = True
            k = int(parent[k])
    return piped


def lay_water(
    graph: StreetGraph, piped: NDArray[np.bool_], layout: Layout, terrain: Terrain, rng: np.random.Generator
) -> Supply:
    """Return the town's water network; every link hangs together with the source by construction."""
    height = terrain.height(graph.nodes[:, 0], graph.nodes[:, 1])
    used = np.unique(np.concatenate([graph.start[piped], graph.end[piped]]))
    top, low = int(used[np.argmax(height[used])]), int(used[np.argmin(height[used])])
    floor = float(height[low])
    band = np.floor((height - floor) / BAND_M).astype(np.int64)
    mains = _Mains()
    number = np.full(len(graph.nodes), -1, dtype=np.int64)
    for k in used:
        number[k] = mains.node(graph.nodes[k], "junction")
    cost = np.where(piped, graph.length, 1e9)
    _, parent, by = graph.shortest_from(np.array([top]), cost, cost)
    backbone = _way(low, parent, by)
    crossing: list[tuple[int, int]] = []
    for edge in np.flatnonzero(piped):
        a, b = int(graph.start[edge]), int(graph.end[edge])
        on_tree = by[a] == edge or by[b] == edge
        rank = layout.streets[graph.street[edge]].rank
        diameter = 300 if edge in backbone else _DIAMETERS[rank]
        first = len(mains.path)
        _lay_edge(mains, graph, int(edge), number, diameter, band, on_tree=bool(on_tree))
        if band[a] != band[b] and not on_tree:
            crossing.append((first, int(number[a])))
    _sources(mains, graph, terrain, number, top, low, rng)
    return Supply(_tables(mains, crossing, terrain, floor, layout, rng), piped)


def _way(node: int, parent: Ints, by: Ints) -> set[int]:
    """The edges from a node up to the root."""
    edges = set()
    while parent[node] >= 0:
        edges.add(int(by[node]))
        node = int(parent[node])
    return edges


def _lay_edge(
    mains: _Mains, graph: StreetGraph, edge: int, number: Ints, diameter: int, band: Ints, *, on_tree: bool
) -> None:
    """One street's main: hydrants at intervals, a reducing valve or pump where the zone changes."""
    a, b = int(graph.start[edge]), int(graph.end[edge])
    path = beside(graph.paths[edge], 1.1)
    run = float(np.hypot(*np.diff(path, axis=0).T).sum())
    stops = [(at, "hydrant") for at in evenly(run, _HYDRANT_M)] if diameter >= 100 and run > 60 else []
    if run > 60 and diameter >= 100 and not stops:
        stops = [(run * 0.45, "hydrant")]
    if band[a] != band[b] and on_tree and run > 16:
        stops = [(at, kind) for at, kind in stops if abs(at - run / 2) > 6]
        stops = sorted([*stops, (run / 2, "prv")])
    ends = [int(number[a])]
    parts = pieces(path, [at for at, _ in stops])
    for part, (_, kind) in zip(parts, stops, strict=False):
        ends.append(mains.node(part[-1], kind))
    ends.append(int(number[b]))
    for k, part in enumerate(parts):
        mains.link(ends[k], ends[k + 1], part, diameter, int(graph.street[edge]))


def _sources(
    mains: _Mains,
    graph: StreetGraph,
    terrain: Terrain,
    number: Ints,
    top: int,
    low: int,
    rng: np.random.Generator,
) -> None:
    """A tank above the highest node, and a spring with its pump below the lowest, both off the street."""
    for node, kind, climb in ((top, "tank", 1.0), (low, "source", -1.0)):
        at = graph.nodes[node]
        east, north = terrain.gradient(at[:1], at[1:])
        way = climb * np.array([float(east[0]), float(north[0])])
        way = way / max(float(np.hypot(*way)), 1e-6)
        place = np.round(at + way * rng.uniform(26, 40), 3)
        if kind == "source":
            pump = mains.node(np.round(at + way * 12, 3), "pump")
            spring = mains.node(place, "source")
            mains.link(spring, pump, np.vstack([place, mains.place[pump]]), 300, -1)
            mains.link(pump, int(number[node]), np.vstack([mains.place[pump], at]), 300, -1)
        else:
            tank = mains.node(place, "tank")
            mains.link(tank, int(number[node]), np.vstack([place, at]), 300, -1)


def _tables(
    mains: _Mains,
    crossing: list[tuple[int, int]],
    terrain: Terrain,
    floor: float,
    layout: Layout,
    rng: np.random.Generator,
) -> dict[str, Table]:
    place = np.array(mains.place)
    ground = terrain.height(place[:, 0], place[:, 1])
    zones, zone_of = _zones(layout, terrain, floor, ground)
    kind = objects(mains.kind)
    links = len(mains.path)
    start, end = np.array(mains.start), np.array(mains.end)
    diameter = np.array(mains.diameter)
    year = np.where(diameter > 150, rng.integers(1978, 2016, links), rng.integers(1985, 2025, links))
    material = objects([_MATERIALS[k] for k in rng.choice(5, links, p=[0.34, 0.2, 0.28, 0.1, 0.08])])
    material[diameter <= 63] = "pe"
    capacity = objects([1500.0 if k == "tank" else None for k in kind])
    return {
        "pressure_zones": zones,
        "water_nodes": {
            "kind": kind, "elevation_m": np.round(ground, 2), "capacity_m3": capacity,
            "zone": zone_of, "geom": shapely.points(place),
        },
        "water_links": {
            "start_node": start, "end_node": end, "diameter_mm": diameter, "material": material,
            "year_installed": year, "zone": np.minimum(zone_of[start], zone_of[end]), "street": np.array(mains.street),
            "geom": lines_of(mains.path),
        },
        "water_valves": _valves(mains, crossing, rng),
    }  # fmt: skip


def _zones(layout: Layout, terrain: Terrain, floor: float, ground: Floats) -> tuple[Table, Ints]:
    """Pressure zones as the blocks of each band of heights, and the zone of each node."""
    built = [block for block in layout.blocks if block.zone != 6]
    cells = np.array([block.ring.polygon for block in built], dtype=object)
    middle = shapely.get_coordinates(shapely.centroid(cells))
    band = np.floor((terrain.height(middle[:, 0], middle[:, 1]) - floor) / BAND_M).astype(np.int64)
    node_band = np.floor((ground - floor) / BAND_M).astype(np.int64)
    bands = np.unique(band)
    shapes = [shapely.union_all(cells[band == k], grid_size=0.001) for k in bands]
    nearest = np.abs(node_band[:, None] - bands[None, :]).argmin(axis=1)
    level = [f"{floor + k * BAND_M:.0f}–{floor + (k + 1) * BAND_M:.0f}" for k in bands]
    names = {
        "name_ar": objects([f"منطقة الضغط {text} م" for text in level]),
        "name_en": objects([f"Pressure zone {text} m" for text in level]),
        "name_fr": objects([f"Zone de pression {text} m" for text in level]),
    }
    return {**names, "geom": objects(shapes)}, nearest.astype(np.int64)


def _valves(mains: _Mains, crossing: list[tuple[int, int]], rng: np.random.Generator) -> Table:
    """Valves on all but the largest of the mains that meet at a junction; zone boundaries stay closed."""
    at_node: dict[int, list[int]] = {}
    for link, (a, b) in enumerate(zip(mains.start, mains.end, strict=True)):
        at_node.setdefault(a, []).append(link)
        at_node.setdefault(b, []).append(link)
    chosen: list[tuple[int, int, bool]] = [(link, node, False) for link, node in crossing]
    taken = set(crossing)
    for node in range(len(mains.place)):
        here = at_node.get(node, [])
        if mains.kind[node] == "junction" and len(here) >= 3:
            largest = max(here, key=lambda link: (mains.diameter[link], -link))
            chosen += [(link, node, True) for link in here if link != largest and (link, node) not in taken]
        if mains.kind[node] in ("tank", "source"):
            chosen += [(link, node, True) for link in here]
    link_of = np.array([c[0] for c in chosen], dtype=np.int64)
    node_of = np.array([c[1] for c in chosen], dtype=np.int64)
    lines = lines_of([mains.path[k] for k in link_of])
    forward = np.array([mains.start[k] == n for k, n in zip(link_of, node_of, strict=True)])
    length = shapely.length(lines)
    gap = np.minimum(3.0, length * 0.3)
    return {
        "link": link_of,
        "node": node_of,
        "diameter_mm": np.array(mains.diameter)[link_of],
        "is_open": np.array([c[2] for c in chosen]),
        "is_operable": rng.random(len(chosen)) > 0.06,
        "year_installed": rng.integers(1985, 2025, len(chosen)),
        "geom": shapely.line_interpolate_point(lines, np.where(forward, gap, length - gap)),
    }


def connect_buildings(
    supply: dict[str, Table], buildings: Table, units: Table, rng: np.random.Generator
) -> tuple[Table, Table]:
    """Return service connections from the nearest main to each building within reach, and their meters."""
    shapes: Column = buildings["geom"]
    lines = supply["water_links"]["geom"]
    usable = np.flatnonzero(supply["water_links"]["street"] >= 0)
    (index, found), gap = shapely.STRtree(lines[usable]).query_nearest(
        shapes, max_distance=70.0, return_distance=True, all_matches=False
    )
    found = usable[found]
    keep = (gap > 0.05) & (shapely.area(shapes[index]) > 40)
    index, found = index[keep], found[keep]
    geometry = shapely.shortest_line(lines[found], shapes[index])
    count = len(index)
    connections: Table = {
        "link": found,
        "building": index,
        "parcel": buildings["parcel"][index],
        "is_active": rng.random(count) > 0.03,
        "diameter_mm": np.where(
            buildings["floors"][index] > 3, 50, np.where(rng.random(count) < 0.3, 32, 25)
        ),
        "year_installed": np.maximum(buildings["year_built"][index].astype(np.int64), 1965),
        "geom": geometry,
    }
    return connections, _meters(index, units, rng)


def _meters(building: Ints, units: Table, rng: np.random.Generator) -> Table:
    """A meter for each unit of a connected building, at most six on a connection."""
    per_building = np.bincount(units["building"], minlength=int(np.max(building, initial=0)) + 1)
    count = np.clip(per_building[building], 1, 6)
    connection = np.repeat(np.arange(len(building)), count)
    day = rng.integers(0, 9000, len(connection))
    return {
        "connection": connection,
        "year_installed": (2001 + day // 365).astype(np.int64),
        "installed_on": np.datetime_as_string(np.datetime64("2001-01-01") + day, unit="D").astype(object),
        "serial_number": objects(
            [
                f"{a:02d}-{b:06d}"
                for a, b in zip(day // 365, rng.integers(0, 10**6, len(connection)), strict=True)
            ]
        ),
    }
