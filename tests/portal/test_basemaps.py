"""Basemaps of the instance's own: archives are read in pieces, and only what is one."""

from pathlib import Path

import pytest
from django.test import Client

BODY = b"PMTiles\x03" + bytes(range(256)) * 4


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GISPORTAL_DATA", str(tmp_path))
    (tmp_path / "basemaps").mkdir()
    (tmp_path / "basemaps" / "hills.pmtiles").write_bytes(BODY)
    return tmp_path / "basemaps"


@pytest.mark.django_db
def test_an_archive_is_read_in_pieces(client: Client, folder: Path) -> None:
    answer = client.get("/basemaps/hills.pmtiles", headers={"Range": "bytes=8-11"})
    assert (answer.status_code, answer.content) == (206, b"\x00\x01\x02\x03")
    assert answer["Content-Range"] == f"bytes 8-11/{len(BODY)}"
    whole = client.get("/basemaps/hills.pmtiles")
    assert b"".join(whole.streaming_content) == BODY
    assert whole["ETag"] == answer["ETag"]


@pytest.mark.django_db
def test_a_piece_beyond_the_end_is_refused(client: Client, folder: Path) -> None:
    answer = client.get("/basemaps/hills.pmtiles", headers={"Range": "bytes=5000-6000"})
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(BODY)}")


@pytest.mark.django_db
def test_only_an_archive_of_the_folder_is_read(client: Client, folder: Path) -> None:
    (folder / "secrets.pmtiles").write_bytes(b"not an archive")
    (folder / "away.pmtiles").symlink_to(folder / "hills.pmtiles")
    for name in ("secrets", "away", "missing", "..%2Fhills"):
        assert client.get(f"/basemaps/{name}.pmtiles").status_code == 404, name
