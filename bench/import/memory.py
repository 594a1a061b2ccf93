"""Whether memory stays flat: `bench/run import memory` loads 300,000, 1 and 3 million polygons of two formats."""

import json
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import data
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely

COUNTS = (300_000, 1_000_000, 3_000_000)
SLICE = 300_000


def main(folder: Path, load: Callable[[Path], tuple[float, float]]) -> None:
    """Print seconds and the largest memory for each size, and how far the largest is from the smallest."""
    for ending, write in WRITERS.items():
        peaks = []
        print(f"{ending:>12}{'s':>8}{'features/s':>12}{'RSS MB':>8}")
        for count in COUNTS:
            path = folder / f"many-{count}.{ending}"
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, count)
            seconds, rss_mb = load(path)
            path.unlink()
            peaks.append(rss_mb)
            print(f"{count:12,}{seconds:8.1f}{count / seconds:12,.0f}{rss_mb:8.0f}", flush=True)
        print(f"{COUNTS[-1]:,} take {peaks[-1] / peaks[0]:.2f} times the memory of {COUNTS[0]:,}")


def _slices(count: int) -> Iterator[pa.Table]:
    """Make the rows in slices, so that making the file takes no more memory than loading it."""
    random = np.random.default_rng(1)
    for begin in range(0, count, SLICE):
        size = min(SLICE, count - begin)
        shapes = pa.array(shapely.to_wkb(data.shapes(random, size)), pa.binary())
        yield pa.table({**data.columns(random, size), "geom": shapes})


def _geopackage(path: Path, count: int) -> None:
    for number, table in enumerate(_slices(count)):
        pyogrio.write_arrow(table, path, driver="GPKG", layer="polygons", geometry_name="geom",
                            geometry_type="Polygon", crs="EPSG:28191", append=number > 0)  # fmt: skip


def _geoparquet(path: Path, count: int) -> None:
    about = {
        "encoding": "WKB",
        "geometry_types": ["Polygon"],
        "crs": {"id": {"authority": "EPSG", "code": 28191}},
    }
    known = json.dumps({"version": "1.0.0", "primary_column": "geom", "columns": {"geom": about}})
    slices = _slices(count)
    first = next(slices)
    with pq.ParquetWriter(path, first.schema.with_metadata({"geo": known})) as writer:
        for table in chain([first], slices):
            writer.write_table(table.replace_schema_metadata({"geo": known}))


WRITERS = {"gpkg": _geopackage, "parquet": _geoparquet}
