"""Codes of refusals, repairs and warnings put into words, in the language of whoever asks."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.text import listed

REFUSALS: Mapping[str, Any] = {
    "stopped": _("The work on this file was stopped before its end. Try again."),
    "file_empty": _("The file “%(name)s” is empty."),
    "file_damaged": _("The file “%(name)s” is damaged or cut off: it is not a readable %(format)s file."),
    "file_unreadable": _(
        "The file cannot be read; it is damaged, cut off or not what its name says. (%(said)s)"
    ),
    "file_too_large": _("The file is larger than %(limit_mb)s MB, the most that is taken here."),
    "format_unknown": _(
        "Files like “%(name)s” are not read here. Give a GeoPackage, a shapefile or a file geodatabase in a .zip, GeoJSON, KML, GML, GPX, DXF, CSV, Excel, GeoParquet, FlatGeobuf, EDIGEO, OpenStreetMap or EPANET; or as a raster GeoTIFF or JPEG 2000."
    ),
    "format_misnamed": _("“%(name)s” is named like a %(claimed)s file, but it is a %(found)s file."),
    "xml_declares_entities": _(
        "The file declares entities of its own, as maps never do and attacks often; it is not opened."
    ),
    "parquet_without_geometry": _("The file is Parquet, but not GeoParquet: it names no geometry column."),
    "parquet_encoding": _(
        "The geometry of this GeoParquet file is encoded as “%(encoding)s”; only WKB is read."
    ),
    "drawing_too_large": _("The drawing has more than %(limit)s entities. Give it in parts."),
    "cad_layer_unknown": _("The drawing has no layer “%(name)s”."),
    "too_many_columns": _("The table has %(count)s columns; at most %(limit)s are read."),
    "column_unknown": _("The table has no column “%(column)s”."),
    "table_without_place": _(
        "The table “%(layer)s” does not say where its rows lie. Name the columns with the coordinates, or the one with WKT. It has: %(columns)s."
    ),
    "file_without_layers": _("The file holds no layer."),
    "file_without_features": _("The file holds no features."),
    "file_without_geometry": _("The file holds only tables: no feature has a place on the map."),
    "archive_without_layer": _("The archive holds no file of a format that is read here."),
    "archive_damaged": _("The archive is damaged or cut off."),
    "archive_too_many": _("The archive holds %(count)s files; at most %(limit)s are taken."),
    "archive_bomb": _("The archive unpacks to far more than it should; it is not opened."),
    "archive_unsafe_name": _("The archive names a file outside of itself (“%(member)s”); it is not opened."),
    "archive_link": _("The archive holds a link (“%(member)s”); it is not opened."),
    "archive_nested": _("The archive holds another archive (“%(member)s”). Give the inner one by itself."),
    "archive_encrypted": _("The archive is protected by a password (“%(member)s”). Give it without."),
    "shapefile_without_dbf": _(
        "The shapefile “%(name)s” comes without its .dbf file, which holds the attributes. Put all its files into one .zip."
    ),
    "shapefile_without_shp": _(
        "The archive has parts of a shapefile but not the .shp file, which holds the shapes. Put all its files into one .zip."
    ),
    "archive_mixed": _("The archive holds both rasters and layers. Give them one after the other."),
    "raster_without_place": _(
        "The raster “%(name)s” does not say where it lies: it has no georeference. Georeference it first, or put its world file (.tfw) beside it into one .zip."
    ),
    "raster_without_ecw": _(
        "ECW files cannot be read by this installation: their library is not free. Give the raster as GeoTIFF or JPEG 2000."
    ),
    "raster_bands": _("The raster has %(count)s bands; 1 to %(limit)s are read."),
    "raster_band_unknown": _("The raster has no band %(band)s; it has %(count)s."),
    "raster_complex": _("The cells of the raster are complex numbers, as of radar; they cannot be shown."),
    "raster_too_large": _(
        "The raster would have %(cells)s cells; at most %(limit)s are taken at once. Give it in parts."
    ),
    "raster_too_many_sheets": _("The archive holds %(count)s sheets; at most %(limit)s are taken."),
    "raster_sheets_differ": _(
        "The sheets in the archive do not go together: they differ in bands, values, reference system or size of cells."
    ),
    "raster_empty": _("The raster holds no values: every cell is marked as unknown."),
    "raster_is_layer": _("The file holds features, not cells: it becomes a layer, not a raster."),
    "raster_for_layers": _(
        "The file is a raster. It is taken by `manage.py import_raster`, or on the import page."
    ),
    "raster_slug_taken": _("There is already a raster with the key “%(slug)s”. Choose another key."),
    "raster_word_unknown": _("“%(name)s” is not known of a raster, or its value cannot be."),
    "raster_kind_unknown": _("A raster is one of: %(known)s."),
    "too_much_memory": _("The file needs more memory to be read than is given to one import."),
    "too_much_time": _("The file could not be read within %(seconds)s seconds."),
    "reader_died": _("The file made the reading program stop. It is damaged, or made to do harm."),
    "sandbox_missing": _(
        "This system does not let the portal shut off its reading program, so files from outside are not opened. See the installation guide."
    ),
    "layer_unknown": _("The file has no layer “%(layer)s”. It has: %(layers)s."),
    "layer_needed": _("The file has several layers: %(layers)s. Choose one."),
    "layer_without_geometry": _("The layer “%(layer)s” is a table: its features have no place on the map."),
    "crs_missing": _(
        "The file does not say in which coordinate reference system its coordinates are. Choose one; most likely here: %(candidates)s."
    ),
    "crs_unknown": _(
        "There is no coordinate reference system “%(crs)s”. Give an EPSG code such as EPSG:28191."
    ),
    "crs_degrees_labelled_metres": _(
        "The file says %(crs)s, which is in metres, but its coordinates are degrees. Choose the right system, most likely EPSG:4326."
    ),
    "crs_metres_labelled_degrees": _(
        "The file says %(crs)s, which is in degrees, but its coordinates are metres. Choose the right system; most likely here: %(candidates)s."
    ),
    "crs_axes_swapped": _(
        "The coordinates are the wrong way round: latitude comes before longitude. Load the file with swapped axes."
    ),
    "crs_outside_area_of_use": _(
        "Under %(crs)s the features lie where that system is not valid. Choose another one; most likely here: %(candidates)s."
    ),
    "encoding_unknown": _("The encoding “%(encoding)s” is not known here. Known are: %(known)s."),
    "too_many_fields": _(
        "The layer has %(count)s fields; a layer here has at most %(limit)s. Choose which to keep."
    ),
    "field_unknown": _("The layer has no field “%(field)s”."),
    "column_invalid": _("The column “%(column)s” cannot be, or there are two of it."),
    "slug_invalid": _(
        "“%(slug)s” cannot be the key of a layer: use lower-case Latin letters, digits and hyphens, a letter first, at most %(limit)s."
    ),
    "slug_taken": _(
        "There is already a layer with the key “%(slug)s”. Choose another key, or replace that layer."
    ),
    "not_allowed": _("This import could not be carried out: %(why)s"),
    "mode_unknown": _("There is no such way of loading: “%(mode)s”."),
    "layer_unfit": _("The layer “%(slug)s” has no shapes; rows of this file cannot go into it."),
    "layer_moved": _(
        "The layer “%(slug)s” has been changed since the difference was shown. Repeat the dry run and look again."
    ),
    "key_needed": _("Name the field by which rows are found in the layer."),
    "column_not_there": _(
        "The layer has no column “%(column)s” for the field “%(field)s”. It has: %(known)s. Name one of them, or do not keep the field."
    ),
    "column_type": _("The values of “%(field)s” do not fit into the layer's column “%(column)s”."),
    "values_unfit": _("Some values do not fit into the layer's columns: %(said)s"),
    "unique_broken": _(
        "After this import two features would have the value “%(value)s” in “%(field)s”, which holds each value once."
    ),
    "join_field_unknown": _("The layer “%(layer)s” has no field “%(field)s” that you may see."),
    "join_column_needed": _("Name the column whose value says which feature a row belongs to."),
    "control_too_few": _("Give at least two control points, each with four numbers."),
    "control_same_place": _(
        "The control points lie in one place; they cannot say how the layer is to be moved."
    ),
    "nothing_to_load": _("None of the %(read)s features can be loaded. %(reasons)s"),
}

# Why one row was refused.
ROW_REASONS: Mapping[str, Any] = {
    "geometry_unreadable": _("unreadable geometry"),
    "geometry_too_large": _("more than a million vertices"),
    "geometry_collapsed": _("nothing of its kind is left after the repair"),
    "coordinates_not_numbers": _("coordinates that are not numbers"),
    "outside_grid": _("outside the area in which the grid is valid"),
    "line_without_length": _("a line without length"),
    "area_without_surface": _("an area without surface"),
    "shape_unfit": _("another kind of shape than the layer's"),
    "district_foreign": _("outside the districts in which you may change this layer"),
    "key_empty": _("no value in the key"),
    "key_twice": _("its key stands twice in the file"),
    "key_ambiguous": _("its key stands twice in the layer"),
    "key_known": _("its key is in the layer already"),
    "value_missing": _("a value that the layer requires is missing"),
    "value_not_listed": _("a value that the layer does not list"),
}

# Why one row was repaired, as GEOS says it.
REPAIRS: Mapping[str, Any] = {
    "Self-intersection": _("its outline crosses itself"),
    "Ring Self-intersection": _("its outline touches itself"),
    "Duplicate Rings": _("a ring twice"),
    "Hole lies outside shell": _("a hole outside of its area"),
    "Holes are nested": _("a hole within a hole"),
    "Nested shells": _("a part within a part"),
    "Interior is disconnected": _("its inside is in pieces"),
    "Too few points in geometry component": _("a ring of too few points"),
    "Invalid Coordinate": _("a coordinate that is not a number"),
    "Ring is not closed": _("an open outline"),
}

# What is odd about the file's coordinates, as its inspection says.
MISTAKES: Mapping[str, Any] = {
    "degrees_labelled_metres": _("The file names a system in metres, but its coordinates are degrees."),
    "metres_labelled_degrees": _("The file names a system in degrees, but its coordinates are metres."),
    "axes_swapped": _("Latitude seems to come before longitude: the axes are to be swapped."),
    "outside_area_of_use": _("Under the system that the file names, it lies where that system is not valid."),
}

NOTES: Mapping[str, Any] = {
    "outside_municipality": _(
        "These features lie outside the municipality's grid. They are kept in %(crs)s and do not mix with the survey's own layers."
    ),
    "placeless": _("%(count)s features have no geometry: they are kept, but are not on the map."),
    "flattened": _(
        "%(count)s features have heights in their coordinates; the map keeps the plan position only."
    ),
    "lost_text": _("%(count)s values held characters that the encoding does not have; they show as “�”."),
    "destroyed": _(
        "%(count)s of the sampled values are question marks only: the letters were lost before the file came here. Ask for the original."
    ),
    "renamed": _("Field “%(field)s” is kept as “%(column)s”."),
    "kept_as_json": _(
        "Field “%(field)s” holds structured values; it is kept in the table and not shown on cards."
    ),
    "accuracy": _("Transformed by “%(operation)s”, good to about %(metres)s m."),
    "accuracy_unknown": _(
        "Transformed by “%(operation)s”. For part of this place EPSG knows only a rough way between the two systems: positions in the grid may be off by a hundred metres there, while the map draws them rightly."
    ),
    "operation_unknown": _(
        "The database transformed differently (by %(metres)s m) from every operation that EPSG lists for this place."
    ),
    "axes_swapped": _("The axes were swapped while loading."),
    "joined": _("%(count)s rows got their shape from “%(layer)s”."),
    "unjoined": _("%(count)s rows found no single feature in “%(layer)s” and have no place: %(examples)s"),
    "shifted": _(
        "The layer was moved by %(points)s control points; they are met within %(rms)s m on average, %(most)s m at most."
    ),
}


def say(table: Mapping[str, Any], code: str, params: Mapping[str, Any] | None = None) -> str:
    """Return the message in the active language; an unknown code (GEOS's own words) as it is."""
    text = str(table.get(code, code))
    if not params or code not in table:
        return text
    return text % {name: listed(one) if isinstance(one, list) else one for name, one in params.items()}


def refusal(code: str, params: Mapping[str, Any]) -> str:
    """Return why a file was refused; a refusal for want of good rows lists their reasons."""
    if "reasons" in params and isinstance(params["reasons"], dict):
        params = {**params, "reasons": reasons(params["reasons"])}
    return say(REFUSALS, code, params)


def reasons(counts: Mapping[str, int]) -> str:
    """Return refused rows by reason in one line: “no geometry: 3; …”."""
    return "; ".join(f"{say(ROW_REASONS, code)}: {count}" for code, count in counts.items())
