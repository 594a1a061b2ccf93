"""Blind alleys of the old core: short ways into the larger blocks that end among the houses."""

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.town.layout import LANE, Layout
from demo.town.zones import CORE_ID

WIDTH_M = 1.9
_LEAST_BLOCK_M2 = 430.0
_SHARE = 0.6


def open_alleys(
    layout: Layout, land: NDArray[np.object_], kept: NDArray[np.bool_], rng: np.random.Generator
) -> int:
    """Cut alleys into the land of core blocks that are not `kept` whole; return how many."""
    area = shapely.area(land)
    opened = 0
    for number, block in enumerate(layout.blocks):
        wanted = block.zone == CORE_ID and area[number] > _LEAST_BLOCK_M2 and not kept[number]
        if not wanted or rng.random() > _SHARE:
            continue
        edge = shapely.LinearRing(block.ring.points)
        start = np.array(edge.interpolate(rng.random() * edge.length).coords[0])
        middle = np.array(land[number].centroid.coords[0])
        way = middle - start
        bend = rng.uniform(-0.16, 0.16) * np.array([-way[1], way[0]])
        line = np.vstack([start, start + 0.5 * way + bend, start + rng.uniform(0.95, 1.2) * way])
        alley = shapely.LineString(line).buffer(WIDTH_M / 2, cap_style="flat", join_style="mitre")
        rest = shapely.orient_polygons(land[number].difference(alley))
        if rest.geom_type == "Polygon" and not rest.interiors and rest.area < area[number] - 8:
            land[number] = rest
            layout.add_street(line, LANE, WIDTH_M)
            opened += 1
    return opened
