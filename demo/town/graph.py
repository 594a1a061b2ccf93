"""Streets as a graph: nodes where they meet or end, edges between, as pipes and lights need it."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from demo.town.layout import Street
from demo.town.noise import Floats
from demo.town.rings import Ints

_SAME_PLACE_M = 0.5


@dataclass
class StreetGraph:
    """Nodes (n, 2) and edges: the nodes at each end, the street, the vertices from start to end."""

    nodes: Floats
    start: Ints
    end: Ints
    street: Ints
    paths: list[Floats]
    length: Floats

    def shortest_from(self, sources: Ints, forward: Floats, backward: Floats) -> tuple[Floats, Ints, Ints]:
        """Return each node's distance to its nearest source, the next node on the way there, and the edge.

        `forward` is the cost of an edge travelled from its start to its end, `backward` the other way.
        """
        n, count = len(self.nodes), len(self.start)
        edge = np.concatenate([np.arange(count), np.arange(count)])
        tail, head = np.concatenate([self.start, self.end]), np.concatenate([self.end, self.start])
        # Searched from the sources outwards, so each step is travelled against the way that is paid for.
        cost = np.concatenate([backward, forward])
        order = np.lexsort((edge, cost, head, tail))
        pair = tail[order] * n + head[order]
        first = np.concatenate([[True], pair[1:] != pair[:-1]])
        kept = order[first]
        matrix = csr_matrix((cost[kept], (tail[kept], head[kept])), shape=(n, n))
        far, before, _ = dijkstra(matrix, indices=sources, return_predecessors=True, min_only=True)
        picked = dict(zip(pair[first].tolist(), edge[kept].tolist(), strict=True))
        parent = np.where(before < 0, -1, before).astype(np.int64)
        by = np.array(
            [picked[p * n + k] if p >= 0 else -1 for k, p in enumerate(parent.tolist())], dtype=np.int64
        )
        return far, parent, by


def build_graph(streets: list[Street]) -> StreetGraph:
    """Return the graph of streets whose ends lie on one another."""
    lines = np.array([shapely.LineString(street.line) for street in streets], dtype=object)
    ends = np.vstack([[street.line[0], street.line[-1]] for street in streets])
    node_of_end, nodes = _same_places(ends)
    who, touched = shapely.STRtree(lines).query(shapely.points(ends), predicate="dwithin", distance=0.02)
    other = touched != who // 2
    who, touched = who[other], touched[other]
    at = shapely.line_locate_point(lines[touched], shapely.points(ends[who]))
    order = np.lexsort((at, touched))
    who, touched, at = who[order], touched[order], at[order]
    bounds = np.searchsorted(touched, np.arange(len(streets) + 1))
    start: list[int] = []
    end: list[int] = []
    owner: list[int] = []
    paths: list[Floats] = []
    for k, street in enumerate(streets):
        here = slice(bounds[k], bounds[k + 1])
        steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(street.line, axis=0).T))])
        stops = [(0.0, int(node_of_end[2 * k]))]
        stops += [(float(a), int(node_of_end[w])) for a, w in zip(at[here], who[here], strict=True)]
        stops.append((float(steps[-1]), int(node_of_end[2 * k + 1])))
        for (a, one), (b, two) in pairwise(stops):
            if one == two or b - a < 1e-6:
                continue
            inside = (steps > a + 0.3) & (steps < b - 0.3)
            start.append(one)
            end.append(two)
            owner.append(k)
            paths.append(np.vstack([nodes[one], street.line[inside], nodes[two]]))
    length = np.array([float(np.hypot(*np.diff(path, axis=0).T).sum()) for path in paths])
    return StreetGraph(nodes, np.array(start), np.array(end), np.array(owner), paths, length)


def _same_places(points: Floats) -> tuple[Ints, Floats]:
    """Number places, those closer than half a metre as one; return each point's number and the places."""
    pairs = cKDTree(points).query_pairs(_SAME_PLACE_M, output_type="ndarray")
    ones = np.ones(len(pairs))
    links = coo_matrix((ones, (pairs[:, 0], pairs[:, 1])), shape=(len(points), len(points)))
    _, label = connected_components(links, directed=False)
    _, first, number = np.unique(label, return_index=True, return_inverse=True)
    return number.astype(np.int64), np.round(points[first], 3)


def beside(path: Floats, offset: float) -> Floats:
    """Return a path shifted sideways (left if positive) except at its two ends, which stay where they are."""
    if len(path) < 2 or float(np.hypot(*np.diff(path, axis=0).T).sum()) < 30:
        return path
    line = shapely.LineString(path)
    run = line.length
    inner = [line.interpolate(3.5), line.interpolate(run - 3.5)]
    steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    middle = path[(steps > 5) & (steps < run - 5)]
    bent = np.vstack(
        [path[0], shapely.get_coordinates(inner[0]), middle, shapely.get_coordinates(inner[1]), path[-1]]
    )
    way = bent[2:] - bent[:-2]
    way /= np.maximum(np.hypot(*way.T), 1e-9)[:, None]
    bent[1:-1] += offset * np.column_stack([-way[:, 1], way[:, 0]])
    return np.asarray(np.round(bent, 3))


def pieces(path: Floats, cuts: list[float]) -> list[Floats]:
    """Return a path cut at the given distances along it; the pieces share the places of the cuts."""
    steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    marks = [0.0, *cuts, float(steps[-1])]
    places = [np.round([np.interp(m, steps, path[:, 0]), np.interp(m, steps, path[:, 1])], 3) for m in marks]
    places[0], places[-1] = path[0], path[-1]
    return [
        np.vstack([places[k], path[(steps > marks[k] + 0.05) & (steps < marks[k + 1] - 0.05)], places[k + 1]])
        for k in range(len(marks) - 1)
    ]


def evenly(length: float, spacing: float) -> list[float]:
    """Return distances that cut a length into equal parts of at most about `spacing`."""
    parts = max(1, round(length / spacing))
    return [length * k / parts for k in range(1, parts)]


def lines_of(paths: list[Floats]) -> NDArray[np.object_]:
    """Return paths as line shapes."""
    if not paths:
        return np.empty(0, dtype=object)
    owner = np.repeat(np.arange(len(paths)), [len(path) for path in paths])
    return np.asarray(shapely.linestrings(np.vstack(paths), indices=owner))
