"""Whether memory stays flat: `bench/run import memory` loads 300,000, 1 and 3 million polygons, once each."""

from collections.abc import Callable
from pathlib import Path

import data
import numpy as np
import pyarrow as pa
import pyogrio
import shapely

COUNTS = (300_000, 1_000_000, 3_000_000)
SLICE = 300_000


def main(folder: Path, load: Callable[[Path], tuple[float, float]]) -> None:
    """Print seconds and the largest memory for each size, and how far the largest is from the smallest."""
    peaks = []
    print(f"{'polygons':>12}{'s':>8}{'features/s':>12}{'RSS MB':>8}")
    for count in COUNTS:
        path = folder / f"many-{count}.gpkg"
        if not path.exists():
            _make(path, count)
        seconds, rss_mb = load(path)
        path.unlink()
        peaks.append(rss_mb)
        print(f"{count:12,}{seconds:8.1f}{count / seconds:12,.0f}{rss_mb:8.0f}", flush=True)
    print(f"{COUNTS[-1]:,} take {peaks[-1] / peaks[0]:.2f} times the memory of {COUNTS[0]:,}")


def _make(path: Path, count: int) -> None:
    """Write the file in slices, so that making it takes no more memory than loading it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(1)
    for begin in range(0, count, SLICE):
        size = min(SLICE, count - begin)
        shapes = pa.array(shapely.to_wkb(data.shapes(random, size)), pa.binary())
        table = pa.table({**data.columns(random, size), "geom": shapes})
        pyogrio.write_arrow(table, path, driver="GPKG", layer="polygons", geometry_name="geom",
                            geometry_type="Polygon", crs="EPSG:28191", append=begin > 0)  # fmt: skip
