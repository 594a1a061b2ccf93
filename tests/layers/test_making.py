"""Layers made in the browser: described by a person, made by a job, their fields added, retired, brought back."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import connection

from accounts.policy import of_roles
from core.errors import Conflict, Forbidden
from jobs.models import Job
from layers import registry
from layers.actions.features import create_feature
from layers.making import tasks
from layers.making.drafts import columns, parse_choices
from layers.models import CatalogueEntry, Dataset, DatasetField
from municipality.models import District
from tests.conftest import WebClient, acting_as

pytestmark = pytest.mark.django_db
FIELD = {
    "ar": "",
    "en": "",
    "fr": "",
    "type": "text",
    "unit": "",
    "default": "",
    "choices": "",
    "sensitivity": "public",
    "name": "",
}


def form(*fields: dict[str, str], **layer: Any) -> dict[str, Any]:
    posted: dict[str, Any] = {
        "ar": "مقاعد", "en": "Town benches", "fr": "Bancs", "slug": "", "geometry_type": "Point", "do": "make",
        "view_roles": ["engineer", "clerk"], "edit_roles": ["engineer"],
        "field-TOTAL_FORMS": str(len(fields)), "field-INITIAL_FORMS": "0", **layer,
    }  # fmt: skip
    for at, one in enumerate(fields):
        posted |= {f"field-{at}-{name}": value for name, value in {**FIELD, **one}.items()}
    return posted


BENCHES = (
    {"en": "Code", "required": "on", "unique": "on", "label": "on"},
    {"en": "Seats", "type": "integer", "default": "٣"},
    {"en": "Made of", "choices": "wood = خشب | Wood | Bois\nstone = حجر | Stone | Pierre", "default": "wood"},
    {"en": "seats", "type": "integer"},
    {"en": "ID"},
    {"en": "geom"},
)


@pytest.fixture
def engineer(sign_in: Callable[..., WebClient]) -> WebClient:
    return sign_in("engineer")


def make(visitor: WebClient, *fields: dict[str, str], **layer: Any) -> Any:
    """Send the form, and do the job that it asks for as the worker does."""
    answer = visitor.post("/staff/layers/new/?lang=en", form(*fields, **layer))
    assert answer.status_code == 302, answer.content.decode()
    job = Job.objects.latest("enqueued_at")
    return tasks.make_layer.func(*job.arguments["args"])


def test_a_layer_is_made_with_its_fields_and_rules(engineer: WebClient) -> None:
    assert make(engineer, *BENCHES) == {"slug": "town-benches"}
    one = registry.find("town-benches")
    assert [field.name for field in one.fields] == ["code", "seats", "made_of", "seats_2", "id_2", "geom_2"]
    assert (one.view_roles, one.edit_roles) == (frozenset({"engineer", "clerk"}), frozenset({"engineer"}))
    code, seats, made_of = one.fields[:3]
    assert (code.required, code.unique, seats.default, made_of.default) == (True, True, 3, "wood")
    assert [str(title) for title in made_of.choices.values()] == ["Wood", "Stone"]
    with acting_as("gisportal_web"):
        written = create_feature(
            collection=one, by=of_roles(["engineer"]), properties={"code": "B-1"},
            geometry={"type": "Point", "coordinates": [35.2, 31.9]},
        )  # fmt: skip
    assert (
        engineer.get(f"/api/v1/collections/town-benches/items/{written.key}").json()["properties"]["seats"]
        == 3
    )
    assert WebClient().get("/api/v1/collections/town-benches/items").status_code == 404


def test_a_table_without_a_map_is_made_and_filled(engineer: WebClient) -> None:
    make(engineer, {"en": "Price", "type": "number"}, geometry_type="", en="Price list")
    one = registry.find("price-list")
    assert not one.has_geometry
    create_feature(collection=one, by=of_roles(["engineer"]), properties={"price": "12.5"})
    assert engineer.get("/api/v1/collections/price-list/rows").json()["rows"] == [[1, "1", False, 12.5]]
    assert engineer.get("/staff/layers/price-list/table/").status_code == 200
    assert engineer.get("/staff/layers/price-list/style/").status_code == 404


def test_the_job_begun_again_makes_nothing_twice(engineer: WebClient) -> None:
    make(engineer, *BENCHES)
    arguments = Job.objects.latest("enqueued_at").arguments["args"]
    assert tasks.make_layer.func(*arguments) == {"slug": "town-benches"}
    with pytest.raises(Conflict):
        tasks.make_layer.func({**arguments[0], "en": "Another"}, arguments[1])
    assert Dataset.objects.filter(slug="town-benches").count() == 1


@pytest.mark.parametrize(
    ("fields", "layer", "words"),
    [
        ([{"en": "Code"}], {"ar": "", "en": "", "fr": ""}, "Give the layer a title"),
        ([{"en": "Code"}], {"slug": "Town Benches"}, "Lower-case Latin letters"),
        ([{"en": "Code"}], {"slug": "parcels"}, "there already"),
        ([{"en": "Code"}], {"slug": "new"}, "there already"),
        ([{"en": "Code"}], {"geometry_type": "Circle"}, "geometry_type"),
        ([{"en": "Code"}], {"geometry_type": "", "by_district": "on"}, "lies in no district"),
        ([{"unit": "m"}], {}, "Give the field a label"),
        ([{"en": "Seats", "type": "integer", "default": "many"}], {}, "does not fit this field"),
        ([{"en": "Seats", "type": "integer", "choices": "one\ntwo"}], {}, "does not fit this field"),
        ([{"en": "Kind", "choices": "a\na"}], {}, "listed twice"),
        ([{"en": "Kind", "choices": "a\nb", "default": "c"}], {}, "not among the values"),
        ([{"en": "Kind", "type": "geometry"}], {}, "geometry"),
    ],
)
def test_a_wrong_description_is_told_and_kept(
    engineer: WebClient, fields: list[dict[str, str]], layer: dict[str, Any], words: str
) -> None:
    page = engineer.post("/staff/layers/new/?lang=en", form(*fields, **layer))
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not Job.objects.exists()


def test_rows_of_fields_are_added_and_taken_away_before_anything_is_made(engineer: WebClient) -> None:
    page = engineer.post(
        "/staff/layers/new/?lang=en", form({"en": "Code"}, {"en": "Seats"}, do="add")
    ).content.decode()
    assert 'value="Seats"' in page
    assert "field-2-en" in page
    page = engineer.post(
        "/staff/layers/new/?lang=en", form({"en": "Code"}, {"en": "Seats"}, do="remove-0")
    ).content.decode()
    assert 'value="Code"' not in page
    assert "field-1-en" not in page


def test_a_field_comes_later_and_every_row_gets_its_usual_value(engineer: WebClient) -> None:
    make(engineer, *BENCHES)
    one = registry.find("town-benches")
    create_feature(collection=one, by=of_roles(["engineer"]), properties={"code": "B-1"})
    address = "/staff/layers/town-benches/fields/?lang=en"
    refused = engineer.post(address, {**FIELD, "en": "Code", "required": "on"})
    assert (refused.status_code, "has features already" in refused.content.decode()) == (422, True)
    assert (
        engineer.post(address, {**FIELD, "en": "Code", "required": "on", "default": "old"}).status_code == 302
    )
    tasks.add_field.func(*Job.objects.latest("enqueued_at").arguments["args"])
    registry._held = None
    assert registry.find("town-benches").fields[-1].name == "code_2"
    row = engineer.get("/api/v1/collections/town-benches/rows?columns=code,code_2").json()["rows"][0]
    assert row[3:] == ["B-1", "old"]


def test_a_retired_field_is_nowhere_and_comes_back_with_what_it_held(engineer: WebClient) -> None:
    make(engineer, *BENCHES)
    one = registry.find("town-benches")
    create_feature(collection=one, by=of_roles(["engineer"]), properties={"code": "B-1", "seats": 7})
    retire = "/staff/layers/town-benches/fields/seats/retire/"
    CatalogueEntry.objects.create(
        collection="town-benches", style=[{"type": "circle", "paint": {"circle-radius": ["get", "seats"]}}]
    )
    assert engineer.post(retire).status_code == 409
    CatalogueEntry.objects.all().delete()
    assert engineer.post(retire).status_code == 302
    assert engineer.get("/api/v1/collections/town-benches/rows?columns=seats").status_code == 400
    assert "seats" not in engineer.get("/api/v1/collections/town-benches/items/1").json()["properties"]
    assert engineer.post(retire).status_code == 302
    assert engineer.get("/api/v1/collections/town-benches/rows?columns=seats").json()["rows"][0][3] == 7
    assert DatasetField.objects.get(name="seats").retired_at is None


def test_rights_can_differ_by_district(engineer: WebClient, sign_in: Callable[..., WebClient]) -> None:
    squares = (
        "ST_Multi(ST_MakeEnvelope(%s, 180000, %s, 180100, 28191))",
        ((175_000, 175_100), (175_100, 175_200)),
    )
    ids = []
    for code, ends in zip("WE", squares[1], strict=True):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO municipality_district (code, name_ar, name_en, name_fr, geom) VALUES "
                f"(%s, %s, %s, %s, {squares[0]}) RETURNING id",
                [code, code, code, code, *ends],
            )
            ids.append(cursor.fetchone()[0])
    make(engineer, {"en": "Code"}, by_district="on")
    one = registry.find("town-benches")
    for code, east in (("west", 175_050), ("east", 175_150)):
        create_feature(
            collection=one, by=of_roles(["engineer"]), properties={"code": code},
            geometry={"type": "Point", "coordinates": [east, 180_050]}, srid=28191,
        )  # fmt: skip
    clerk = sign_in("clerk", districts=[District.objects.get(pk=ids[0])])
    rows = clerk.get("/api/v1/collections/town-benches/rows").json()["rows"]
    assert [row[3] for row in rows] == ["west"]
    westerner = of_roles({"engineer": frozenset(ids[:1])})
    for east, allowed in ((175_020, True), (175_120, False), (175_900, False)):
        sent = {"code": str(east)}
        place = {"type": "Point", "coordinates": [east, 180_050]}
        with nullcontext() if allowed else pytest.raises(Forbidden):
            create_feature(collection=one, by=westerner, properties=sent, geometry=place, srid=28191)


def test_only_importers_make_layers(sign_in: Callable[..., WebClient]) -> None:
    assert sign_in("clerk").post("/staff/layers/new/", form({"en": "Code"})).status_code == 403
    assert WebClient().post("/staff/layers/new/", form({"en": "Code"})).status_code == 302
    assert not Job.objects.exists()


def test_columns_never_meet_ours_or_each_other() -> None:
    wanted = [
        ("", "ID", "", ""),
        ("Version", "", "", ""),
        ("", "", "", "الاسم"),
        ("", "Kind", "", ""),
        ("KIND", "", "", ""),
    ]
    assert columns(wanted, ["kind"]) == [
        "id_2",
        "version_2",
        columns(wanted, ["kind"])[2],
        "kind_2",
        "kind_3",
    ]
    assert columns([("district_id", "", "", "")]) == ["district_id_2"]


def test_choices_are_read_a_line_each() -> None:
    assert parse_choices("a = ا | A\n\n b ") == (("a", "ا", "A", ""), ("b", "", "", ""))
