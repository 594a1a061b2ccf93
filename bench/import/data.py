"""300,000 polygons with 14 attributes on the Palestine Grid, as GeoPackage, shapefile, GeoParquet and COPY text."""

from pathlib import Path

import geopandas
import numpy as np
import pyarrow as pa
import pyogrio
import shapely

WORDS = np.array(["حي الزيتون", "شارع المدرسة", "قطعة", "Main street", "سكني", "تجاري", "صناعي", "زراعي"])
VERTICES = 8
INVALID_EVERY = 300_000


def make(folder: Path, count: int) -> dict[str, Path]:
    """Return the files, made at the first call; one polygon crosses itself."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {name: folder / f"polygons-{count}.{ending}" for name, ending in
             (("GPKG", "gpkg"), ("SHP", "shp"), ("PARQUET", "parquet"), ("COPY", "copy"))}  # fmt: skip
    if all(path.exists() for path in found.values()):
        return found
    random = np.random.default_rng(1)
    drawn = shapes(random, count)
    known = columns(random, count)
    table = pa.table({**known, "geom": pa.array(shapely.to_wkb(drawn), pa.binary())})
    for driver, name in (("GPKG", "GPKG"), ("ESRI Shapefile", "SHP")):
        pyogrio.write_arrow(table, found[name], driver=driver, layer="polygons", geometry_name="geom",
                            geometry_type="Polygon", crs="EPSG:28191", encoding="UTF-8")  # fmt: skip
    frame = geopandas.GeoDataFrame(pa.table(known).to_pandas(), geometry=drawn, crs="EPSG:28191")
    frame.to_parquet(found["PARQUET"])
    _copy_text(found["COPY"], known, drawn)
    return found


def shapes(random: np.random.Generator, count: int) -> np.ndarray:
    """Return that many polygons of eight vertices; the first crosses itself."""
    middle = np.stack([165_000 + random.random(count) * 20_000, 170_000 + random.random(count) * 20_000], -1)
    angle = np.linspace(0, 2 * np.pi, VERTICES, endpoint=False)
    radius = 5 + random.random((count, VERTICES)) * 5
    ring = middle[:, None] + radius[..., None] * np.stack([np.cos(angle), np.sin(angle)], -1)
    ring[0, [1, 5]] = ring[0, [5, 1]]
    return shapely.polygons(np.concatenate([ring, ring[:, :1]], 1))


def columns(random: np.random.Generator, count: int) -> dict[str, pa.Array]:
    """Return fourteen attributes, Arabic among them."""
    found = {"parcel_no": pa.array([str(n) for n in range(count)])}
    found |= {f"text{n}": pa.array(list(WORDS[random.integers(0, len(WORDS), count)])) for n in range(4)}
    found |= {f"whole{n}": pa.array(random.integers(0, 100_000, count).astype("int32")) for n in range(4)}
    found |= {f"real{n}": pa.array(random.random(count) * 1000) for n in range(4)}
    days = np.datetime64("2020-01-01") + random.integers(0, 1000, count).astype("timedelta64[D]")
    return found | {"day": pa.array(days.astype("datetime64[D]"))}


def _copy_text(path: Path, known: dict[str, pa.Array], drawn: np.ndarray) -> None:
    hexed = shapely.to_wkb(shapely.set_srid(drawn, 28191), hex=True, include_srid=True)
    with path.open("w", encoding="utf-8") as file:
        for row in zip(*(column.to_pylist() for column in known.values()), hexed, strict=True):
            file.write("\t".join(map(str, row)) + "\n")
