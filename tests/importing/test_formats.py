"""Every format that a town brings goes in: the same nine parcels, or three points, in each."""

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pyogrio
import pytest
from django.db import connection

from layers.importing.errors import ImportRefused
from layers.importing.reader.refusals import Refusal
from layers.importing.reader.spreadsheets import number
from tests.importing import files
from tests.importing.loads import inspect, load

pytestmark = pytest.mark.django_db
OWNER = "آمنة بنت عيسى النابلسيّ"
NABLUS = [(35.26, 32.22), (35.27, 32.23), (35.28, 32.24)]


def owners() -> set[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT owner FROM imported.test_layer")
        return {row[0] for row in cursor.fetchall()}


def written(path: Path, driver: str, crs: int = files.GRID, **how: Any) -> Path:
    pyogrio.write_dataframe(files.parcels().to_crs(crs), path, driver=driver, **how)
    return path


def zipped_folder(folder: Path) -> Path:
    return Path(shutil.make_archive(str(folder.with_suffix("")), "zip", folder.parent, folder.name))


@pytest.mark.parametrize(
    ("name", "driver", "crs"),
    [
        ("a.fgb", "FlatGeobuf", files.GRID),
        ("a.gml", "GML", files.GRID),
        ("a.kml", "LIBKML", 4326),
        ("a.gpkg", "GPKG", files.GRID),
    ],
)
def test_a_map_in_one_file_goes_in_with_its_arabic(tmp_path: Path, name: str, driver: str, crs: int) -> None:
    report = load(written(tmp_path / name, driver, crs))
    assert (report.read, report.loaded, report.geometry_type.removeprefix("Multi")) == (9, 9, "Polygon")
    assert owners() == {OWNER}


def test_a_file_geodatabase_in_a_zip_goes_in(tmp_path: Path) -> None:
    folder = written(tmp_path / "town.gdb", "OpenFileGDB", layer="parcels")
    report = load(zipped_folder(folder))
    assert report.loaded == 9
    assert owners() == {OWNER}


def test_a_kmz_goes_in(tmp_path: Path) -> None:
    inner = written(tmp_path / "doc.kml", "LIBKML", 4326)
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as packed:
        packed.write(inner, "doc.kml")
    assert load(tmp_path / "a.kmz").loaded == 9


def test_a_geoparquet_goes_in_with_its_types(tmp_path: Path) -> None:
    files.parcels().to_parquet(tmp_path / "a.parquet")
    report = load(tmp_path / "a.parquet")
    assert (report.loaded, report.srid) == (9, files.GRID)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_typeof(area)::text, pg_typeof(floors)::text FROM imported.test_layer LIMIT 1"
        )
        assert cursor.fetchone() == ("double precision", "bigint")


def test_a_parquet_without_geometry_is_told_so(tmp_path: Path) -> None:
    files.parcels().drop(columns="geometry").to_parquet(tmp_path / "a.parquet")
    with pytest.raises(Refusal) as refused:
        inspect(tmp_path / "a.parquet")
    assert refused.value.code == "parquet_without_geometry"


GPX = """<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="32.22" lon="35.26"><name>عين بيت الما</name></wpt><wpt lat="32.23" lon="35.27"><name>b</name></wpt></gpx>"""
ESRI = {
    "geometryType": "esriGeometryPoint",
    "spatialReference": {"wkid": 28191},
    "fields": [{"name": "owner", "type": "esriFieldTypeString"}],
    "features": [{"attributes": {"owner": OWNER}, "geometry": {"x": 174_010, "y": 180_010}}],
}
TOPOLOGY = {
    "type": "Topology",
    "arcs": [[[35.26, 32.22], [35.27, 32.22], [35.27, 32.23], [35.26, 32.22]]],
    "objects": {
        "town": {"type": "GeometryCollection",
                 "geometries": [{"type": "Polygon", "arcs": [[0]], "properties": {"owner": OWNER}}]}
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("a.gpx", GPX, 2),
        ("a.json", json.dumps(ESRI), 1),
        ("a.topojson", json.dumps(TOPOLOGY), 1),
        ("b.json", json.dumps(TOPOLOGY), 1),
    ],
)
def test_a_text_format_goes_in_by_what_it_is(tmp_path: Path, name: str, text: str, count: int) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert load(path).loaded == count


