"""The formats that may be read: how a file of each looks, and the one GDAL driver that opens it.

A further format is one more `Format` here; what needs its own open options says so here too.
"""

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from layers.importing.reader.refusals import Refusal

HEAD = 4096
PROLOG = 1 << 20


@dataclass(frozen=True)
class Format:
    """One readable format: `suffixes` of its main file, `sidecars` that belong to it, GDAL's driver."""

    id: str
    driver: str
    title: str
    suffixes: tuple[str, ...]
    sidecars: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    # Text arrives as the bytes of the file, in an encoding that must be found.
    raw_text: bool = False
    # Rows whose place is in columns that must be named.
    is_table: bool = False
    # Cells instead of features: read by rasterio, becomes a raster (see `rasters`).
    is_raster: bool = False


GEOPACKAGE = Format(
    "gpkg", "GPKG", "GeoPackage", (".gpkg",), options={"IMMUTABLE": "YES", "LIST_ALL_TABLES": "NO"}
)
SHAPEFILE = Format(
    "shp",
    "ESRI Shapefile",
    "Shapefile",
    (".shp",),
    sidecars=(".shx", ".dbf", ".prj", ".cpg"),
    options={"ENCODING": ""},
    raw_text=True,
)
GEOJSON = Format("geojson", "GeoJSON", "GeoJSON", (".geojson", ".json"), options={"NATIVE_DATA": "NO"})
OSM_OPTIONS = {
    "CONFIG_FILE": str(Path(__file__).with_name("osmconf.ini")),
    "TAGS_FORMAT": "JSON",
    "USE_CUSTOM_INDEXING": "NO",
}
OSM = Format("osm", "OSM", "OpenStreetMap", (".pbf", ".osm"), options=OSM_OPTIONS)
FILEGDB = Format("gdb", "OpenFileGDB", "Esri file geodatabase", (".gdb",), options={"LIST_ALL_TABLES": "NO"})
KML = Format("kml", "LIBKML", "KML", (".kml",))
GML = Format(
    "gml",
    "GML",
    "GML",
    (".gml", ".xml"),
    options={"READ_MODE": "STANDARD", "DOWNLOAD_SCHEMA": "NO", "WRITE_GFS": "NO"},
)
GPX = Format("gpx", "GPX", "GPX", (".gpx",))
FLATGEOBUF = Format("fgb", "FlatGeobuf", "FlatGeobuf", (".fgb",))
ESRIJSON = Format("esrijson", "ESRIJSON", "Esri JSON", (".json", ".esrijson"))
TOPOJSON = Format("topojson", "TopoJSON", "TopoJSON", (".topojson", ".json"))
EDIGEO = Format("edigeo", "EDIGEO", "EDIGEO", (".thf",))
DXF = Format("dxf", "DXF", "AutoCAD DXF", (".dxf",))
# Written anew like a drawing (see `networks`).
EPANET = Format("epanet", "", "EPANET", (".inp",))
# Arrow reads it; GDAL's wheel has no such driver.
PARQUET = Format("parquet", "", "GeoParquet", (".parquet", ".geoparquet"))
# Tables are first written anew (see `spreadsheets`), then GDAL reads them as CSV.
CSV_OPTIONS = {"AUTODETECT_TYPE": "YES", "AUTODETECT_SIZE_LIMIT": "0", "EMPTY_STRING_AS_NULL": "YES"}
CSV = Format("csv", "CSV", "CSV", (".csv", ".tsv", ".txt"), options=CSV_OPTIONS, is_table=True)
XLSX = Format("xlsx", "", "Excel", (".xlsx",), options=CSV_OPTIONS, is_table=True)
_WORLD = (".tfw", ".tifw", ".wld")
GEOTIFF = Format("tif", "", "GeoTIFF", (".tif", ".tiff"), sidecars=_WORLD, is_raster=True)
JPEG2000 = Format("jp2", "", "JPEG 2000", (".jp2", ".j2k"), sidecars=(".j2w", ".wld"), is_raster=True)
ECW = Format("ecw", "", "ECW", (".ecw",), is_raster=True)
FORMATS = (
    GEOPACKAGE, SHAPEFILE, GEOJSON, OSM, FILEGDB, KML, GML, GPX, FLATGEOBUF, ESRIJSON, TOPOJSON, EDIGEO, DXF,
    EPANET, PARQUET, CSV, XLSX, GEOTIFF, JPEG2000, ECW,
)  # fmt: skip
DRIVERS = tuple(one.driver for one in FORMATS if one.driver)
ARCHIVE = "zip"
TAR = "tar"
ARCHIVE_SUFFIXES = (".zip", ".kmz")
TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz")
# What a browser's file dialogue offers.
ACCEPTED = (
    *dict.fromkeys(s for one in FORMATS for s in one.suffixes if s != ".gdb"),
    *ARCHIVE_SUFFIXES,
    *TAR_SUFFIXES,
)

