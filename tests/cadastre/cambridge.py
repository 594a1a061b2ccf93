"""Real parcels: the town of Cambridge (public domain), where the shared data lie beside the checkout."""

import os
from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely

from cadastre.operations import Fabric

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("GISPORTAL_SHARED_DATA", ROOT.parent / "shared" / "data"))
PARCELS = SHARED / "cadastre" / "cambridge_ma" / "parcels_fy2014.gpkg"


@lru_cache
def parcels() -> np.ndarray:
    """Return the valid polygons in Massachusetts' state plane (metres), on the survey grid."""
    import pyogrio.raw
    import pyproj

    _meta, _ids, wkb, _fields = pyogrio.raw.read(PARCELS, columns=[])
    to_metres = pyproj.Transformer.from_crs(4326, 26986, always_xy=True)
    shapes = shapely.transform(shapely.from_wkb(wkb), to_metres.transform, interleaved=False)
    shapes = shapely.transform(shapes, lambda xy: np.round(xy, 4))
    return shapes[shapely.is_valid(shapes)]


@lru_cache
def neighbourhoods(count: int = 40, radius_m: float = 45) -> list[Fabric]:
    """Return pieces of town whose parcels match, each a fabric of 4 to 30 parcels."""
    shapes = parcels()
    tree = shapely.STRtree(shapes)
    rng = np.random.default_rng(2014)
    found: list[Fabric] = []
    for centre in rng.permutation(len(shapes)):
        place = shapes[centre].representative_point().buffer(radius_m)
        around = [
            n
            for n in tree.query(place, predicate="intersects")
            if shapes[n].geom_type in ("Polygon", "MultiPolygon")
        ]
        wrong = shapely.length(shapely.coverage_invalid_edges(shapes[around])) > 0
        kept = [n for n, bad in zip(around, wrong, strict=True) if not bad]
        if 4 <= len(kept) <= 30 and shapely.coverage_is_valid(shapes[kept]):
            found.append(Fabric({f"P{n}": shapes[n] for n in kept}))
        if len(found) == count:
            break
    return found
