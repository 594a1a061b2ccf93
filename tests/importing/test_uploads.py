"""Uploads in pieces (tus 1.0): begun, broken off, gone on with, finished once; with limits of size and time."""

import base64
import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import User
from layers.importing import uploading
from layers.importing.models import ImportRun, ImportState
from tests.importing import files
from tests.importing.test_wizard import work

pytestmark = pytest.mark.django_db
HERE = "/api/v1/uploads/"
TUS = {"Tus-Resumable": "1.0.0"}


@pytest.fixture(autouse=True)
def _media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def begin(client: Client, size: int, name: str = "قطع.gpkg", **headers: str) -> Any:
    named = base64.b64encode(name.encode()).decode()
    known = {**TUS, "Upload-Length": str(size), "Upload-Metadata": f"filename {named}", **headers}
    return client.post(HERE, content_type="application/offset+octet-stream", headers=known)


def send(client: Client, address: str, offset: int, piece: bytes, **headers: str) -> Any:
    known = {**TUS, "Upload-Offset": str(offset), **headers}
    return client.patch(address, piece, content_type="application/offset+octet-stream", headers=known)


def sha256(piece: bytes) -> str:
    return f"sha256 {base64.b64encode(hashlib.sha256(piece).digest()).decode()}"


def stands(client: Client, address: str) -> int:
    return int(client.head(address, headers=TUS)["Upload-Offset"])


def test_a_file_comes_in_pieces_and_is_inspected_when_it_is_whole(
    sign_in: Callable[..., Client], tmp_path: Path
) -> None:
    engineer = sign_in("engineer")
    whole = files.geopackage(tmp_path / "a.gpkg", files.parcels()).read_bytes()
    made = begin(engineer, len(whole))
    assert (made.status_code, made["Tus-Resumable"], "Upload-Expires" in made) == (201, "1.0.0", True)
    address, half = made["Location"], len(whole) // 2
    answer = send(engineer, address, 0, whole[:half], **{"Upload-Checksum": sha256(whole[:half])})
    assert (answer.status_code, int(answer["Upload-Offset"])) == (204, half)
    run = ImportRun.objects.get()
    page = engineer.get(f"/staff/import/{run.pk}/", {"lang": "en"})
    assert (page.status_code, "The upload is not finished" in page.content.decode()) == (200, True)
    assert engineer.post(f"/staff/import/{run.pk}/layer/", {"layer": "0:parcels"}).status_code == 409
    answer = send(engineer, address, half, whole[half:])
    assert answer["Content-Location"] == f"/staff/import/{run.pk}/"
    # The last answer may have been lost: whoever asks again learns the same, and nothing is done twice.
    again = engineer.head(address, headers=TUS)
    assert (int(again["Upload-Offset"]), again["Content-Location"]) == (
        len(whole),
        f"/staff/import/{run.pk}/",
    )
    work(run)
    assert (run.state, run.file_name, run.layer["count"]) == (ImportState.INSPECTED, "قطع.gpkg", 9)
    assert run.sha256 == hashlib.sha256(whole).hexdigest()


def test_a_piece_that_is_elsewhere_damaged_or_too_long_changes_nothing(
    sign_in: Callable[..., Client],
) -> None:
    engineer = sign_in("engineer")
    address = begin(engineer, 10)["Location"]
    send(engineer, address, 0, b"12345")
    for answer, status in (
        (send(engineer, address, 0, b"12345"), 409),
        (send(engineer, address, 6, b"7"), 409),
        (send(engineer, address, 5, b"6789012"), 413),
        (send(engineer, address, 5, b"67890", **{"Upload-Checksum": sha256(b"other")}), 460),
        (send(engineer, address, 5, b"67890", **{"Upload-Checksum": "crc32 AAAA"}), 400),
        (send(engineer, address, 5, b"67890", **{"Upload-Checksum": "sha256 ???"}), 400),
        (send(engineer, address, 5, b"67890", **{"Upload-Offset": "-1"}), 400),
        (send(engineer, address, 5, b"67890", **{"Tus-Resumable": "0.2.2"}), 412),
        (engineer.patch(address, b"67890", "text/plain", headers={**TUS, "Upload-Offset": "5"}), 415),
    ):
        assert (answer.status_code, stands(engineer, address)) == (status, 5)
        assert answer["Tus-Resumable"] == "1.0.0"


