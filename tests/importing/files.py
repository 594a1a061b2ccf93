"""Small real files for tests, drawn on the 100 m grid of the Palestine Grid near Nablus."""

import os
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import shapely
from django.conf import settings

GRID = 28191
EAST, NORTH = 174_000, 180_000


def square(column: int, row: int, size: float = 100) -> Any:
    """Return a square of the 100 m grid."""
    x, y = EAST + 100 * column, NORTH + 100 * row
    return shapely.box(x, y, x + size, y + size)


def bow_tie(column: int, row: int) -> Any:
    """Return an outline that crosses itself."""
    x, y = EAST + 100 * column, NORTH + 100 * row
    return shapely.Polygon([(x, y), (x + 100, y + 100), (x + 100, y), (x, y + 100)])


def frame(shapes: Sequence[Any], crs: Any = GRID, **columns: Sequence[Any]) -> gpd.GeoDataFrame:
    """Return a table of shapes with attributes."""
    return gpd.GeoDataFrame({**columns}, geometry=list(shapes), crs=crs)


def parcels(count: int = 9) -> gpd.GeoDataFrame:
    """Return squares with an Arabic owner, a number and an area."""
    return frame(
        [square(n % 10, n // 10) for n in range(count)],
        parcel_no=[f"{n}/1" for n in range(count)],
        owner=["آمنة بنت عيسى النابلسيّ"] * count,
        area=[10_000.0 + n for n in range(count)],
        floors=list(range(count)),
    )


def geopackage(path: Path, table: gpd.GeoDataFrame, layer: str = "parcels", **how: Any) -> Path:
    """Write a GeoPackage, or one more layer into it."""
    pyogrio.write_dataframe(table, path, layer=layer, driver="GPKG", **how)
    return path


def shapefile_zip(
    folder: Path,
    table: gpd.GeoDataFrame,
    *,
    name: str = "parcels",
    encoding: str = "UTF-8",
    without: Sequence[str] = (),
) -> Path:
    """Write a shapefile and pack it, leaving out parts by suffix (".cpg", ".prj", …)."""
    shapes = folder / "shp"
    shapes.mkdir(exist_ok=True)
    pyogrio.write_dataframe(table, shapes / f"{name}.shp", driver="ESRI Shapefile", encoding=encoding)
    packed = folder / f"{name}.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(shapes.iterdir()):
            if part.suffix not in without:
                archive.write(part, part.name)
    return packed


def geojson(path: Path, text: str) -> Path:
    """Write a GeoJSON as it stands."""
    path.write_text(text, encoding="utf-8")
    return path


def shared_data() -> Path | None:
    """Return the folder of real files where there is one: $GISPORTAL_TEST_DATA, or beside the checkout."""
    named = os.environ.get("GISPORTAL_TEST_DATA")
    beside = [one / "shared" / "data" for one in list(settings.BASE_DIR.parents)[:2]]
    return next((one for one in ([Path(named)] if named else beside) if one.is_dir()), None)


def real_files(*names: str) -> Iterator[Path]:
    """Yield those of the named real files that are there."""
    root = shared_data()
    for name in names if root else ():
        path = Path(root or "") / name
        if path.exists():
            yield path
