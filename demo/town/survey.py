"""What a later survey from the air found: footprints that agree with the register, and some that do not."""

import numpy as np
import shapely

from demo.town.footprints import Footprints
from demo.town.rebuilding import AGREES, rebuild_some
from demo.town.rings import Ints
from demo.town.tables import Column, Table, objects

ENLARGED, UNREGISTERED, HALF = 1, 2, 3
_GAP_M = 0.6


def survey_from_the_air(
    buildings: Table, extra: Footprints, plots: Column, rng: np.random.Generator
) -> Table:
    """Return footprints as seen: most of the register's, without those long gone, with those never registered.

    `verdict` is the truth about each, `building` the register's row or -1; `parcel` where it stands.
    Some buildings are seen as two, because a passage was cut through them: each half has its row;
    some are seen smaller, beside their old place, or as one with their neighbour.
    """
    whole = _survey(buildings, extra, rng)
    # A child of its own, so that what is drawn after the survey stays the same.
    child = rng.spawn(1)[0]
    return rebuild_some(_cut_some(whole, child), plots, child.spawn(1)[0])


def _survey(buildings: Table, extra: Footprints, rng: np.random.Generator) -> Table:
    count = len(buildings["geom"])
    draw = rng.random(count)
    ordinary = np.isin(buildings["use"], ["residential", "mixed", "commercial"])
    seen = np.flatnonzero(~((draw < 0.015) & ordinary))
    grown = ((draw > 0.975) & ordinary)[seen]
    shapes = buildings["geom"][seen].copy()
    shapes[grown] = shapely.simplify(shapely.buffer(shapes[grown], 2.1, join_style="mitre"), 0.05)
    shapes = shapely.transform(shapes, lambda points: np.round(points, 1))
    shapes = np.where(shapely.is_valid(shapes) & ~shapely.is_empty(shapes), shapes, buildings["geom"][seen])
    verdict = np.concatenate([np.where(grown, ENLARGED, AGREES), np.full(len(extra.shapes), UNREGISTERED)])
    everything = np.concatenate([shapes, extra.shapes])
    return {
        "building": np.concatenate([seen, np.full(len(extra.shapes), -1)]).astype(np.int64),
        "parcel": np.concatenate([buildings["parcel"][seen], extra.parcel]).astype(np.int64),
        "verdict": verdict.astype(np.int64),
        "height_m": np.round(
            np.concatenate([buildings["height_m"][seen], rng.uniform(3.2, 9.8, len(extra.shapes))]), 1
        ),
        "geom": objects(list(everything)),
    }


def _cut_some(seen: Table, rng: np.random.Generator) -> Table:
    """Cut a few of the larger footprints that agree with the register in two."""
    able = np.flatnonzero((seen["verdict"] == AGREES) & (shapely.area(seen["geom"]) > 80))
    chosen = able[rng.random(len(able)) < 0.012]
    halves = {int(k): parts for k in chosen if len(parts := _halves(seen["geom"][k])) == 2}
    rows = np.concatenate([np.arange(len(seen["geom"])), np.array(list(halves), dtype=np.int64)])
    cut = {name: column[rows] for name, column in seen.items()}
    for at, (k, parts) in enumerate(halves.items(), start=len(seen["geom"])):
        cut["geom"][k], cut["geom"][at] = parts
        cut["verdict"][[k, at]] = HALF
    return cut


def _halves(shape: shapely.Polygon) -> list[shapely.Polygon]:
    """Return the two parts beside a passage through the middle of a shape, across its longer side."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(shape))
    sides = np.hypot(*(corners[1:3] - corners[:2]).T)
    along = (corners[2] - corners[1] if sides[0] > sides[1] else corners[1] - corners[0]) / sides.min()
    middle, reach = corners[:4].mean(axis=0), sides.max()
    passage = shapely.LineString([middle - along * reach, middle + along * reach]).buffer(_GAP_M / 2)
    return [part for part in shapely.get_parts(shape.difference(passage)) if part.area > 20]


def unregistered_sites(land_use: Table, zone: Ints, rng: np.random.Generator) -> Ints:
    """Return the parcels, vacant in the register, on which somebody has built since."""
    vacant = np.flatnonzero((land_use["land_use"] == "vacant") & (zone > 0) & (zone < 5))
    return np.asarray(vacant[rng.random(len(vacant)) < 0.11])
