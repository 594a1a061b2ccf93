"""What comes to the town from outside its registers: contours, a survey from the air, rasters, old files."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import rasterio
import shapely
from django.conf import settings
from django.db import connection
from rasterio.shutil import copy as copy_raster
from rasterio.transform import Affine

from accounts.roles import STAFF_ROLES
from buildings.models import FindingKind, FootprintTruth
from core.instance import ROLES, data_dir
from core.text3 import Text3
from demo.loading.copying import copy_rows, multi
from demo.town.contours import contour_lines
from demo.town.picture import paint
from demo.town.town import Town
from layers.actions.datasets import prepare_dataset, register_dataset
from layers.actions.rasters import register_raster
from layers.collections import Field, FieldType
from layers.models import CatalogueEntry
from layers.opendata.publishing import public_views

FLOWN_ON = date(2026, 5, 14)
SOURCE = "GIS Portal demo"
FOLDER = "demo"
LICENCE = "CC BY 4.0"


@dataclass(frozen=True)
class Layer:
    """A dataset to be made: its table's columns as SQL types, and how the catalogue describes it."""

    slug: str
    geometry_type: str
    title: Text3
    columns: dict[str, str]
    fields: tuple[Field, ...]
    roles: tuple[str, ...]
    group: str
    is_shown: bool = False
    label: str = ""
    style: Sequence[dict[str, Any]] | None = None


CONTOURS = Layer(
    slug="contours",
    geometry_type="LineString",
    title=Text3("خطوط الكنتور", "Contours", "Courbes de niveau"),
    columns={"height_m": "integer", "is_index": "boolean"},
    fields=(
        Field(name="height_m", title=Text3("الارتفاع", "Height", "Altitude"), type=FieldType.INTEGER, unit="m", in_tile=True),
        Field(name="is_index", title=Text3("خط رئيسي", "Index contour", "Courbe maîtresse"), type=FieldType.BOOLEAN, in_tile=True),
    ),
    roles=("public",),
    group="streets",
    is_shown=True,
    label="height_m",
    style=(
        {"type": "line", "filter": ["==", ["get", "is_index"], False], "minzoom": 14.5,
         "paint": {"line-color": "#8B5E34", "line-width": 0.7, "line-opacity": 0.22}},
        {"type": "line", "filter": ["==", ["get", "is_index"], True], "minzoom": 12.5,
         "paint": {"line-color": "#8B5E34", "line-width": 1, "line-opacity": 0.42}},
    ),
)  # fmt: skip
FOOTPRINTS = Layer(
    slug="footprints-2026",
    geometry_type="MultiPolygon",
    title=Text3("مساقط المباني من التصوير الجوي 2026", "Building footprints from the air, 2026", "Emprises bâties vues du ciel, 2026"),
    columns={"height_m": "double precision", "flown_on": "date"},
    fields=(
        Field(name="height_m", title=Text3("الارتفاع", "Height", "Hauteur"), type=FieldType.NUMBER, unit="m", in_tile=True),
        Field(name="flown_on", title=Text3("تاريخ التصوير", "Flown on", "Date du vol"), type=FieldType.DATE),
    ),
    roles=tuple(sorted(STAFF_ROLES)),
    group="land",
)  # fmt: skip


def add_layers(town: Town) -> dict[str, int]:
    """Load the contours and the footprints as layers that were imported; return how many rows each got."""
    land = shapely.union_all(town.tables["towns"]["geom"], grid_size=0.001).buffer(120)
    interval = 5.0 if land.area < 40_000_000 else 10.0
    levels, lines = contour_lines(town.terrain, land, interval)
    contours = {"height_m": levels, "is_index": levels % int(5 * interval) == 0, "geom": lines}
    seen = town.tables["footprints"]
    footprints = {
        "height_m": seen["height_m"],
        "flown_on": np.full(len(seen["geom"]), FLOWN_ON.isoformat(), dtype=object),
        "geom": multi(seen["geom"]),
    }
    with _worker():
        return {
            "contours": _make(CONTOURS, contours),
            "footprints from the air": _make(FOOTPRINTS, footprints),
        }


def write_truth(town: Town) -> None:
    """Write down what the survey from the air truly found, so that comparing it is measured."""
    truth: Any = town.truth["buildings"]
    of_footprint = town.tables["footprints"]["building"]
    grown = [int(of_footprint[number - 1]) + 1 for number in truth["enlarged"]]
    FootprintTruth.objects.filter(layer=FOOTPRINTS.slug).delete()
    rows = [
        (kind, {column: number})
        for kind, column, numbers in (
            (FindingKind.NEW, "footprint", truth["unregistered"]), (FindingKind.GROWN, "building", grown),
            (FindingKind.GONE, "building", truth["registered_not_found"]),
            (FindingKind.SPLIT, "building", truth["seen_as_two"]),
            (FindingKind.SHRUNK, "building", truth["made_smaller"]),
            (FindingKind.CHANGED, "building", truth["rebuilt_beside"]),
        )
        for number in numbers
    ] + [
        (FindingKind.MERGED, {"footprint": one["footprint"], "building": building})
        for one in truth["seen_as_one"] for building in one["buildings"]
    ]  # fmt: skip
    FootprintTruth.objects.bulk_create(
        FootprintTruth(layer=FOOTPRINTS.slug, kind=kind, **named) for kind, named in rows
    )