def table(encoding: str, sign: str = ",", point: str = ".") -> bytes:
    rows = [["رقم", "المالك", "lon", "lat"], *([n, OWNER, x, y] for n, (x, y) in enumerate(NABLUS))]
    return "\r\n".join(sign.join(str(cell).replace(".", point) for cell in row) for row in rows).encode(
        encoding
    )


@pytest.mark.parametrize(
    ("encoding", "sign", "point"),
    [
        ("utf-8", ",", "."),
        ("utf-8-sig", "\t", "."),
        ("cp1256", ";", ","),
        ("utf-16", ";", "."),
        ("cp720", ",", "."),
    ],
)
def test_a_csv_of_any_encoding_goes_in(tmp_path: Path, encoding: str, sign: str, point: str) -> None:
    owner = OWNER.replace("ّ", "") if encoding == "cp720" else OWNER
    (tmp_path / "a.csv").write_bytes(table(encoding, sign, point).replace(OWNER.encode(encoding, "ignore"), owner.encode(encoding, "ignore")) if encoding == "cp720" else table(encoding, sign, point))  # fmt: skip
    report = load(tmp_path / "a.csv", srid=4326)
    assert (report.read, report.loaded, report.geometry_type) == (3, 3, "Point")
    with connection.cursor() as cursor:
        cursor.execute("SELECT f.* FROM imported.test_layer f")
        assert owner in cursor.fetchone()


def test_a_csv_with_shapes_as_wkt_goes_in(tmp_path: Path) -> None:
    rows = "".join(f'{n},"SRID=28191;{shape.wkt}"\n' for n, shape in enumerate(files.parcels().geometry))
    (tmp_path / "a.csv").write_text("number,wkt\n" + rows)
    report = load(tmp_path / "a.csv", srid=files.GRID)
    assert (report.loaded, report.geometry_type) == (9, "Polygon")


def test_leading_zeros_of_a_number_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("code,lon,lat\n0012,35.26,32.22\n0013,35.27,32.22\n")
    load(tmp_path / "a.csv", srid=4326)
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM imported.test_layer ORDER BY code")
        assert [row[0] for row in cursor.fetchall()] == ["0012", "0013"]


def test_a_table_without_a_place_names_its_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ImportRefused) as refused:
        load(tmp_path / "a.csv")
    assert refused.value.code == "table_without_place"
    assert "a, b" in str(refused.value.title)