def test_what_came_before_the_line_broke_is_kept_unless_it_has_a_checksum(
    sign_in: Callable[..., Client],
) -> None:
    engineer = sign_in("engineer")
    begin(engineer, 10)
    run = ImportRun.objects.get()

    class Broken:
        def __init__(self) -> None:
            self.parts = [b"123", b"45"]

        def read(self, size: int) -> bytes:
            if not self.parts:
                raise OSError("the line broke")
            return self.parts.pop(0)

    for digest, kept in ((b"\0" * 32, 0), (b"", 5)):
        piece = uploading.Piece(0, 10, Broken(), "sha256" if digest else "", digest)  # type: ignore[arg-type]
        with pytest.raises(OSError, match="broke"):
            uploading.add(run, piece, by=run.owner)
        assert run.arrived_bytes == kept


def test_two_cannot_write_to_one_file_at_once(sign_in: Callable[..., Client]) -> None:
    engineer = sign_in("engineer")
    address = begin(engineer, 10)["Location"]
    with uploading._alone(ImportRun.objects.get()):
        assert send(engineer, address, 0, b"12345").status_code == 423
    assert send(engineer, address, 0, b"12345").status_code == 204


def test_size_and_room_are_refused_early(sign_in: Callable[..., Client]) -> None:
    engineer = sign_in("engineer")
    assert begin(engineer, 5 << 30).status_code == 413
    assert begin(engineer, 5, **{"Upload-Length": "many"}).status_code == 400
    assert begin(engineer, 5, name="").status_code == 422
    with override_settings(IMPORT_QUOTA_BYTES=1000):
        assert begin(engineer, 600).status_code == 201
        refused = begin(engineer, 600)
        assert refused.status_code == 413
        # It is each person's own.
        assert begin(sign_in("surveyor"), 600).status_code == 201
        assert engineer.delete(f"{HERE}{ImportRun.objects.get(owner__username='engineer').pk}", headers=TUS)
        assert begin(engineer, 600).status_code == 201
    assert engineer.options(HERE)["Tus-Max-Size"] == str(1 << 30)


def test_an_upload_that_nobody_goes_on_with_is_forgotten_after_a_day(sign_in: Callable[..., Client]) -> None:
    engineer = sign_in("engineer")
    begin(engineer, 10)
    left = ImportRun.objects.get()
    ImportRun.objects.filter(pk=left.pk).update(updated_at=timezone.now() - timedelta(hours=25))
    address = begin(engineer, 10)["Location"]
    assert not ImportRun.objects.filter(pk=left.pk).exists()
    assert not left.folder.exists()
    assert stands(engineer, address) == 0


def test_an_upload_is_its_owner_s_and_wants_the_page_s_token(sign_in: Callable[..., Client]) -> None:
    engineer = sign_in("engineer")
    address = begin(engineer, 10)["Location"]
    assert send(sign_in("surveyor"), address, 0, b"12345").status_code == 404
    assert begin(sign_in("citizen"), 10).status_code == 403
    assert begin(Client(), 10).status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="engineer"))
    assert send(strict, address, 0, b"12345").status_code == 403
    assert stands(engineer, address) == 0


def test_a_crash_between_the_last_byte_and_its_answer_loses_nothing(sign_in: Callable[..., Client]) -> None:
    engineer = sign_in("engineer")
    address = begin(engineer, 5)["Location"]
    run = ImportRun.objects.get()
    run.path.write_bytes(b"12345")
    assert engineer.head(address, headers=TUS)["Content-Location"] == f"/staff/import/{run.pk}/"
    run.refresh_from_db()
    assert run.state == ImportState.INSPECTING
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM jobs_job")
        assert cursor.fetchone() == (1,)
