"""The formats that a layer can be exported to; `FORMATS` finds one by the ending of a file's name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Unprocessable
from layers.access import View
from layers.exporting import arrow, drawing, plain
from layers.exporting.features import Source
from layers.exporting.notes import Written
from layers.features.asked import Where
from layers.grids import stored_srid

WGS84 = 4326
MOST_SHEET_ROWS = 1_048_575


@dataclass(frozen=True)
class Format:
    """One format: the ending of its files, its name, its media type, how it is written.

    `srid` is the reference system of a format that knows only one; `most` the rows that it holds.
    """

    ending: str
    title: Any
    media_type: str
    write: Callable[[Source, Path], Written]
    srid: int | None = None
    most: int | None = None


FORMATS: Mapping[str, Format] = {
    one.ending: one
    for one in (
        Format("gpkg", "GeoPackage", "application/geopackage+sqlite3", arrow.geopackage),
        Format("geojson", "GeoJSON", "application/geo+json", plain.geojson),
        Format("shp.zip", _("Shapefile (zipped)"), "application/zip", arrow.shapefile),
        Format("parquet", "GeoParquet", "application/vnd.apache.parquet", arrow.parquet),
        Format("csv", "CSV", "text/csv; charset=utf-8", plain.comma_separated),
        Format(
            "xlsx",
            "Excel",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            plain.workbook,
            most=MOST_SHEET_ROWS,
        ),
        Format("kml", "KML", "application/vnd.google-earth.kml+xml", arrow.kml, srid=WGS84),
        Format("dxf", "AutoCAD DXF", "image/vnd.dxf", drawing.drawing),
    )
}
# What a format is written in when nobody says: degrees where programs expect them, else the layer's own grid.
_DEGREES = ("geojson", "kml", "csv", "xlsx")


def format_of(name: str) -> Format:
    """Return the format that a file's name asks for; the longest ending that fits wins."""
    lower = name.lower()
    ending = max((one for one in FORMATS if lower.endswith(f".{one}")), key=len, default="")
    if not ending:
        known = ", ".join(FORMATS)
        raise Unprocessable(
            _("Layers are not exported as “%(name)s”. Known are: %(known)s.") % {"name": name, "known": known}
        )
    return FORMATS[ending]


def export(
    view: View,
    out: Path,
    *,
    srid: int | None = None,
    where: Where | None = None,
    total: int | None = None,
    order: str = "",
) -> Written:
    """Write what the view shows to a file, in the format of its name; return how many features, with notes.

    The file appears whole or not at all.
    """
    format_ = format_of(out.name)
    if total is not None and format_.most is not None and total > format_.most:
        raise Unprocessable(
            _("An Excel sheet holds %(most)s rows at most. Take another format.") % {"most": format_.most}
        )
    kept = stored_srid(view)
    chosen = format_.srid or srid or (WGS84 if format_.ending in _DEGREES else kept)
    source = Source(_without_awkward(view), chosen if kept else 0, where or Where(), total, order)
    partial = out.with_name(f".{out.name.removesuffix(format_.ending)}partial.{format_.ending}")
    partial.unlink(missing_ok=True)
    try:
        written = format_.write(source, partial)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return written


def _without_awkward(view: View) -> View:
    """Leave out fields that would stand where a file keeps key or geometry."""
    return replace(view, fields=tuple(one for one in view.fields if one.name.lower() not in ("fid", "geom")))