def test_an_excel_sheet_goes_in_with_arabic_digits_in_its_coordinates(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "قطع"
    sheet.append(["القطعة", "المالك", "س", "ص"])
    sheet.append(["12", OWNER, "١٧٤٠١٠٫٥", 180_010])
    sheet.append(["13", "=1+1", 174_020, "لا شيء"])
    book.create_sheet("empty")
    book.save(tmp_path / "a.xlsx")
    report = load(tmp_path / "a.xlsx", srid=files.GRID)
    assert (report.loaded, report.refused) == (2, 0)
    assert next(note for note in report.notes if note["code"] == "placeless")["params"]["count"] == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT ST_X(geom) FROM imported.test_layer WHERE geom IS NOT NULL")
        assert [row[0] for row in cursor.fetchall()] == [174_010.5]


@pytest.mark.parametrize(
    ("said", "is_"),
    [
        ("١٧٤٬٦٩٢٫٩٨٩", "174692.989"),
        ("174,692.989", "174692.989"),
        ("174.692,989", "174692.989"),
        ("35,26", "35.26"),
        ("−3.5", "-3.5"),
        ("1e400", ""),
        ("x", ""),
        ("", ""),
    ],
)
def test_a_coordinate_is_read_as_people_write_it(said: str, is_: str) -> None:
    assert number(said) == is_


DXF_PLOT = """0
LWPOLYLINE
8
PLOT
90
4
70
1
10
{x0}
20
{y0}
10
{x1}
20
{y0}
10
{x1}
20
{y1}
10
{x0}
20
{y1}
0
TEXT
8
NUMBERS
10
{tx}
20
{ty}
40
2
1
{text}
"""


def drawing(path: Path) -> Path:
    plots = "".join(
        DXF_PLOT.format(x0=174_000 + 100 * n, x1=174_090 + 100 * n, y0=180_000, y1=180_090,
                        tx=174_030 + 100 * n, ty=180_030, text=f"{n}/7")
        for n in range(3)
    )  # fmt: skip
    tree = "0\nINSERT\n8\nTREES\n2\nTREE\n10\n174500\n20\n180500\n50\n30\n"
    block = "0\nSECTION\n2\nBLOCKS\n0\nBLOCK\n8\n0\n2\nTREE\n70\n0\n10\n0\n20\n0\n0\nCIRCLE\n8\n0\n10\n0\n20\n0\n40\n1\n0\nENDBLK\n8\n0\n0\nENDSEC\n"
    header = "0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1021\n0\nENDSEC\n"
    path.write_text(f"{header}{block}0\nSECTION\n2\nENTITIES\n{plots}{tree}0\nENDSEC\n0\nEOF\n")
    return path


def test_closed_outlines_of_a_drawing_become_areas_with_the_texts_inside(tmp_path: Path) -> None:
    report = load(drawing(tmp_path / "a.dxf"), layer="areas", srid=files.GRID)
    assert (report.loaded, report.geometry_type) == (3, "Polygon")
    with connection.cursor() as cursor:
        cursor.execute("SELECT cad_layer, text, ST_Area(geom) FROM imported.test_layer ORDER BY text")
        assert cursor.fetchall() == [("PLOT", f"{n}/7", 8100.0) for n in range(3)]


def test_blocks_of_a_drawing_become_points_and_its_layers_can_be_chosen(tmp_path: Path) -> None:
    path = drawing(tmp_path / "a.dxf")
    found = next(one for one in inspect(path)["layers"] if one["name"] == "points")
    assert found["cad_layers"] == [{"name": "NUMBERS", "count": 3}, {"name": "TREES", "count": 1}]
    report = load(path, layer="points", srid=files.GRID, only=("TREES",))
    assert report.loaded == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT block, round(angle), ST_X(geom) FROM imported.test_layer")
        assert cursor.fetchone() == ("TREE", 30.0, 174_500.0)
    with pytest.raises(ImportRefused, match="CARS"):
        load(path, layer="points", srid=files.GRID, only=("CARS",))


@pytest.mark.parametrize("name", ["a.kml", "a.gml", "a.gpx", "a.osm"])
def test_xml_that_declares_entities_is_not_opened(tmp_path: Path, name: str) -> None:
    root = name[2:]
    (tmp_path / name).write_text(
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        f'<{root} xmlns:gml="http://www.opengis.net/gml">&e;</{root}>'
    )
    with pytest.raises(Refusal) as refused:
        inspect(tmp_path / name)
    assert refused.value.code in ("xml_declares_entities", "format_misnamed", "file_damaged")


def test_a_link_or_a_bomb_in_a_tar_is_not_opened(tmp_path: Path) -> None:
    import io
    import tarfile

    with tarfile.open(tmp_path / "link.tar.bz2", "w:bz2") as tar:
        link = tarfile.TarInfo("a.thf")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with tarfile.open(tmp_path / "bomb.tar.bz2", "w:bz2") as tar:
        bomb = tarfile.TarInfo("a.geojson")
        bomb.size = 40 << 20
        tar.addfile(bomb, io.BytesIO(b"0" * bomb.size))
    for name, code in (("link", "archive_link"), ("bomb", "archive_bomb")):
        with pytest.raises(Refusal) as refused:
            inspect(tmp_path / f"{name}.tar.bz2")
        assert refused.value.code == code


EPANET = """[TITLE]
شبكة الحي
[JUNCTIONS]
;ID Elev Demand Pattern
 J1  812.5  1.2  day ;
 J2  808    0    ;
 J3  800
[PIPES]
 P1 J1 J2 120.5 150 130 0 Open
 P2 J2 J3 80 100 130 0 Closed
[COORDINATES]
 J1 174000 180000
 J2 174100 180000
[VERTICES]
 P1 174050 180020
[END]
"""


def test_a_network_model_becomes_layers_of_its_nodes_and_links(tmp_path: Path) -> None:
    path = tmp_path / "network.inp"
    path.write_text(EPANET, encoding="utf-8")
    assert {one["name"]: one["count"] for one in inspect(path)["layers"]} == {"junctions": 3, "pipes": 2}
    report = load(path, layer="pipes", srid=files.GRID)
    assert (report.read, report.loaded) == (2, 2)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, diameter, status, ST_NPoints(geom) FROM imported.test_layer ORDER BY name"
        )
        assert cursor.fetchall() == [("P1", 150.0, "Open", 3), ("P2", 100.0, "Closed", None)]