_FOREIGN = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"AC10", "DWG"),
    (b"\xd0\xcf\x11\xe0", "Microsoft Office 97"),
)
_BINARY = (
    (b"SQLite format 3\0", GEOPACKAGE.id),
    (b"PK\x03\x04", ARCHIVE),
    (b"PK\x05\x06", ARCHIVE),
    (b"\x00\x00\x27\x0a", SHAPEFILE.id),
    (b"PAR1", PARQUET.id),
    (b"fgb\x03", FLATGEOBUF.id),
    (b"II*\0", GEOTIFF.id),
    (b"MM\0*", GEOTIFF.id),
    (b"II+\0", GEOTIFF.id),
    (b"MM\0+", GEOTIFF.id),
    (b"\0\0\0\x0cjP  \r\n\x87\n", JPEG2000.id),
    (b"\xff\x4f\xff\x51", JPEG2000.id),
    (b"e\x02\x00", ECW.id),
    (b"ECWP", ECW.id),
    (b"AutoCAD Binary DXF", DXF.id),
    (b"\x1f\x8b", TAR),
    (b"BZh", TAR),
    (b"\xfd7zXZ\0", TAR),
)
_MARKUP = re.compile(
    rb"<\s*(?:!doctype\s+)?(html|svg|kml|gml|gpx|osm|ogrvrtdatasource|wfs|[a-z]+)", re.IGNORECASE
)
_DXF = re.compile(rb"^\s*(999\s*[\r\n].*[\r\n]+\s*)*0\s*[\r\n]+\s*SECTION")
_SECTIONS = re.compile(rb"^(\s*;.*[\r\n]+)*\s*\[(TITLE|JUNCTIONS|OPTIONS)\]", re.IGNORECASE)
_ESRI = re.compile(rb"\"(geometryType\"\s*:\s*\"esri|displayFieldName\"|spatialReference\")")


def by_id(format_id: str) -> Format:
    """Return the format of that id."""
    return next(one for one in FORMATS if one.id == format_id)


def claimed(name: str) -> frozenset[str]:
    """Return the ids of the formats that a file's name can mean; none for a name that is none of ours."""
    lower = name.lower()
    if lower.endswith(ARCHIVE_SUFFIXES):
        return frozenset((ARCHIVE,))
    if lower.endswith(TAR_SUFFIXES):
        return frozenset((TAR,))
    suffix = Path(lower).suffix
    return frozenset(one.id for one in FORMATS if suffix in one.suffixes)


def found(path: Path) -> str | None:
    """Return what the file's first bytes say it is: an id as of `claimed`, or a foreign format's name."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    known = next((kind for magic, kind in _BINARY if head.startswith(magic)), None)
    if known == ARCHIVE and _is_workbook(path):
        return XLSX.id
    if known:
        return known
    if b"OSMHeader" in head[:64]:
        return OSM.id
    if head[257:262] == b"ustar":
        return TAR
    foreign = next((name for magic, name in _FOREIGN if head.startswith(magic)), None)
    return foreign or _found_in_text(head)


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError):
        return False


def _found_in_text(head: bytes) -> str | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        return _found_in_json(text)
    if text.startswith(b"<"):
        return _found_in_markup(text)
    if _DXF.match(text):
        return DXF.id
    if _SECTIONS.match(text):
        return EPANET.id
    if text.startswith((b"BOMT", b"RTSSA")):
        return EDIGEO.id
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or (b"\0" not in head and re.search(rb"[\r\n]", text)):
        return CSV.id
    return None


def _found_in_json(text: bytes) -> str:
    if re.search(rb"\"type\"\s*:\s*\"Topology\"", text):
        return TOPOJSON.id
    return ESRIJSON.id if _ESRI.search(text) and b'"FeatureCollection"' not in text else GEOJSON.id


def _found_in_markup(text: bytes) -> str:
    without_prolog = re.sub(rb"^(<\?.*?\?>|<!--.*?-->|\s+)+", b"", text, flags=re.DOTALL)
    match = _MARKUP.match(without_prolog)
    root = match.group(1).decode().lower() if match else "xml"
    if root in (OSM.id, KML.id, GPX.id):
        return root
    return GML.id if b"http://www.opengis.net/gml" in text else root.upper()


def identify(path: Path, name: str) -> str:
    """Return the id of the format of a file called `name`, or refuse it: empty, foreign or misnamed."""
    if path.stat().st_size == 0:
        raise Refusal("file_empty", name=name)
    says, is_really = claimed(name), found(path)
    if not says:
        raise Refusal("format_unknown", name=name)
    if is_really in says:
        _refuse_declarations(path, is_really)
        return str(is_really)
    wanted = _title(min(says, key=_order))
    if is_really is None or (is_really == CSV.id and CSV.id not in says):
        raise Refusal("file_damaged", name=name, format=wanted)
    raise Refusal("format_misnamed", name=name, claimed=wanted, found=_title(is_really))


def _refuse_declarations(path: Path, kind: str | None) -> None:
    """Refuse XML that declares entities: no map needs them, and every attack through XML does."""
    if kind not in (KML.id, GML.id, GPX.id, OSM.id):
        return
    with path.open("rb") as file:
        head = file.read(PROLOG)
    if re.search(rb"<!(DOCTYPE|ENTITY)", head.replace(b"\0", b"")):
        raise Refusal("xml_declares_entities")


def _order(format_id: str) -> int:
    return next((index for index, one in enumerate(FORMATS) if one.id == format_id), -1)


def _title(format_id: str) -> str:
    return next((one.title for one in FORMATS if one.id == format_id), format_id)
