"""Real files of real municipalities go in whole, and hostile ones end as the golden table says.

These files are not part of the project: where they are not there (see `files.shared_data`), the
same paths are tested on files made on the spot, in the other modules.
"""

import csv
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

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
SLOWEST_S, LARGEST_MB = 30.0, 512

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
# The others whose count a README states; slower together than every run has time for.
FURTHER = [
    ("cadastre/cambridge_ma/zoning_overlays.geojson", None, 53),
    ("cadastre/cambridge_ma/residential_districts.geojson", None, 19),
    ("cadastre/cambridge_ma/commercial_districts.geojson", None, 11),
    ("cadastre/cambridge_ma/neighbourhoods.geojson", None, 13),
    ("cadastre/cambridge_ma/city_boundary.geojson", None, 1),
    ("cadastre/cambridge_ma/easements.geojson", None, 1_150),
    ("cadastre/cambridge_ma/sub_parcel_lines.geojson", None, 1_862),
    ("cadastre/prague_bubenec/bubenec.gpkg", "buildings", 144),
    ("cadastre/prague_bubenec/bubenec.gpkg", "streets", 35),
    ("cadastre/prague_bubenec/bubenec.gpkg", "tessellation", 144),
    ("citizen_requests_dc/illegal-dumping-last-30-days.geojson", None, 558),
    ("citizen_requests_dc/rodent-inspection-and-treatment-in-last-30-days.geojson", None, 318),
    ("citizen_requests_dc/graffiti-removal-last-30-days.geojson", None, 580),
    ("utilities/sant_boi_giswater/sant_boi.gpkg", "municipality", 2),
    ("utilities/sant_boi_giswater/sant_boi.gpkg", "address", 472),
    ("utilities/sant_boi_giswater/sant_boi.gpkg", "water_node", 238),
    ("utilities/sant_boi_giswater/sant_boi.gpkg", "water_connection", 477),
    ("utilities/sant_boi_giswater/sant_boi.gpkg", "water_link", 478),
    ("utilities/sant_boi_giswater/sant_boi.gpkg", "sewer_node", 196),
    ("utilities/sant_boi_giswater/sant_boi.gpkg", "sewer_connection", 471),
    ("utilities/sant_boi_giswater/sant_boi.gpkg", "sewer_gully", 231),
    ("utilities/sant_boi_giswater/sant_boi.gpkg", "sewer_link", 708),
    ("utilities/schutterwald_electricity/schutterwald_lv.gpkg", "line", 3_000),
    ("utilities/schutterwald_electricity/schutterwald_lv.gpkg", "load", 2_757),
    ("utilities/schutterwald_electricity/schutterwald_lv.gpkg", "trafo", 14),
    ("utilities/schutterwald_electricity/schutterwald_lv.gpkg", "switch", 378),
    ("utilities/cambridge_infra/drainage.geojson", None, 137),
    ("utilities/cambridge_infra/utility_poles.geojson", None, 2_457),
    ("utilities/cambridge_infra/litter_barrels.geojson", None, 990),
    ("osm_other/helsinki.osm.pbf", "multilinestrings", 233),
    ("osm_other/helsinki.osm.pbf", "multipolygons", 1_095),
    ("osm_other/helsinki_small_test.osm.pbf", "points", 114),
    ("osm_other/helsinki_small_test.osm.pbf", "lines", 339),
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


@pytest.mark.long
@pytest.mark.parametrize(("name", "layer", "count"), FURTHER)
def test_every_other_real_file_of_a_listed_format_goes_in_whole(
    name: str, layer: str | None, count: int
) -> None:
    for path in files.real_files(name):
        report = load(path, layer=layer)
        assert (report.read, report.loaded + report.refused) == (count, count), report.refusals


@pytest.mark.long
def test_every_real_raster_is_taken_or_refused_for_a_reason(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    known = {
        "ortho_cog_0p6m_pyeongchang_cc0.tif": "raster 1024x1024",
        "ortho_naip_rgba_0p6m_cog.tif": "raster 1024x2048",
        "sentinel2_tci_libya_100m_cog.tif": "raster 1098x1098",
        "RGB.byte.tif": "raster 791x718",
        "rmnp-dem.tif": "raster 152x187",
        "rmnp-rgb.tif": "raster 485x373",
        "RGB.byte.gcp.vrt": "refused format_unknown",
        "tiny_float_nan.tif": "refused crs_missing",
    }
    found = {path.name: outcome(path) for path in files.real_files(*(f"rasters/{name}" for name in known))}
    assert found == {name: known[name] for name in found}


@dataclass
class Watched:
    """What became of a file, and what it cost: seconds, the reader's and our own memory, traces left."""

    outcome: str
    seconds: float
    reader_mb: float
    grown_mb: float
    faults: list[str]


def watched(path: Path, folder: Path) -> Watched:
    """Take a hostile file in, and see that nothing is left of it anywhere but what was asked for."""
    WatchedReader.seen.clear()
    before, began, size = traces(folder), time.monotonic(), own_mb()
    real = outcome(path)
    seconds, grown = time.monotonic() - began, own_mb() - size
    faults = [f"{one} was left" for one in sorted(traces(folder) ^ before)]
    for reader in WatchedReader.seen:
        if not reader.is_sealed:
            faults.append("the network was within reach")
        if reader.is_apart and reader.packets:
            faults.append(f"{reader.packets} packets")
    return Watched(
        real, seconds, max((one.peak_mb for one in WatchedReader.seen), default=0.0), grown, faults
    )


class WatchedReader(Reader):
    """A reading process, with its largest memory and the packets that it sent or got before its end."""

    seen: ClassVar[list["WatchedReader"]] = []

    def __enter__(self) -> Self:
        self.seen.append(self)
        self.packets, self.peak_mb, self.is_apart, self.is_sealed = 0, 0.0, False, False
        return super().__enter__()

    def __exit__(self, *error: Any) -> None:
        pid = self._process.pid
        self.packets, self.peak_mb, self.is_sealed = packets(pid), peak_mb(pid), bool(self.locks)
        with suppress(OSError):  # it may have died
            self.is_apart = os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")
            # As the kernel has it: a namespace without interfaces, or a filter of calls in force.
            self.is_sealed = self.is_apart or "Seccomp:\t2" in Path(f"/proc/{pid}/status").read_text()
        super().__exit__(*error)


def packets(pid: int) -> int:
    """Return how many packets passed the interfaces that a process sees."""
    try:
        lines = Path(f"/proc/{pid}/net/dev").read_text().splitlines()[2:]
    except OSError:
        return 0
    counted = [line.partition(":")[2].split() for line in lines]
    return sum(int(one[1]) + int(one[9]) for one in counted)


def peak_mb(pid: int) -> float:
    """Return the most memory that a process ever had since it began its program; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def traces(folder: Path) -> set[str]:
    """Return every file in the place of media and of temporary files, and what lies beside the code."""
    return {str(one) for one in (*folder.rglob("*"), *settings.BASE_DIR.iterdir())}


def own_mb() -> float:
    """Return the memory of this process, which does what the worker does."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def outcome(path: Path) -> str:
    """Return in one line what becomes of a file: refused and why, or the four counts."""
    try:
        with transaction.atomic():
            if path.suffix == ".tif":
                cells = taken(path)
                transaction.set_rollback(True)
                return f"raster {cells['width']}x{cells['height']}"
            report = load(path, reader=WatchedReader)
            transaction.set_rollback(True)
    except (ImportRefused, Refusal) as error:
        return f"refused {error.code}"
    return f"loaded {report.read}/{report.loaded} repaired {report.repaired} refused {report.refused}"


def taken(path: Path) -> dict[str, Any]:
    """Take a raster in, under the system that it names; return what is known of it."""
    with WatchedReader(path) as reader:
        layer = reader.inspect(grid=settings.GRID_SRID)["layers"][0]
        return rasters.take(
            reader, planning.propose(layer, slug="cells"), layer, sha256="", told=lambda *_: None
        )


def golden(kind: str) -> list[tuple[str, str]]:
    """Return the table's rows of a kind: those of every run, or those of the long run."""
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        return [(row["file"], row["outcome"]) for row in csv.DictReader(file) if row["run"] == kind]


def wrong(kind: str, folder: Path) -> list[str]:
    """Return the files that end otherwise than the table says, too late, too large, or leave a trace."""
    found = []
    for name, expected in golden(kind):
        for path in files.real_files(f"hostile/{name}"):
            seen = watched(path, folder)
            print(
                f"{name}: {seen.seconds:.1f} s, {seen.reader_mb:.0f} + {seen.grown_mb:.0f} MB, {seen.outcome}"
            )
            if seen.outcome != expected:
                seen.faults.append(f"{seen.outcome}, not {expected}")
            if seen.seconds > SLOWEST_S or seen.reader_mb + max(seen.grown_mb, 0) > LARGEST_MB:
                seen.faults.append(f"{seen.seconds:.0f} s, {seen.reader_mb:.0f} + {seen.grown_mb:.0f} MB")
            found += [f"{name}: {fault}" for fault in seen.faults]
    return found


@pytest.fixture
def media(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty place for what is kept and for temporary files, where a hostile file may leave nothing."""
    settings.MEDIA_ROOT = tmp_path / "media"
    for one in (tmp_path / "media", tmp_path / "tmp"):
        one.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path


def test_hostile_files_end_as_the_golden_table_says(media: Path) -> None:
    assert wrong("every", media) == []


@pytest.mark.long
def test_all_invalid_geojson_ends_as_the_golden_table_says(media: Path) -> None:
    assert wrong("long", media) == []


@pytest.mark.long
def test_the_golden_table_names_every_hostile_file() -> None:
    for root in files.real_files("hostile"):
        kinds = (".geojson", ".gpkg", ".zip", ".csv", ".kml", ".dxf", ".tif", ".shp", ".osm", ".jpg", ".svg")
        there = {str(one.relative_to(root)) for one in root.rglob("*") if one.suffix in kinds}
        named = {name for kind in ("every", "long") for name, _outcome in golden(kind)}
        assert there - named == set()
