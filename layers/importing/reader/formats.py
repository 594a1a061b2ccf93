"""The formats that may be read: how a file of each looks, and the one GDAL driver that opens it.

A further format is one more `Format` here; what needs its own open options says so here too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from layers.importing.reader.refusals import Refusal

HEAD = 4096


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
DXF = Format("dxf", "DXF", "AutoCAD DXF", (".dxf",))
FORMATS = (GEOPACKAGE, SHAPEFILE, GEOJSON, OSM, DXF)
DRIVERS = tuple(one.driver for one in FORMATS)
ARCHIVE = "zip"

_FOREIGN = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"AC10", "DWG"),
    (b"PAR1", "Parquet"),
    (b"fgb", "FlatGeobuf"),
)
_MARKUP = re.compile(
    rb"<\s*(?:!doctype\s+)?(html|svg|kml|gml|gpx|osm|ogrvrtdatasource|wfs|[a-z]+)", re.IGNORECASE
)
_DXF = re.compile(rb"^\s*(999\s*[\r\n].*[\r\n]+\s*)*0\s*[\r\n]+\s*SECTION")


def by_id(format_id: str) -> Format:
    """Return the format of that id."""
    return next(one for one in FORMATS if one.id == format_id)


def claimed(name: str) -> str | None:
    """Return the id of the format that a file's name claims, `zip` for an archive, None for none of ours."""
    suffix = Path(name.lower()).suffix
    if suffix == ".zip":
        return ARCHIVE
    return next((one.id for one in FORMATS if suffix in one.suffixes), None)


def found(path: Path) -> str | None:
    """Return what the file's first bytes say it is: an id as of `claimed`, or a foreign format's name."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(b"SQLite format 3\0"):
        return GEOPACKAGE.id
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ARCHIVE
    if head[:4] == b"\x00\x00\x27\x0a":
        return SHAPEFILE.id
    if b"OSMHeader" in head[:64]:
        return OSM.id
    if head.startswith(b"AutoCAD Binary DXF"):
        return DXF.id
    foreign = next((name for magic, name in _FOREIGN if head.startswith(magic)), None)
    return foreign or _found_in_text(head)


def _found_in_text(head: bytes) -> str | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        return GEOJSON.id
    if text.startswith(b"<"):
        without_prolog = re.sub(rb"^(<\?.*?\?>|<!--.*?-->|\s+)+", b"", text, flags=re.DOTALL)
        match = _MARKUP.match(without_prolog)
        root = match.group(1).decode().lower() if match else "xml"
        return OSM.id if root == "osm" else root.upper()
    if _DXF.match(text):
        return DXF.id
    return None


def identify(path: Path, name: str) -> str:
    """Return the id of the format of a file called `name`, or refuse it: empty, foreign or misnamed."""
    if path.stat().st_size == 0:
        raise Refusal("file_empty", name=name)
    says, is_really = claimed(name), found(path)
    if says is None:
        raise Refusal("format_unknown", name=name)
    if says == is_really:
        return says
    if is_really is None:
        raise Refusal("file_damaged", name=name, format=_title(says))
    raise Refusal("format_misnamed", name=name, claimed=_title(says), found=_title(is_really))


def _title(format_id: str) -> str:
    return next((one.title for one in FORMATS if one.id == format_id), format_id)
