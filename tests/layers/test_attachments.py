"""Photos and documents of features: drawn anew or recognised, under safe names, for who may see the feature."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from layers.attachments import files
from layers.attachments.files import safe_name
from layers.collections import Collection
from layers.models import Attachment
from tests.conftest import WebClient
from tests.layers.trees import plant

pytestmark = pytest.mark.django_db
FILES = "/api/v1/collections/trees/items/1/attachments"


@pytest.fixture
def trees(settings: Any, tmp_path: Path) -> Collection:
    settings.MEDIA_ROOT = tmp_path
    return plant()


@pytest.fixture
def engineer(trees: Collection, sign_in: Callable[..., WebClient]) -> WebClient:
    return sign_in("engineer")


def picture(size: tuple[int, int] = (640, 480), kind: str = "JPEG", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#2a5690").save(out, kind, **more)
    return out.getvalue()


def office(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def add(visitor: WebClient, name: str, content: bytes, path: str = FILES) -> Any:
    return visitor.post(path, {"file": SimpleUploadedFile(name, content)})


def test_a_photo_is_drawn_anew_without_what_the_camera_wrote(engineer: WebClient) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    exif[0x0112] = 6
    sent = picture(exif=exif) + b"<?php trailer ?>"
    added = add(engineer, "../../etc/شجرة.php", sent)
    assert added.status_code == 201
    assert (added.json()["kind"], added.json()["name"]) == ("image", "شجرة.jpg")
    kept = Attachment.objects.get()
    assert b"secret" not in kept.path.read_bytes()
    assert b"php" not in kept.path.read_bytes()
    assert Image.open(kept.path).size == (480, 640)
    small = engineer.get(added.json()["url"] + "?size=small")
    assert Image.open(io.BytesIO(b"".join(small.streaming_content))).size == (240, 320)
    assert small["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("deed.pdf", b"%PDF-1.7 ...", "deed.pdf"),
        ("notes.exe", "ملاحظات\n".encode(), "notes.txt"),
        ("list.zip", office("[Content_Types].xml", "xl/workbook.xml"), "list.xlsx"),
    ],
)
def test_a_document_is_known_by_its_content_and_saved_not_shown(
    engineer: WebClient, name: str, content: bytes, kept: str
) -> None:
    added = add(engineer, name, content).json()
    assert (added["kind"], added["name"]) == ("document", kept)
    assert engineer.get(added["url"])["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"\x7fELF\x02\x01", 422),
        (b"<html><script>alert(1)</script>", 422),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422),
        (office("evil.js"), 422),
        (office("[Content_Types].xml", "word/vbaProject.bin", "word/document.xml"), 422),
        (picture()[:400], 422),
        (b"", 422),
    ],
)
def test_what_is_neither_picture_nor_document_is_refused(
    engineer: WebClient, content: bytes, status: int
) -> None:
    assert add(engineer, "file.jpg", content).status_code == status
    assert not Attachment.objects.exists()


def test_too_many_pixels_and_bytes_are_refused_early(
    engineer: WebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert add(engineer, "wide.png", picture((20_000, 5_000), "PNG")).status_code == 413
    monkeypatch.setattr(files, "MOST_BYTES", 1000)
    assert add(engineer, "big.txt", b"x" * 1001).status_code == 413


def test_files_follow_the_rights_on_their_feature(
    engineer: WebClient, sign_in: Callable[..., WebClient]
) -> None:
    added = add(engineer, "deed.pdf", b"%PDF-1.7").json()
    clerk = sign_in("clerk")
    assert clerk.get(added["url"]).status_code == 200
    assert len(clerk.get(FILES).json()["attachments"]) == 1
    assert add(clerk, "x.pdf", b"%PDF-1.7").status_code == 403
    assert clerk.delete(f"{FILES}/{added['id']}").status_code == 403
    for stranger in (WebClient(), sign_in("citizen")):
        assert stranger.get(added["url"]).status_code == 404
        assert stranger.get(FILES).status_code == 404
    assert engineer.get(FILES.replace("/1/", "/99/")).status_code == 404
    assert engineer.delete(f"{FILES}/{added['id']}").status_code == 204
    assert json.loads(engineer.get(FILES).content) == {"attachments": []}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("a/b\\c.pdf", "c.pdf"),
        ("\u202egnp.exe", "gnp.pdf"),
        ("..", "file.pdf"),
        ("x" * 300, "x" * 100 + ".pdf"),
        ("con\x00.pdf", "con.pdf"),
    ],
)
def test_names_are_made_safe(written: str, kept: str) -> None:
    assert safe_name(written, "application/pdf") == kept
