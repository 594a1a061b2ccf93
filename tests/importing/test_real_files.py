"""Real files of real municipalities go in whole, and hostile ones end as the golden table says.

These files are not part of the project: where they are not there (see `files.shared_data`), the
same paths are tested on files made on the spot, in the other modules.
"""

import csv
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from layers.importing import planning, rasters
from layers.importing.errors import ImportRefused
from layers.importing.reader.process import Reader
from layers.importing.reader.refusals import Refusal
from tests.importing import files
from tests.importing.loads import load

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parents[1] / "golden" / "import_outcomes.csv"
SLOWEST_S = 30.0

# file, layer, features as its publisher states, repaired
KNOWN = [
    ("cadastre/cambridge_ma/parcels_fy2014.gpkg", None, 13_116, 37),
    ("cadastre/cambridge_ma/zoning_districts.geojson", None, 261, None),
    ("cadastre/cambridge_ma/street_centerlines.geojson", None, 2_643, 0),
    ("utilities/sant_boi_giswater/sant_boi.gpkg", "plot", 258, 0),
    ("utilities/sant_boi_giswater/sant_boi.gpkg", "address", 472, 0),
    ("utilities/sant_boi_giswater/sant_boi.gpkg", "street_axis", 26, 0),
    ("utilities/sant_boi_giswater/sant_boi.gpkg", "water_pipe", 269, 0),
    ("utilities/sant_boi_giswater/sant_boi.gpkg", "sewer_conduit", 206, 0),
    ("osm_mena/aleppo_centre_osm.gpkg", "streets", 11_984, 0),
    ("osm_mena/aleppo_centre_osm.gpkg", "blocks_derived", 2_145, None),
    ("osm_mena/jordan_gov_osm.gpkg", None, 12, None),
    ("osm_mena/jordan_dis_osm.gpkg", None, 51, None),
    ("osm_mena/jordan_subdis_osm.gpkg", None, 89, None),
    ("osm_mena/ksar_hellal_sectors_osm.geojson", None, 14, None),
    ("osm_other/helsinki.osm.pbf", "points", 8_045, 0),
    ("osm_other/helsinki.osm.pbf", "lines", 3_818, 0),
    ("cadastre/prague_bubenec/bubenec.gpkg", "plots", 407, None),
    ("cadastre/prague_bubenec/bubenec.gpkg", "buildings", 144, 0),
    ("cadastre/prague_bubenec/bubenec.gpkg", "streets", 35, 0),
    ("cadastre/france_13029/cadastre_13029_A01.gpkg", "parcelle", 389, None),
    ("cadastre/france_13029/cadastre_13029_A01.gpkg", "batiment", 239, None),
    ("cadastre/france_13029/cadastre_13029_A01.gpkg", "numvoie", 54, 0),
    ("cadastre/cambridge_ma/parcels_fy2013.topojson", None, 13_159, None),
    ("cadastre/france_13029/edigeo-130290000A01.tar.bz2", "PARCELLE_id", 389, None),
    ("cadastre/france_13029/edigeo-130290000A01.tar.bz2", "BATIMENT_id", 239, None),
    ("cadastre/france_13029/edigeo-130290000A01.tar.bz2", "SUBDFISC_id", 31, None),
    ("formats_dxf_gdb/coutwildrnp.zip", None, 67, None),
    ("formats_dxf_gdb/test_upload_data.kml", None, 1, 0),
    ("formats_dxf_gdb/testopenfilegdb.gdb.zip", "polygon", 5, None),
    ("names_places/geonames_places_ps_jo_lb_tn.csv", None, 934, 0),
    ("sales_valuation/ames_sales.csv", None, 2_930, 0),
    ("sales_valuation/lucas_county_house_sales_1993_1996.gpkg", None, 15_947, 0),
    ("utilities/cambridge_infra/hydrants.geojson", None, 1_960, 0),
    ("utilities/cambridge_infra/street_lights.geojson", None, 6_117, 0),
    ("utilities/schutterwald_electricity/schutterwald_lv.gpkg", "bus", 2_940, 0),
    ("utilities/epanet/ky4.inp", "junctions", 959, 0),
    ("utilities/epanet/ky4.inp", "pipes", 1_156, 0),
    ("citizen_requests_dc/pothole-last-30-days.geojson", None, 599, None),
]


@pytest.mark.parametrize(
    ("name", "layer", "count", "repaired"), KNOWN, ids=lambda value: str(value).rpartition("/")[2]
)
def test_a_real_file_goes_in_with_the_count_that_its_publisher_states(
    name: str, layer: str | None, count: int, repaired: int | None
) -> None:
    for path in files.real_files(name):
        report = load(path, layer=layer, **({"srid": 3089} if path.suffix == ".inp" else {}))
        assert (report.read, report.loaded + report.refused) == (count, count)
        # One way of the Helsinki extract goes from a place to the same place.
        assert dict(report.refusals) == ({"line_without_length": 1} if layer == "lines" else {})
        if repaired is not None:
            assert report.repaired == repaired


def outcome(path: Path) -> str:
    """Return in one line what becomes of a file: refused and why, or the four counts."""
    try:
        with transaction.atomic():
            if path.suffix == ".tif":
                cells = taken(path)
                transaction.set_rollback(True)
                return f"raster {cells['width']}x{cells['height']}"
            report = load(path)
            transaction.set_rollback(True)
    except (ImportRefused, Refusal) as error:
        return f"refused {error.code}"
    return f"loaded {report.read}/{report.loaded} repaired {report.repaired} refused {report.refused}"


def taken(path: Path) -> dict[str, Any]:
    """Take a raster in, under the system that it names; return what is known of it."""
    with Reader(path) as reader:
        layer = reader.inspect(grid=settings.GRID_SRID)["layers"][0]
        return rasters.take(
            reader, planning.propose(layer, slug="cells"), layer, sha256="", told=lambda *_: None
        )


def golden(kind: str) -> list[tuple[str, str]]:
    """Return the table's rows of a kind: those of every run, or those of the long run."""
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        return [(row["file"], row["outcome"]) for row in csv.DictReader(file) if row["run"] == kind]


def wrong(kind: str) -> list[str]:
    """Return the files that end otherwise than the table says, or too late."""
    found = []
    for name, expected in golden(kind):
        for path in files.real_files(f"hostile/{name}"):
            began = time.monotonic()
            real = outcome(path)
            if real != expected or time.monotonic() - began > SLOWEST_S:
                found.append(f"{name}: {real}, not {expected}")
    return found


def test_hostile_files_end_as_the_golden_table_says() -> None:
    assert wrong("every") == []


@pytest.mark.long
def test_all_invalid_geojson_ends_as_the_golden_table_says() -> None:
    assert wrong("long") == []
