"""The reading process: what it refuses, what it gives up, how it dies."""

import os
import signal
import socket
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from layers.importing.reader.limits import Limits
from layers.importing.reader.process import Reader
from layers.importing.reader.refusals import Refusal
from tests.importing import files
from tests.importing.loads import inspect


def refusal(path: Path, **how: object) -> str:
    with pytest.raises(Refusal) as refused:
        inspect(path, **how)
    return refused.value.code


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_all_locks_hold_on_this_system(tmp_path: Path) -> None:
    with Reader(files.geopackage(tmp_path / "a.gpkg", files.parcels())) as reader:
        assert "call_filter" in reader.locks or "network_namespace" in reader.locks


LOCKED = """
import socket, sys
from pathlib import Path
from layers.importing.reader import limits
limits.lock_down(limits.Limits(), readable=[Path(sys.prefix), Path(sys.base_prefix), Path("/usr")], writable=[])
def tried(act):
    try:
        act()
    except OSError as error:
        return type(error).__name__
    return "allowed"
print(tried(lambda: socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1)))
print(tried(lambda: open(sys.argv[2]).read()))
print(tried(lambda: open(sys.argv[2] + ".new", "w")))
import os
print(tried(lambda: os.execv("/bin/true", ["true"])))
"""


def test_a_locked_process_reaches_neither_network_nor_files_nor_programs(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary")
    with socket.create_server(("127.0.0.1", 0)) as trap:
        port = str(trap.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-c", LOCKED, port, str(secret)], capture_output=True, text=True, check=True
        )
    network, reading, writing, program = done.stdout.split()
    assert "allowed" not in (network, program)
    assert (reading, writing) == ("PermissionError", "PermissionError")


def test_the_instance_s_secrets_in_the_checkout_are_not_within_reach() -> None:
    from layers.importing.reader import child

    kept = Path(child.__file__).parents[3] / "var" / "secrets.json"
    assert [one for one in child.libraries() if kept.is_relative_to(one)] == []


def test_an_empty_file_is_named_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.gpkg"
    path.touch()
    assert refusal(path) == "file_empty"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_cut_file_is_refused_or_read_but_never_an_accident(tmp_path: Path, share: float) -> None:
    whole = files.geopackage(tmp_path / "whole.gpkg", files.parcels(500)).read_bytes()
    cut = tmp_path / "cut.gpkg"
    cut.write_bytes(whole[: int(len(whole) * share)])
    assert refusal(cut) in {"file_unreadable", "file_without_layers", "file_without_features"}


def test_a_file_of_another_format_than_its_name_is_told_so(tmp_path: Path) -> None:
    path = files.geojson(tmp_path / "a.gpkg", '{"type": "FeatureCollection", "features": []}')
    with pytest.raises(Refusal) as refused:
        inspect(path)
    assert refused.value.code == "format_misnamed"
    assert refused.value.params["found"] == "GeoJSON"


@pytest.mark.parametrize("name", ["a.vrt", "a.exe", "a", "a.gpkg.bak"])
def test_a_format_that_is_not_on_the_list_is_not_opened(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("<OGRVRTDataSource/>")
    assert refusal(path) == "format_unknown"


def test_a_virtual_format_under_an_allowed_name_is_not_opened(tmp_path: Path) -> None:
    canary = files.geojson(tmp_path / "canary.geojson", '{"type":"Point","coordinates":[1,2]}')
    path = tmp_path / "trick.osm"
    path.write_text(
        f'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{canary}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    )
    assert refusal(path) == "format_misnamed"


def test_a_shapefile_hidden_behind_a_virtual_path_is_not_followed(tmp_path: Path) -> None:
    path = files.geojson(
        tmp_path / "a.geojson", '{"type":"FeatureCollection","features":"/vsicurl/http://127.0.0.1/x"}'
    )
    assert refusal(path) in {"file_unreadable", "file_without_features", "file_without_layers"}


def test_a_file_with_tables_only_has_no_place_on_the_map(tmp_path: Path) -> None:
    path = tmp_path / "table.gpkg"
    import pandas as pd
    import pyogrio

    pyogrio.write_dataframe(pd.DataFrame({"a": [1, 2]}), path, layer="t", driver="GPKG")
    assert refusal(path) == "file_without_geometry"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"../outside.shp": b"x"}, "archive_unsafe_name"),
        ({"/etc/outside.shp": b"x"}, "archive_unsafe_name"),
        ({"..\\outside.shp": b"x"}, "archive_unsafe_name"),
        ({"C:/outside.shp": b"x"}, "archive_unsafe_name"),
        ({"inner.zip": b"PK"}, "archive_nested"),
        ({"read me.txt": b"hello"}, "archive_without_layer"),
        ({"bomb.geojson": b"0" * (40 << 20)}, "archive_bomb"),
        ({"a.dbf": b"x", "a.shx": b"x"}, "shapefile_without_shp"),
    ],
)
def test_archives_are_judged_before_they_are_opened(
    tmp_path: Path, members: dict[str, bytes], code: str
) -> None:
    assert refusal(zipped(tmp_path / "a.zip", **members)) == code
    assert not (tmp_path / "outside.shp").exists()


