"""What a later survey from the air found: footprints that agree with the register, and some that do not."""

import numpy as np
import shapely

from demo.town.footprints import Footprints
from demo.town.rings import Ints
from demo.town.tables import Table, objects

AGREES, ENLARGED, UNREGISTERED = 0, 1, 2


def survey_from_the_air(buildings: Table, extra: Footprints, rng: np.random.Generator) -> Table:
    """Return footprints as seen: most of the register's, without those long gone, with those never registered.

    `verdict` is the truth about each, `building` the register's row or -1; `parcel` where it stands.
    """
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


def unregistered_sites(land_use: Table, zone: Ints, rng: np.random.Generator) -> Ints:
    """Return the parcels, vacant in the register, on which somebody has built since."""
    vacant = np.flatnonzero((land_use["land_use"] == "vacant") & (zone > 0) & (zone < 5))
    return np.asarray(vacant[rng.random(len(vacant)) < 0.11])
