"""Sewers that fall all the way to an outfall in the wadi, and storm drains along the main roads."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.town.graph import StreetGraph, beside, evenly, lines_of, pieces
from demo.town.layout import Layout
from demo.town.noise import Floats
from demo.town.rings import Ints
from demo.town.tables import Table, objects
from demo.town.terrain import Terrain

_COVER_M = 1.5
_DEEPEST_M = 7.0
_LEAST_SLOPE = 0.006
_MANHOLE_M = 45.0
_APART_M = 260.0


@dataclass
class _Sewers:
    """Sewers under construction."""

    place: list[Floats] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    system: list[str] = field(default_factory=list)
    cover: list[float] = field(default_factory=list)
    bottom: list[float] = field(default_factory=list)
    links: list[tuple[int, int, Floats, int, str, float, float]] = field(default_factory=list)

    def node(self, place: Floats, kind: str, system: str, cover: float, bottom: float) -> int:
        self.place.append(place)
        self.kind.append(kind)
        self.system.append(system)
        self.cover.append(round(cover, 2))
        self.bottom.append(bottom)
        return len(self.place) - 1


@dataclass(frozen=True)
class _Tree:
    """Which way each node drains: the next node, the edge to it, and the nodes from the top down.

    `dip` is, for each edge, the level that a pipe under its lowest ground may have at most.
    """

    parent: Ints
    by: Ints
    order: Ints
    dip: Floats


def lay_sewers(
    graph: StreetGraph, wanted: Ints, layout: Layout, terrain: Terrain, rng: np.random.Generator
) -> dict[str, Table]:
    """Return sanitary sewers for the nodes wanted, as far as gravity allows, and storm drains."""
    height = terrain.height(graph.nodes[:, 0], graph.nodes[:, 1])
    outfalls = _outfalls(graph, height)
    rise = np.maximum(height[graph.end] - height[graph.start], 0)
    fall = np.maximum(height[graph.start] - height[graph.end], 0)
    far, parent, by = graph.shortest_from(outfalls, graph.length + 45 * rise, graph.length + 45 * fall)
    tree = _Tree(parent, by, np.argsort(-far, kind="stable"), _dips(graph, terrain))
    ranks = np.array([street.rank for street in layout.streets], dtype=object)[graph.street]
    sewers = _Sewers()
    drained = _drained(tree, wanted[np.isfinite(far[wanted])], graph, height)
    _lay(sewers, "sanitary", graph, tree, drained, terrain, height, -1.2)
    roads = np.unique(np.concatenate([graph.start[ranks == "main"], graph.end[ranks == "main"]]))
    roads = roads[np.isfinite(far[roads])]
    _lay(sewers, "storm", graph, tree, _drained(tree, roads, graph, height), terrain, height, 2.6)
    return _tables(sewers, rng)


def _outfalls(graph: StreetGraph, height: Floats) -> Ints:
    """Low places of the street graph, well apart: where the streets come down to a wadi."""
    lowest_neighbour = height.copy()
    np.minimum.at(lowest_neighbour, graph.start, height[graph.end])
    np.minimum.at(lowest_neighbour, graph.end, height[graph.start])
    hollow = np.flatnonzero((lowest_neighbour >= height) & (height < np.quantile(height, 0.6)))
    order = hollow[np.argsort(height[hollow], kind="stable")]
    chosen: list[int] = [int(np.argmin(height))]
    for node in order:
        if np.hypot(*(graph.nodes[chosen] - graph.nodes[node]).T).min() > _APART_M:
            chosen.append(int(node))
    return np.array(chosen)


def _drained(tree: _Tree, wanted: Ints, graph: StreetGraph, height: Floats) -> NDArray[np.bool_]:
    """Return which nodes a sewer serves or passes; what would need too deep a trench is left out."""
    on = np.zeros(len(tree.parent), dtype=bool)
    for node in wanted:
        k = int(node)
        while k >= 0 and not on[k]:
            on[k] = True
            k = int(tree.parent[k])
    level = np.round(height - _COVER_M, 2)
    lost = np.zeros(len(on), dtype=bool)
    for node in tree.order:
        parent = tree.parent[node]
        if on[node] and parent >= 0:
            below = min(level[node] - _drop(tree, graph, int(node)), tree.dip[tree.by[node]] - 0.1)
            if height[parent] - below > _DEEPEST_M:
                lost[node] = True
            else:
                level[parent] = min(level[parent], below)
    for node in tree.order[::-1]:
        parent = tree.parent[node]
        lost[node] |= parent >= 0 and lost[parent]
    return on & ~lost


def _dips(graph: StreetGraph, terrain: Terrain) -> Floats:
    """The level under the lowest ground along each edge."""
    lines = lines_of(graph.paths)
    lowest = np.full(len(lines), np.inf)
    for part in np.linspace(0, 1, 13):
        at = shapely.get_coordinates(shapely.line_interpolate_point(lines, part, normalized=True))
        lowest = np.minimum(lowest, terrain.height(at[:, 0], at[:, 1]))
    return lowest - _COVER_M


def _drop(tree: _Tree, graph: StreetGraph, node: int) -> float:
    """How far the pipe falls at least from a node to the next, in metres."""
    return 0.05 + _LEAST_SLOPE * float(graph.length[tree.by[node]])


def _inverts(tree: _Tree, on: NDArray[np.bool_], graph: StreetGraph, height: Floats) -> Floats:
    """The level of the pipe at each node: under the ground, and under every pipe that comes in."""
    level = np.round(height - _COVER_M, 2)
    for node in tree.order:
        parent = tree.parent[node]
        if on[node] and parent >= 0:
            below = min(level[node] - _drop(tree, graph, int(node)), tree.dip[tree.by[node]] - 0.1)
            level[parent] = min(level[parent], round(below, 2))
    return level


def _lay(
    sewers: _Sewers,
    system: str,
    graph: StreetGraph,
    tree: _Tree,
    on: NDArray[np.bool_],
    terrain: Terrain,
    height: Floats,
    offset: float,
) -> None:
    level = _inverts(tree, on, graph, height)
    number: dict[int, int] = {}
    for node in np.flatnonzero(on):
        kind = "outfall" if tree.parent[node] < 0 else "manhole"
        number[int(node)] = sewers.node(
            graph.nodes[node], kind, system, float(height[node]), float(level[node])
        )
    load = on.astype(np.int64)
    for node in tree.order:
        if on[node] and tree.parent[node] >= 0:
            load[tree.parent[node]] += load[node]
    for node in np.flatnonzero(on):
        parent = int(tree.parent[node])
        if parent >= 0:
            edge = int(tree.by[node])
            path = graph.paths[edge] if graph.start[edge] == node else graph.paths[edge][::-1]
            # The offset is to a side of the street, whichever way the water runs in it.
            side = offset if graph.start[edge] == node else -offset
            size = int(np.searchsorted([12, 50, 160, 500], load[node]))
            _reach(
                sewers,
                system,
                beside(path, side),
                (number[int(node)], number[parent]),
                (200, 250, 315, 400, 500)[size],
                terrain,
            )


def _reach(
    sewers: _Sewers, system: str, path: Floats, ends: tuple[int, int], diameter: int, terrain: Terrain
) -> None:
    """One street's sewer from node to node, with manholes at intervals and an even fall between."""
    run = float(np.hypot(*np.diff(path, axis=0).T).sum())
    stops = evenly(run, _MANHOLE_M)
    top, foot = sewers.bottom[ends[0]], sewers.bottom[ends[1]]
    foot = min(top - 0.03, foot + 0.02) if foot < top - 0.05 else foot
    parts = pieces(path, stops)
    levels = [top]
    nodes = [ends[0]]
    for part, at in zip(parts, stops, strict=False):
        ground = float(terrain.height(part[-1:, 0], part[-1:, 1])[0])
        even = top + (foot - top) * at / run
        left = len(stops) - len(nodes) + 1
        level = round(min(levels[-1] - 0.01, max(foot + 0.01 * left, min(even, ground - _COVER_M))), 2)
        nodes.append(sewers.node(part[-1], "manhole", system, ground, level))
        levels.append(level)
    nodes.append(ends[1])
    levels.append(round(min(foot, levels[-1] - 0.01), 2))
    for k, part in enumerate(parts):
        sewers.links.append((nodes[k], nodes[k + 1], part, diameter, system, levels[k], levels[k + 1]))


def _tables(sewers: _Sewers, rng: np.random.Generator) -> dict[str, Table]:
    links = sewers.links
    count = len(links)
    system = objects([link[4] for link in links])
    plastic = rng.random(count) < 0.6
    return {
        "sewer_nodes": {
            "kind": objects(sewers.kind), "system": objects(sewers.system),
            "cover_level_m": np.array(sewers.cover), "bottom_level_m": np.array(sewers.bottom),
            "geom": shapely.points(np.array(sewers.place)),
        },
        "sewer_links": {
            "start_node": np.array([link[0] for link in links]), "end_node": np.array([link[1] for link in links]),
            "system": system, "diameter_mm": np.array([link[3] for link in links]),
            "material": objects(["pvc" if p else "concrete" for p in plastic]),
            "start_invert_m": np.array([link[5] for link in links]), "end_invert_m": np.array([link[6] for link in links]),
            "year_installed": rng.integers(1992, 2025, count), "geom": lines_of([link[2] for link in links]),
        },
    }  # fmt: skip
