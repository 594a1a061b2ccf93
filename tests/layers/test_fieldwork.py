"""The municipality taken along in one GeoPackage, and back: every row once, nothing lost, nothing over others unseen."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import translation

from accounts.authentication import subject_of_user
from accounts.models import User
from accounts.policy import of_roles
from core.errors import Conflict, Unprocessable
from layers.actions.features import change_feature
from layers.collections import Collection
from layers.fieldwork.packing import pack
from layers.fieldwork.returning import settle, take_back
from layers.models import FieldReturn, FieldRow
from tests.cast import person
from tests.layers.trees import plant

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def trees() -> Collection:
    return plant()


@pytest.fixture
def surveyor() -> User:
    return person("surveyor")


@pytest.fixture
def taken(trees: Collection, surveyor: User, tmp_path: Path) -> Path:
    """The package as a surveyor takes it along."""
    out = tmp_path / "town.gpkg"
    pack(subject_of_user(surveyor), out)
    return out


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def edit(package: Path, *statements: str) -> None:
    """Edit the package as QField does, without the triggers that need its own functions."""
    with closing(sqlite3.connect(package)) as base:
        for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            base.execute(statement)
        base.commit()


def back(package: Path, by: User) -> dict[tuple[str, int], FieldRow]:
    with translation.override("en"):
        returned = take_back(path=package, by=by, subject=subject_of_user(by))
    return {(row.collection, row.fid): row for row in returned.rows.all()}


def tree(key: int) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, name, age, is_watered, keeper, version, ST_AsText(geom) FROM imported.trees WHERE id = %s",
            [key],
        )
        return dict(
            zip(
                ("code", "name", "age", "watered", "keeper", "version", "geom"),
                cursor.fetchone(),
                strict=True,
            )
        )


def count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM imported.trees")
        return int(cursor.fetchone()[0])


def test_a_package_holds_every_layer_that_its_taker_may_take_away(taken: Path) -> None:
    with closing(sqlite3.connect(taken)) as base:
        layers = {name for (name,) in base.execute("SELECT table_name FROM gpkg_contents")}
        columns = {name for _at, name, *_rest in base.execute("PRAGMA table_info(trees)")}
        rows = base.execute("SELECT gp_key, gp_version, code FROM trees ORDER BY gp_key").fetchall()
    assert {"trees", "buildings", "parcels"} <= layers
    assert columns >= {"gp_key", "gp_version", "code", "height"}
    assert "keeper" not in columns
    assert rows[0] == (1, 1, "TR-1")
    assert len(rows) == 5


def test_what_nobody_touched_changes_nothing(trees: Collection, surveyor: User, tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE imported.trees SET height = 0.1::float8 + 0.2::float8 + 1e-17, age = NULL WHERE id = 1"
        )
    taken = tmp_path / "town.gpkg"
    pack(subject_of_user(surveyor), taken)
    assert back(taken, surveyor) == {}
    assert tree(1)["version"] == 2


def test_changed_and_new_rows_are_taken_over_once_however_often_they_come(
    taken: Path, surveyor: User
) -> None:
    edit(
        taken,
        "UPDATE trees SET age = 121, is_watered = 0 WHERE gp_key = 1",
        "UPDATE trees SET geom = (SELECT geom FROM trees WHERE gp_key = 3) WHERE gp_key = 2",
        "INSERT INTO trees (gp_key, gp_version, code, kind, geom)"
        " SELECT gp_key, gp_version, 'TR-9', 'pine', geom FROM trees WHERE gp_key = 4",
    )
    assert {row.outcome for row in back(taken, surveyor).values()} == {"applied"}
    assert {row.outcome for row in back(taken, surveyor).values()} == {"kept"}
    assert (tree(1)["age"], tree(1)["watered"], tree(1)["version"], tree(1)["keeper"]) == (
        121,
        False,
        2,
        "هدى",
    )
    assert tree(2)["geom"] == "POINT(175200 180000)"
    assert count() == 6
    edit(taken, "UPDATE trees SET age = 122 WHERE gp_key = 1", "UPDATE trees SET age = 7 WHERE code = 'TR-9'")
    assert sorted(row.outcome for row in back(taken, surveyor).values()) == ["applied", "applied", "kept"]
    assert (tree(1)["age"], tree(1)["version"], count()) == (122, 3, 6)


def test_a_change_over_somebody_else_s_is_shown_field_by_field_and_settled(
    trees: Collection, taken: Path, surveyor: User
) -> None:
    engineer = subject_of_user(person("engineer"))
    change_feature(
        collection=trees, by=engineer, key=1, version=1, properties={"age": 200, "name": "Mosque tree"}
    )
    change_feature(collection=trees, by=engineer, key=3, version=1, properties={"age": 3})
    edit(taken, "UPDATE trees SET age = 121 WHERE gp_key = 1", "UPDATE trees SET age = 30 WHERE gp_key = 3")
    found = back(taken, surveyor)
    assert [row.outcome for row in found.values()] == ["conflict", "conflict"]
    one, three = found.values()
    assert one.differences == {"age": {"was": 120, "yours": 121, "now": 200}}
    subject = subject_of_user(surveyor)
    change_feature(collection=trees, by=engineer, key=1, version=2, properties={"age": 201})
    again = settle(row_id=one.pk, mine=True, version=2, by=surveyor, subject=subject)
    assert (again.outcome, again.differences["age"]["now"], again.version) == ("conflict", 201, 3)
    settle(row_id=one.pk, mine=True, version=3, by=surveyor, subject=subject)
    settle(row_id=three.pk, mine=False, version=2, by=surveyor, subject=subject)
    with pytest.raises(Conflict):
        settle(row_id=one.pk, mine=True, version=3, by=surveyor, subject=subject)
    assert (tree(1)["age"], tree(1)["name"], tree(3)["age"]) == (121, "Mosque tree", 3)
    assert [row.outcome for row in back(taken, surveyor).values()] == ["kept", "theirs"]


def test_what_does_not_fit_is_refused_with_its_reason_and_the_rest_is_taken_over(
    taken: Path, surveyor: User
) -> None:
    edit(
        taken,
        "UPDATE trees SET kind = 'cactus' WHERE gp_key = 1",
        "UPDATE trees SET geom = x'47500001e6100000deadbeef' WHERE gp_key = 2",
        "UPDATE trees SET gp_key = 999, code = 'TR-1' WHERE gp_key = 3",
        "UPDATE trees SET age = 801 WHERE gp_key = 4",
        "UPDATE parcels SET number = '7/7' WHERE fid = 1",
    )
    found = [(row.outcome, row.reason) for row in back(taken, surveyor).values()]
    assert sorted(outcome for outcome, _reason in found) == ["applied", "refused", "refused", "refused"]
    assert all(reason for outcome, reason in found if outcome == "refused")
    assert any("cactus" in reason for _outcome, reason in found)
    assert tree(4)["age"] == 801
    assert FieldReturn.objects.get().file.size > 0


def test_what_is_no_package_of_ours_is_refused_whole(tmp_path: Path, surveyor: User) -> None:
    strange = tmp_path / "strange.gpkg"
    strange.write_bytes(b"SQLite format 3\x00 and no more")
    with pytest.raises(Unprocessable):
        back(strange, surveyor)
    client = Client()
    client.force_login(surveyor)
    assert client.post("/staff/field/", {"file": SimpleUploadedFile("a.gpkg", b"text")}).status_code == 422
    assert client.post("/staff/field/").status_code == 422
    assert not FieldReturn.objects.exists()


def test_the_page_shows_conflicts_to_whoever_brought_them_alone(
    trees: Collection, taken: Path, surveyor: User, sign_in: SignIn
) -> None:
    engineer = of_roles(["engineer"])
    change_feature(collection=trees, by=engineer, key=1, version=1, properties={"age": 200})
    edit(taken, "UPDATE trees SET age = 121 WHERE gp_key = 1")
    client = Client()
    client.force_login(surveyor)
    sent = client.post("/staff/field/", {"file": SimpleUploadedFile("town.gpkg", taken.read_bytes())})
    page = client.get(sent["Location"] + "?lang=en").content.decode()
    assert "<td><bdi>120</bdi></td><td><bdi>121</bdi></td><td><bdi>200</bdi></td>" in page
    assert sign_in("engineer").get(sent["Location"]).status_code == 404
    assert sign_in("citizen").get("/staff/field/").status_code in (403, 404)
    row = FieldRow.objects.get()
    settled = client.post(f"{sent['Location']}{row.pk}/", {"keep": "mine", "version": row.version})
    assert settled.status_code == 302
    assert tree(1)["age"] == 121