@contextmanager
def _worker() -> Iterator[None]:
    """Act as the role that owns imported tables, where the database has it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_roles WHERE rolname = %s AND pg_has_role(current_user, oid, 'MEMBER')",
            [ROLES["worker"]],
        )
        known = cursor.fetchone() is not None
        if known:
            cursor.execute(f"SET LOCAL ROLE {ROLES['worker']}")
        yield
        if known:
            cursor.execute("RESET ROLE")


def _make(layer: Layer, columns: dict[str, Any]) -> int:
    relation = f"imported.demo_{layer.slug.replace('-', '_')}"
    typed = ", ".join(f"{name} {kind}" for name, kind in layer.columns.items())
    kind, grid, tile = layer.geometry_type, settings.GRID_SRID, settings.TILE_SRID
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {relation}")
        cursor.execute(
            f"CREATE TABLE {relation} (id bigint GENERATED BY DEFAULT AS IDENTITY, {typed}, "
            f"geom geometry({kind}, {grid}), geom_tile geometry({kind}, {tile}) "
            f"GENERATED ALWAYS AS (ST_Transform(ST_ForcePolygonCW(geom), {tile})) STORED)"
        )
        count = copy_rows(cursor, relation, {"id": np.arange(1, len(columns["geom"]) + 1), **columns})
        cursor.execute(f"ALTER TABLE {relation} ADD PRIMARY KEY (id)")
        cursor.execute(f"CREATE INDEX ON {relation} USING gist (geom)")
        cursor.execute(f"CREATE INDEX ON {relation} USING gist (geom_tile)")
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{relation}', 'id'), {count + 1}, false)")
        cursor.execute(f"ANALYZE {relation}")
    about: dict[str, Any] = {"source": SOURCE, "source_date": FLOWN_ON, "feature_count": count}
    if layer.style is not None:
        about["style"] = list(layer.style)
    register_dataset(
        slug=layer.slug,
        relation=relation,
        geometry_type=kind,
        fields=layer.fields,
        title=layer.title,
        label_field=layer.label,
        view_roles=layer.roles,
        **about,
    )
    prepare_dataset(slug=layer.slug)
    CatalogueEntry.objects.update_or_create(
        collection=layer.slug,
        defaults={"group_id": layer.group, "order": 60, "visible_by_default": layer.is_shown},
    )
    return count


def state_licences() -> None:
    """Put the layers that everybody sees under an open licence."""
    for one in public_views():
        CatalogueEntry.objects.update_or_create(
            collection=one.collection.id, defaults={"license": LICENCE, "source": SOURCE}
        )


def add_rasters(town: Town) -> None:
    """Enter the picture from the air and the terrain model in the catalogue."""
    land = shapely.union_all(town.tables["towns"]["geom"], grid_size=0.001)
    with TemporaryDirectory() as folder:
        image, heights = Path(folder) / "image.tif", Path(folder) / "heights.tif"
        picture = paint(town.terrain, town.tables, land, np.random.default_rng([town.seed, 4]))
        _write(image, picture.cells, picture.place, compress="JPEG", quality=82)
        terrain = town.terrain
        top = terrain.south + (len(terrain.heights) - 0.5) * terrain.step
        place = Affine(terrain.step, 0.0, terrain.west - terrain.step / 2, 0.0, -terrain.step, top)
        cells = np.ascontiguousarray(terrain.heights[::-1].astype(np.float32))[None]
        _write(heights, cells, place, compress="DEFLATE", predictor=3)
        register_raster(
            slug="orthophoto-2026", kind="image", file=image, taken_on=FLOWN_ON, source=SOURCE,
            title=Text3("صورة جوية 2026", "Aerial photograph 2026", "Photographie aérienne 2026"),
        )  # fmt: skip
        register_raster(
            slug="terrain", kind="elevation", file=heights, taken_on=FLOWN_ON, source=SOURCE, order=20,
            title=Text3("نموذج الارتفاعات", "Terrain model", "Modèle de terrain"),
        )  # fmt: skip


def _write(path: Path, cells: Any, place: Any, **options: Any) -> None:
    """Write cells as a cloud-optimised GeoTIFF in the national grid."""
    bands, rows, columns = cells.shape
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="GTiff", width=columns, height=rows, count=bands, dtype=cells.dtype,
            crs=f"EPSG:{settings.GRID_SRID}", transform=place, tiled=True,
        ) as raster:  # fmt: skip
            raster.write(cells)
        with memory.open() as raster:
            copy_raster(raster, path, driver="COG", overview_resampling="average", **options)


def write_files(town: Town) -> Path:
    """Write the truth about the town and the old pipe survey into the instance folder; return the folder."""
    folder = data_dir() / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    _write_json(data_dir() / "demo_truth.json", town.truth)
    raw = town.tables["raw_pipes"]
    features = []
    for k, line in enumerate(raw["line"]):
        properties = {name: raw[name][k] for name in ("id", "kind", "diameter", "invert_start", "invert_end")}
        geometry = {"type": "LineString", "coordinates": np.round(line, 3).tolist()}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{settings.GRID_SRID}"}}
    _write_json(
        folder / "old_pipe_survey.geojson", {"type": "FeatureCollection", "crs": crs, "features": features}
    )
    return folder


def _write_json(path: Path, content: Any) -> None:
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    partial.replace(path)
