"""Street lights: posts along the kerb, closer together where the street is narrow."""

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.town.graph import StreetGraph
from demo.town.layout import Layout
from demo.town.tables import Table, objects


def set_lights(graph: StreetGraph, lit: NDArray[np.bool_], layout: Layout, rng: np.random.Generator) -> Table:
    """Return lamp posts along the lit edges, changing sides from post to post."""
    place, street, power = [], [], []
    for edge in np.flatnonzero(lit):
        number = int(graph.street[edge])
        width = layout.streets[number].width
        spacing = 24.0 if width < 5 else 36.0
        path = graph.paths[edge]
        steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
        count = int(steps[-1] // spacing)
        if not count:
            continue
        at = (np.arange(count) + 0.5) * steps[-1] / count
        here = np.column_stack([np.interp(at, steps, path[:, k]) for k in (0, 1)])
        ahead = np.column_stack([np.interp(at + 1.0, steps, path[:, k]) for k in (0, 1)])
        behind = np.column_stack([np.interp(at - 1.0, steps, path[:, k]) for k in (0, 1)])
        way = ahead - behind
        way /= np.maximum(np.hypot(*way.T), 1e-9)[:, None]
        side = np.where((np.arange(count) + edge) % 2 == 0, 1.0, -1.0) * max(width / 2 - 0.5, 0.8)
        place.append(here + side[:, None] * np.column_stack([-way[:, 1], way[:, 0]]))
        street.append(np.full(count, number))
        power.append(np.full(count, 120 if width >= 12 else 70 if width >= 6 else 40))
    points = np.vstack(place) if place else np.empty((0, 2))
    count = len(points)
    lamp = rng.choice(3, count, p=[0.62, 0.32, 0.06])
    return {
        "lamp": objects([("led", "sodium", "mercury")[k] for k in lamp]),
        "power_w": np.where(lamp == 0, 1.0, 1.9) * np.concatenate([*power, np.empty(0)]) // 1,
        "street": np.concatenate([*street, np.empty(0, dtype=np.int64)]).astype(np.int64),
        "is_working": rng.random(count) > 0.05,
        "year_installed": np.where(
            lamp == 0, rng.integers(2014, 2026, count), rng.integers(1995, 2014, count)
        ),
        "geom": shapely.points(np.round(points, 2)),
    }
