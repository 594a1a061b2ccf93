"""From land between street centre lines to blocks between street edges."""

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.town.layout import Layout

_WORTH_KEEPING_M2 = 80.0


def shrink_to_kerbs(layout: Layout) -> NDArray[np.object_]:
    """Return each block's land without the half of every street along it; empty where nothing is left.

    Where streets pinch a block in two, its other parts are added to the layout as blocks of their own.
    """
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
    for turn in range(int(np.max(nth)) + 1):
        here = owners[nth == turn]
        land[here] = shapely.difference(land[here], strips[nth == turn])
    opened = _cut_corners(land, layout)
    largest, spare, owner_of_spare = _parts(opened)
    layout.blocks += [replace(layout.blocks[k]) for k in owner_of_spare]
    return np.asarray(shapely.orient_polygons(np.concatenate([largest, spare])))


def _cut_corners(land: NDArray[np.object_], layout: Layout) -> NDArray[np.object_]:
    """Take off sharp tips, where no house would stand and no car could turn."""
    tip = np.array([0.4 if block.zone == 0 else 2.2 for block in layout.blocks])
    opened = shapely.buffer(shapely.buffer(land, -tip, join_style="mitre"), tip, quad_segs=2)
    return np.asarray(shapely.simplify(shapely.intersection(opened, land), 0.08))


def _parts(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.int64]]:
    """Return the largest part of each shape without holes, and further parts worth keeping with their owners."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    area = np.where(shapely.get_type_id(parts) == shapely.GeometryType.POLYGON, shapely.area(parts), 0)
    order = np.lexsort((-area, owner))
    parts, owner, area = parts[order], owner[order], area[order]
    full = area > 1
    parts[full] = shapely.polygons(shapely.get_exterior_ring(parts[full]))
    first = np.concatenate([[True], owner[1:] != owner[:-1]]) & full
    largest = np.full(len(shapes), shapely.Polygon(), dtype=object)
    largest[owner[first]] = parts[first]
    further = ~first & (area > _WORTH_KEEPING_M2)
    return largest, parts[further], owner[further]
