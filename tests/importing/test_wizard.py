"""The wizard and the API from upload to map, by somebody who may, and by those who may not."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings

from jobs.models import Job, State
from layers.importing import tasks
from layers.importing.models import ImportRun, ImportState
from layers.models import Dataset
from tests.importing import files

pytestmark = pytest.mark.django_db
WORK = {
    "inspecting": tasks.inspect,
    "rehearsing": tasks.rehearse,
    "loading": tasks.load,
    "removing": tasks.remove,
}


@pytest.fixture(autouse=True)
def _media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def work(run: ImportRun) -> ImportRun:
    """Do what the worker would do next."""
    run.refresh_from_db()
    WORK[run.state].call(str(run.pk))
    run.refresh_from_db()
    return run


def upload(client: Client, path: Path, name: str = "") -> ImportRun:
    content = SimpleUploadedFile(name or path.name, path.read_bytes())
    response = client.post("/staff/import/", {"file": content})
    assert response.status_code == 302, response.content
    return work(ImportRun.objects.latest("created_at"))


def field_inputs(page: str) -> dict[str, str]:
    """Return what a browser would send from the fields page as it is."""
    named = re.findall(r'<input name="((?:column|ar|en|fr)-\d+)" value="([^"]*)"', page)
    kept = re.findall(r'name="(keep-\d+)"', page)
    return {**dict(named), **dict.fromkeys(kept, "on")}


def test_a_file_goes_step_by_step_onto_the_map_and_off_it(
    sign_in: Callable[..., Client], tmp_path: Path
) -> None:
    engineer = sign_in("engineer")
    bad = files.frame(
        [files.square(0, 0), files.bow_tie(1, 0), files.square(0, 0, 0)], owner=["محمد", "سعاد", "=1"]
    )
    run = upload(engineer, files.geopackage(tmp_path / "town parcels.gpkg", bad))
    here = f"/staff/import/{run.pk}/"
    assert "EPSG:28191" in engineer.get(here, {"lang": "en"}).content.decode()
    assert engineer.post(here + "place/", {"srid": "28191"})["Location"].endswith("?step=fields")
    page = engineer.get(here, {"step": "fields", "lang": "en"}).content.decode()
    given = {"slug": "town", "title_ar": "قطع", "title_en": "Parcels", **field_inputs(page)}
    assert engineer.post(here + "fields/", given).status_code == 302
    assert work(run).state == ImportState.REHEARSED
    assert not Dataset.objects.exists()
    assert "Would be loaded" in engineer.get(here, {"lang": "en"}).content.decode()
    listed = b"".join(engineer.get(here + "refused.csv").streaming_content).decode("utf-8-sig")
    assert list(csv.reader(listed.splitlines()))[1][0] == "3"
    engineer.post(here + "load/")
    assert work(run).state == ImportState.LOADED
    page = engineer.get(here, {"lang": "en"}).content.decode()
    assert "layers=town" in page
    known = Dataset.objects.get(slug="town")
    assert (known.title_ar, known.title_en, known.feature_count) == ("قطع", "Parcels", 2)
    assert known.imported_by is not None
    engineer.post(here + "remove/")
    assert work(run).state == ImportState.REMOVED
    assert not Dataset.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('imported.town')")
        assert cursor.fetchone() == (None,)


def test_a_bad_file_is_refused_in_the_language_of_whoever_looks(
    sign_in: Callable[..., Client], tmp_path: Path
) -> None:
    engineer = sign_in("engineer")
    path = tmp_path / "empty.gpkg"
    path.write_bytes(b"SQLite format 3\0 and no more")
    run = upload(engineer, path)
    assert run.state == ImportState.REFUSED
    words = {
        code: engineer.get(f"/staff/import/{run.pk}/", {"lang": code}).content.decode()
        for code in ("en", "ar", "fr")
    }
    assert "damaged" in words["en"]
    assert "تالف" in words["ar"]
    assert "endommagé" in words["fr"]


def test_a_file_declared_too_large_is_refused_before_it_is_read(sign_in: Callable[..., Client]) -> None:
    engineer = sign_in("engineer")
    with override_settings(IMPORT_MAX_BYTES=1000):
        response = engineer.post(
            "/staff/import/",
            {"file": SimpleUploadedFile("a.gpkg", b"x" * 2000)},
            headers={"accept": "application/json"},
        )
    assert response.status_code == 413
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    "given", [{}, {"srid": "other", "other_srid": "banana"}, {"srid": "999999"}, {"srid": "4326"}]
)
def test_a_place_that_makes_no_sense_is_asked_again(
    sign_in: Callable[..., Client], tmp_path: Path, given: dict[str, str]
) -> None:
    engineer = sign_in("engineer")
    run = upload(engineer, files.geopackage(tmp_path / "a.gpkg", files.parcels()))
    response = engineer.post(f"/staff/import/{run.pk}/place/", given)
    assert response.status_code == 400
    assert "error-summary" in response.content.decode()


def test_steps_out_of_order_are_refused(sign_in: Callable[..., Client], tmp_path: Path) -> None:
    engineer = sign_in("engineer")
    run = upload(engineer, files.geopackage(tmp_path / "a.gpkg", files.parcels()))
    for step in ("load", "retry"):
        assert engineer.post(f"/staff/import/{run.pk}/{step}/").status_code == 409


def test_a_cancelled_job_leaves_the_import_where_it_was(
    sign_in: Callable[..., Client], tmp_path: Path
) -> None:
    engineer = sign_in("engineer")
    run = upload(engineer, files.geopackage(tmp_path / "a.gpkg", files.parcels()))
    engineer.post(f"/staff/import/{run.pk}/rehearse/")
    engineer.post(f"/staff/import/{run.pk}/stop/")
    run.refresh_from_db()
    assert run.state == ImportState.INSPECTED
    assert Job.objects.get(pk=run.job_id).state == State.CANCELLED


def test_one_person_s_imports_are_not_there_for_another_but_for_the_administrator(
    sign_in: Callable[..., Client], tmp_path: Path
) -> None:
    run = upload(sign_in("engineer"), files.geopackage(tmp_path / "a.gpkg", files.parcels()))
    surveyor = sign_in("surveyor")
    for address in (f"/staff/import/{run.pk}/", f"/api/v1/imports/{run.pk}"):
        assert surveyor.get(address).status_code == 404
        assert sign_in("admin", username=f"admin{len(address)}").get(address).status_code == 200
    assert "a.gpkg" not in surveyor.get("/staff/import/").content.decode()


def test_the_list_is_searched_sorted_and_paged(sign_in: Callable[..., Client]) -> None:
    engineer = sign_in("engineer")
    from accounts.models import User

    owner = User.objects.get(username="engineer")
    for number in range(25):
        ImportRun.objects.create(owner=owner, file_name=f"file-{number:02}.gpkg", size_bytes=number)
    page = engineer.get("/staff/import/", {"sort": "file"}).content.decode()
    assert page.index("file-00.gpkg") < page.index("file-19.gpkg")
    assert "file-20.gpkg" not in page
    assert "file-20.gpkg" in engineer.get("/staff/import/", {"sort": "file", "page": "2"}).content.decode()
    assert "file-07.gpkg" not in engineer.get("/staff/import/", {"q": "file-13"}).content.decode()
    assert engineer.get("/staff/import/", {"sort": "banana", "page": "banana"}).status_code == 200


def test_a_program_imports_over_the_api(sign_in: Callable[..., Client], tmp_path: Path) -> None:
    engineer = sign_in("engineer")
    path = files.geopackage(tmp_path / "a.gpkg", files.parcels())
    made = engineer.post("/api/v1/imports", {"file": SimpleUploadedFile("a.gpkg", path.read_bytes())})
    assert (made.status_code, made.json()["busy"]) == (202, True)
    here = f"/api/v1/imports/{made.json()['id']}"
    run = work(ImportRun.objects.get(pk=made.json()["id"]))
    assert engineer.get(here).json()["inspection"]["layers"][0]["count"] == 9
    change = {"slug": "by-api", "public": True, "fields": [{"name": "owner", "keep": False}]}
    planned = engineer.patch(f"{here}/plan", json.dumps(change), content_type="application/json")
    assert planned.status_code == 200, planned.content
    assert engineer.post(f"{here}/load").status_code == 409
    assert engineer.post(f"{here}/rehearse").status_code == 202
    work(run)
    assert engineer.post(f"{here}/load").status_code == 202
    assert work(run).state == ImportState.LOADED
    assert [one.name for one in Dataset.objects.get(slug="by-api").fields.all()] == [
        "parcel_no",
        "area",
        "floors",
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"slug": "Bad Key"},
        {"srid": 999999},
        {"encoding": "EBCDIC"},
        {"layer": "9:none"},
        {"fields": [{"name": "none"}]},
    ],
)
def test_a_plan_that_cannot_be_is_a_problem_document(
    sign_in: Callable[..., Client], tmp_path: Path, change: dict[str, Any]
) -> None:
    engineer = sign_in("engineer")
    run = upload(engineer, files.geopackage(tmp_path / "a.gpkg", files.parcels()))
    response = engineer.patch(
        f"/api/v1/imports/{run.pk}/plan", json.dumps(change), content_type="application/json"
    )
    assert response.status_code == 422
    assert response.json()["title"]
