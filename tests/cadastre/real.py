"""Real parcels: Cambridge (public domain) and Cornillon (Licence Ouverte), where the shared data lie beside us."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import shapely

from cadastre.operations import Fabric

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("GISPORTAL_SHARED_DATA", ROOT.parent / "shared" / "data"))
# Where foreign land is put, as a whole: in the middle of the national grid's area of use.
MIDDLE = (170_000.0, 180_000.0)


@dataclass(frozen=True)
class Sheet:
    """A file of parcels: its layer, the system it is in, and the metric one it is measured in."""

    path: Path
    layer: str
    source: int
    metric: int

    @property
    def needed(self) -> pytest.MarkDecorator:
        """Return the mark of a test that needs the file."""
        return pytest.mark.skipif(not self.path.exists(), reason="the shared data are not there")


CAMBRIDGE = Sheet(SHARED / "cadastre" / "cambridge_ma" / "parcels_fy2014.gpkg", "parcels", 4326, 26986)
CORNILLON = Sheet(SHARED / "cadastre" / "france_13029" / "cadastre_13029_A01.gpkg", "parcelle", 2154, 2154)


@lru_cache
def parcels(sheet: Sheet = CAMBRIDGE) -> np.ndarray:
    """Return the valid polygons in metres, on the survey grid, in the middle of the national one."""
    import pyogrio.raw
    import pyproj

    _meta, _ids, wkb, _fields = pyogrio.raw.read(sheet.path, layer=sheet.layer, columns=[])
    to_metres = pyproj.Transformer.from_crs(sheet.source, sheet.metric, always_xy=True)
    shapes = shapely.transform(shapely.from_wkb(wkb), to_metres.transform, interleaved=False)
    west, south, east, north = shapely.total_bounds(shapes)
    shift = np.round(np.array(MIDDLE) - ((west + east) / 2, (south + north) / 2))
    shapes = shapely.transform(shapes, lambda xy: np.round(xy + shift, 4))
    return shapes[shapely.is_valid(shapes)]


@lru_cache
def neighbourhoods(sheet: Sheet = CAMBRIDGE, count: int = 40, radius_m: float = 45) -> list[Fabric]:
    """Return pieces of town whose parcels match, each a fabric of 4 to 30 parcels."""
    shapes = parcels(sheet)
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
            found.append(Fabric({f"p{n}": shapes[n] for n in kept}))
        if len(found) == count:
            break
    return found
