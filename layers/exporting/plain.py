"""Formats written row by row: GeoJSON, CSV, Excel and DXF."""

import csv
import json
from pathlib import Path
from typing import Any

from core.sheets import harmless
from layers.collections import FieldType
from layers.exporting.features import Source
from layers.exporting.notes import Written, note

WGS84 = 4326
CELL = 32_767
_DIGITS = {True: 8, False: 4}


def _decimals(source: Source) -> int:
    """Return the decimals of a coordinate: a millimetre, in degrees or in metres."""
    from layers.importing.reader import placing

    return _DIGITS[bool(source.srid and placing.crs(source.srid).is_geographic)]


def geojson(source: Source, out: Path) -> Written:
    """Write GeoJSON (RFC 7946 in degrees; another system is named as in the format of 2008)."""
    names = [json.dumps(one.name, ensure_ascii=False) for one in source.fields]
    count = 0
    with out.open("w", encoding="utf-8") as file:
        file.write('{"type":"FeatureCollection",')
        if source.srid not in (0, WGS84):
            file.write(
                f'"crs":{{"type":"name","properties":{{"name":"urn:ogc:def:crs:EPSG::{source.srid}"}}}},'
            )
        file.write('"features":[')
        for key, shape, *values in source.rows(f"ST_AsGeoJSON({{}}, {_decimals(source)})"):
            pairs = ",".join(
                f"{name}:{json.dumps(value, ensure_ascii=False, default=_json)}"
                for name, value in zip(names, values, strict=True)
            )
            comma = "," if count else ""
            file.write(
                f'{comma}\n{{"type":"Feature","id":{json.dumps(key)},"geometry":{shape or "null"},'
                f'"properties":{{{pairs}}}}}'
            )
            count += 1
        file.write("\n]}\n")
    return Written(count)


def comma_separated(source: Source, out: Path) -> Written:
    """Write CSV for spreadsheets: UTF-8 with a mark, geometry as WKT, no cell a formula."""
    count = 0
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", *(one.name for one in source.fields), "wkt"])
        for key, shape, *values in source.texts(f"ST_AsText({{}}, {_decimals(source)})"):
            cells = [_cell(value, one.type) for value, one in zip(values, source.fields, strict=True)]
            writer.writerow([key, *cells, shape])
            count += 1
    return Written(count)


def _cell(value: str, kind: FieldType) -> Any:
    # A negative number begins as a formula does, and is none.
    return harmless(value) if kind == FieldType.TEXT else value


def workbook(source: Source, out: Path) -> Written:
    """Write Excel: the fields' titles on top, typed cells, geometry as WKT in the last column."""
    import xlsxwriter

    count = left_out = 0
    with xlsxwriter.Workbook(out, {"constant_memory": True, "remove_timezone": True}) as book:
        sheet = book.add_worksheet(_sheet_name(source))
        formats = {
            FieldType.DATE: book.add_format({"num_format": "yyyy-mm-dd"}),
            FieldType.DATETIME: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        head = book.add_format({"bold": True, "bottom": 1})
        titles = ["id", *(str(one.title or one.name) for one in source.fields), "wkt"]
        for at, title in enumerate(titles):
            sheet.write_string(0, at, title, head)
        sheet.freeze_panes(1, 0)
        for count, (key, shape, *values) in enumerate(
            source.rows(f"ST_AsText({{}}, {_decimals(source)})"), 1
        ):
            sheet.write(count, 0, key)
            for at, (value, one) in enumerate(zip(values, source.fields, strict=True), 1):
                _write_cell(sheet, count, at, value, formats.get(one.type))
            if shape and len(shape) > CELL:
                left_out += 1
            elif shape:
                sheet.write_string(count, len(values) + 1, shape)
    return Written(count, [note("xlsx_shapes", count=left_out)] if left_out else [])


def _write_cell(sheet: Any, row: int, at: int, value: Any, format_: Any) -> None:
    """Write a value as what it is; text stays text, whatever it begins with."""
    if value is None:
        return
    if isinstance(value, str):
        sheet.write_string(row, at, value[:CELL])
    elif isinstance(value, list | dict):
        sheet.write_string(row, at, json.dumps(value, ensure_ascii=False, default=str)[:CELL])
    else:
        sheet.write(row, at, value, format_)


def _sheet_name(source: Source) -> str:
    return (
        "".join("-" if sign in "[]:*?/\\'" else sign for sign in str(source.view.collection.title))[:31]
        or "layer"
    )


def _json(value: Any) -> Any:
    from decimal import Decimal

    return float(value) if isinstance(value, Decimal) else str(value)
