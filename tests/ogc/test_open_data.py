"""Open data: what the public may see as pages, files, catalogue and feed, and nothing that names people."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyogrio
import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import AccessRule
from layers.collections import Collection
from layers.models import DatasetField
from layers.opendata import protection, publishing
from tests.layers.trees import EAST, NORTH, plant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(publishing, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def trees() -> Collection:
    """Plant trees that nothing private is known of."""
    found = plant(license="CC BY 4.0")
    DatasetField.objects.filter(dataset__slug="trees", name="keeper").update(sensitivity="staff")
    return found


def publish(layer: str = "trees") -> None:
    call_command("publish_open_data", layer=layer, stdout=StringIO())


def sent(client: Any, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.getvalue()


def test_a_public_layer_has_page_files_catalogue_and_feed(
    trees: Collection, client: Any, folder: Path
) -> None:
    publish()
    page = sent(client, "/data/trees/?lang=ar").decode()
    for word in ("أشجار", "CC BY 4.0", "trees.gpkg", "trees.csv", "trees.geojson", "<path d=", "شجرة الجامع"):
        assert word in page, word
    assert "هدى" not in page
    (folder / "got.gpkg").write_bytes(sent(client, "/data/trees/trees.gpkg"))
    assert len(pyogrio.read_dataframe(folder / "got.gpkg")) == 5
    rows = list(csv.DictReader(StringIO(sent(client, "/data/trees/trees.csv").decode("utf-8-sig"))))
    assert len(rows) == 5
    assert "keeper" not in rows[0]
    assert "keeper" not in sent(client, "/data/trees/trees.geojson").decode()
    datasets = json.loads(sent(client, "/data/catalogue.jsonld"))["dcat:dataset"]
    dataset = next(one for one in datasets if one["dct:identifier"] == "trees")
    assert {one["@language"]: one["@value"] for one in dataset["dct:title"]} == {
        "ar": "أشجار",
        "en": "Trees",
        "fr": "Arbres",
    }
    named = [one.get("dcat:downloadURL", {}).get("@id", "") for one in dataset["dcat:distribution"]]
    assert any(one.endswith("/data/trees/trees.gpkg") for one in named)
    atom = ElementTree.fromstring(sent(client, "/data/feed.atom"))  # noqa: S314
    assert [one.tag.endswith("entry") for one in atom].count(True) == 1
    assert "trees" in sent(client, "/data/?q=tre&lang=en").decode()


def test_what_has_not_changed_is_not_written_again_and_what_has_is(trees: Collection) -> None:
    first = dict(publishing.publish(layer="trees"))["trees"]
    assert first is not None
    with connection.cursor() as cursor:
        cursor.execute("UPDATE imported.trees SET age = 5 WHERE id = 1")
    again = dict(publishing.publish(layer="trees"))["trees"]
    assert again is not None
    assert again.files != first.files


def test_files_that_hold_more_than_the_public_may_see_now_are_gone_at_once(
    trees: Collection, client: Any
) -> None:
    publish()
    AccessRule.objects.create(role="public", collection="trees", verb="view", field="age", allow=False)
    assert client.get("/data/trees/trees.csv").status_code == 404
    assert "trees.csv" not in sent(client, "/data/trees/").decode()
    publish()
    assert "age" not in sent(client, "/data/trees/trees.csv").decode("utf-8-sig").splitlines()[0].split(",")
    AccessRule.objects.create(role="public", collection="trees", verb="view", allow=False)
    for path in ("/data/trees/", "/data/trees/trees.csv"):
        assert client.get(path).status_code == 404, path
    assert "trees" not in sent(client, "/data/catalogue.jsonld").decode()
    publish()
    assert not (publishing.ROOT / "trees").exists()


def test_what_is_about_people_leaves_as_counts_of_squares_alone(client: Any) -> None:
    plant("orchards")
    with connection.cursor() as cursor:
        # 12 in one square, 4 in another, 5 in a third.
        for count, east in ((12, 1_000), (4, 2_000), (5, 3_000)):
            cursor.execute(
                """INSERT INTO imported.orchards (code, name, geom)
                   SELECT 'O-' || %s || n, 'SECRET', ST_SetSRID(ST_MakePoint(%s + n, %s), 28191) FROM generate_series(1, %s) n""",
                [east, EAST + east, NORTH + 1_000, count],
            )
        cursor.execute("DELETE FROM imported.orchards WHERE id <= 5")
    publish("orchards")
    assert sorted(one.name for one in (publishing.ROOT / "orchards").iterdir()) == [
        "manifest.json", "orchards-squares.csv", "orchards-squares.geojson",
    ]  # fmt: skip
    rows = list(
        csv.DictReader(StringIO(sent(client, "/data/orchards/orchards-squares.csv").decode("utf-8-sig")))
    )
    assert [int(one["about"]) for one in rows] == [10, 5]
    assert all(float(one["west_m"]) % protection.SQUARE_M == 0 for one in rows)
    page = sent(client, "/data/orchards/?lang=en").decode()
    assert "SECRET" not in page
    assert "about people" in page
    assert client.get("/data/orchards/orchards.csv").status_code == 404


def test_a_private_layer_and_a_made_up_file_are_not_there(
    trees: Collection, client: Any, sign_in: Any
) -> None:
    plant("orchards", view_roles=["engineer"])
    publish()
    for path in (
        "/data/orchards/",
        "/data/none/",
        "/data/trees/manifest.json",
        "/data/trees/..%2Fx",
        "/data/trees/x.csv",
    ):
        assert client.get(path).status_code == 404, path
        assert sign_in("engineer", username=f"e{hash(path)}").get(path).status_code == 404, path
