"""Which street a piece of land lies on, where, and how the street runs there."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.town.noise import Floats
from demo.town.rings import Ints


@dataclass
class Fronts:
    """For each shape: its street, how far along that street, the place on it, and the street's bearing there."""

    street: Ints
    along: Floats
    place: Floats
    bearing: Floats


def find_fronts(shapes: NDArray[np.object_], centres: NDArray[np.object_], half_width: Floats) -> Fronts:
    """Return the street that each shape lies on: the one whose kerb is nearest, and of equals the wider."""
    tree = shapely.STRtree(centres)
    middle = shapely.centroid(shapes)
    # Kerbs, not centre lines, decide; so every street within reach is weighed by its own width.
    reach = 3.0 + float(np.max(half_width))
    who, street = tree.query(shapes, predicate="dwithin", distance=reach)
    gap = shapely.distance(shapes[who], centres[street]) - half_width[street]
    gap = np.where(gap < 0.6, -half_width[street] * 0.01, gap)
    order = np.lexsort((street, gap, who))
    found, first = np.unique(who[order], return_index=True)
    chosen = np.full(len(shapes), -1, dtype=np.int64)
    chosen[found] = street[order][first]
    lost = np.flatnonzero(chosen < 0)
    if len(lost):
        index, nearest = tree.query_nearest(shapes[lost], all_matches=False)
        chosen[lost[index]] = nearest
    lines = centres[chosen]
    along = shapely.line_locate_point(lines, middle)
    place = shapely.get_coordinates(shapely.line_interpolate_point(lines, along))
    total = shapely.length(lines)
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.minimum(along + 4, total)))
    behind = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(along - 4, 0)))
    return Fronts(chosen, along, place, np.arctan2(*(ahead - behind).T[::-1]))
