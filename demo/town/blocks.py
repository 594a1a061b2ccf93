"""From land between street centre lines to blocks between street edges."""

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.town.layout import Layout

_MOST_STREETS = 12


def shrink_to_kerbs(layout: Layout) -> NDArray[np.object_]:
    """Return each block's land without the half of every street along it; empty where nothing is left."""
    land = np.array([block.ring.polygon for block in layout.blocks], dtype=object)
    owner, lines, half = [], [], []
    for number, block in enumerate(layout.blocks):
        for street, line in block.ring.runs():
            if street >= 0:
                owner.append(number)
                lines.append(shapely.LineString(line))
                half.append(layout.streets[street].width / 2)
    if not owner:
        return land
    strips = shapely.buffer(np.array(lines, dtype=object), np.array(half), quad_segs=3)
    owners = np.array(owner)
    nth = np.arange(len(owners)) - np.searchsorted(owners, owners)
    for turn in range(int(nth.max()) + 1):
        here = owners[nth == turn]
        land[here] = shapely.difference(land[here], strips[nth == turn])
    return np.asarray(shapely.orient_polygons(_largest_parts(_cut_corners(land, layout))))


def _cut_corners(land: NDArray[np.object_], layout: Layout) -> NDArray[np.object_]:
    """Take off sharp tips, where no house would stand and no car could turn."""
    tip = np.array([0.4 if block.zone == 0 else 2.2 for block in layout.blocks])
    opened = shapely.buffer(shapely.buffer(land, -tip, join_style="mitre"), tip, quad_segs=2)
    return np.asarray(shapely.simplify(shapely.intersection(opened, land), 0.08))


def _largest_parts(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    parts, owner = shapely.get_parts(shapes, return_index=True)
    area = np.where(shapely.get_type_id(parts) == shapely.GeometryType.POLYGON, shapely.area(parts), 0)
    order = np.lexsort((-area, owner))
    _, first = np.unique(owner[order], return_index=True)
    largest = np.full(len(shapes), shapely.Polygon(), dtype=object)
    largest[owner[order][first]] = parts[order][first]
    shells = shapely.get_exterior_ring(largest)
    full = ~shapely.is_empty(largest) & (shapely.area(largest) > 1)
    largest[full] = shapely.polygons(shells[full])
    largest[~full] = shapely.Polygon()
    return np.asarray(largest)