def test_an_archive_with_a_link_is_not_opened(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("a.shp")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert refusal(path) == "archive_link"


def test_an_archive_of_too_many_members_is_not_opened(tmp_path: Path) -> None:
    assert refusal(zipped(tmp_path / "a.zip", **{f"{n}.txt": b"" for n in range(2001)})) == "archive_too_many"


def test_a_cut_archive_is_named_damaged(tmp_path: Path) -> None:
    whole = files.shapefile_zip(tmp_path, files.parcels()).read_bytes()
    path = tmp_path / "cut.zip"
    path.write_bytes(whole[: len(whole) // 2])
    assert refusal(path) == "archive_damaged"


def test_a_reader_that_is_killed_is_a_refusal(tmp_path: Path) -> None:
    path = files.geopackage(tmp_path / "a.gpkg", files.parcels())
    with Reader(path) as reader:
        os.kill(reader._process.pid, signal.SIGSEGV)
        with pytest.raises(Refusal) as refused:
            reader.inspect(grid=files.GRID)
    assert refused.value.code == "reader_died"


def test_a_reader_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    path = files.geopackage(tmp_path / "a.gpkg", files.parcels())
    assert refusal(path, limits=Limits(wall_s=0)) == "too_much_time"


def test_a_reader_that_wants_too_much_memory_is_refused(tmp_path: Path) -> None:
    text = '{"type":"Feature","properties":{"a":"%s"},"geometry":{"type":"Point","coordinates":[1,2]}}'
    path = files.geojson(tmp_path / "big.geojson", text % ("x" * (60 << 20)))
    assert refusal(path, limits=Limits(memory_bytes=32 << 20)) in {
        "too_much_memory",
        "file_unreadable",
        "reader_died",
    }


def test_no_scratch_folder_is_left_behind(tmp_path: Path) -> None:
    with Reader(files.geopackage(tmp_path / "a.gpkg", files.parcels())) as reader:
        scratch = reader.scratch
        assert scratch.exists()
    assert not scratch.exists()


def test_layers_of_zipped_shapefiles_keep_their_arabic_names(tmp_path: Path) -> None:
    path = files.shapefile_zip(tmp_path, files.parcels(), name="قطع")
    assert [layer["name"] for layer in inspect(path)["layers"]] == ["قطع"]


def test_a_shapefile_without_its_index_is_read(tmp_path: Path) -> None:
    path = files.shapefile_zip(tmp_path, files.parcels(), without=[".shx"])
    assert inspect(path)["layers"][0]["count"] == 9


def test_sample_rows_of_a_mislabelled_shapefile_are_shown_in_each_encoding(tmp_path: Path) -> None:
    path = files.shapefile_zip(tmp_path, files.parcels(), encoding="CP1256", without=[".cpg"])
    encoding = inspect(path)["layers"][0]["encoding"]
    assert (encoding["declared"], encoding["found"]) == (None, "cp1256")
    shown = {one["encoding"]: one["rows"][0] for one in encoding["candidates"]}
    assert "آمنة بنت عيسى النابلسيّ" in shown["cp1256"]
    assert "آمنة بنت عيسى النابلسيّ" not in shown["utf-8"]
