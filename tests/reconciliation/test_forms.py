"""Forms that the municipality builds: read from XLSForm, refused by cell, asked and checked, kept by version."""

import io
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from reconciliation.forms.answering import faults
from reconciliation.forms.expressions import holds, parse
from reconciliation.forms.faults import BrokenForm
from reconciliation.forms.reading import read
from reconciliation.models import Case, Visit, VisitForm
from tests.reconciliation.conftest import KEY
from tests.reconciliation.test_visits import send

SignIn = Callable[..., Client]
ON = date(2026, 11, 25)
SURVEY = [
    ["type", "name", "label::العربية (ar)", "label::English (en)", "required", "relevant", "constraint", "constraint_message"],
    ["start", "began"],
    ["select_one kinds", "kind", "ما الذي يقوم هنا؟", "What stands here?", "yes"],
    ["begin_group", "inside", "داخل المبنى", "Inside", None, "${kind} = 'house'"],
    ["integer", "floors", "عدد الطوابق", "Floors", "yes", None, ". > 0 and . <= 40", "From 1 to 40"],
    ["select_multiple kinds", "others", "وماذا أيضًا؟", "What else?", None, "${floors} > 1"],
    ["end_group"],
    ["date", "since", "منذ متى؟", "Since when?", None, "not(selected(${others}, 'shop'))", ". <= today()"],
    ["image", "front", "صورة الواجهة", "The front"],
    ["geopoint", "door", "موقع الباب", "The door"],
]  # fmt: skip
CHOICES = [
    ["list_name", "name", "label::العربية (ar)", "label::English (en)"],
    ["kinds", "house", "بيت", "House"],
    ["kinds", "shop", "دكان", "Shop"],
]


def form(survey: list[list[Any]], choices: list[list[Any]] | None = None) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "survey"
    for line in survey:
        book.active.append(line)
    sheet = book.create_sheet("choices")
    for line in choices or CHOICES:
        sheet.append(line)
    sheet = book.create_sheet("settings")
    sheet.append(["form_title", "form_id", "default_language"])
    sheet.append(["Visit of a building", "visit", "English (en)"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(client: Client, body: bytes) -> Any:
    file = SimpleUploadedFile("form.xlsx", body)
    return client.post(f"/staff/queues/{KEY}/form/", {"file": file})


def broken(survey: list[list[Any]], choices: list[list[Any]] | None = None) -> set[tuple[str, int, str]]:
    with pytest.raises(BrokenForm) as refusal:
        read(form(survey, choices))
    return {(one.sheet, one.row, one.column) for one in refusal.value.faults}


def test_a_form_is_read_with_its_languages_groups_and_the_xform_for_other_tools() -> None:
    found = read(form(SURVEY))
    assert found.title == "Visit of a building"
    assert [one["name"] for one in found.questions if one["type"] != "group"] == [
        "kind", "floors", "others", "since", "front", "door",
    ]  # fmt: skip
    assert found.questions[0]["title"] == {"ar": "ما الذي يقوم هنا؟", "en": "What stands here?"}
    assert [one["value"] for one in found.questions[0]["choices"]] == ["house", "shop"]
    assert 'nodeset="/visit/inside/floors"' in found.xform


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (["colour", "paint", "لون", "Paint"], "type"),
        (["text", "2nd", "ثانٍ", "Second"], "name"),
        (["text", "kind", "نوع", "Kind"], "name"),
        (["text", "words"], "label"),
        (["select_one nothing", "which", "أيها", "Which"], "type"),
        (["text", "a", "أ", "A", "perhaps"], "required"),
        (["text", "a", "أ", "A", None, "${nobody} = 1"], "relevant"),
        (["text", "a", "أ", "A", None, None, "regex(., 'x')"], "constraint"),
        (["text", "a", "أ", "A", None, None, "(. > 1"], "constraint"),
        (["text", "a", "أ", "A", None, None, "selected(.)"], "constraint"),
    ],
)
def test_a_broken_row_is_named_with_its_number_and_column(row: list[Any], column: str) -> None:
    assert ("survey", len(SURVEY) + 1, column) in broken([*SURVEY, row])


def test_every_fault_of_a_form_is_told_at_once() -> None:
    survey = [*SURVEY, ["colour", "paint", "لون", "Paint"], ["end_group"]]
    choices = [*CHOICES, ["kinds", "two words", "كلمتان", "Two"], ["kinds", "shop", None, None], [None, "x"]]
    assert broken(survey, choices) == {
        ("survey", 11, "type"), ("survey", 12, "type"),
        ("choices", 4, "name"), ("choices", 5, "name"), ("choices", 5, "label"), ("choices", 6, "list_name"),
    }  # fmt: skip


def test_what_is_no_form_is_refused() -> None:
    assert broken([["kind", "called"], ["text", "a"]]) == {("survey", 1, "name"), ("survey", 1, "type")}
    assert broken([SURVEY[0]]) == {("survey", 0, "")}
    assert broken([SURVEY[0], ["note", "n", "ملاحظة", "Note"]]) == {("survey", 0, "")}


@pytest.mark.parametrize(
    ("written", "answers", "expected"),
    [
        ("${a} = '1.0'", {"a": "1"}, True),
        ("${a} = 'x' or ${b} = 'y' and ${c} = 'z'", {"a": "x"}, True),
        ("${a} + 2 * 3 = 7", {"a": "1"}, True),
        ("${a} > 0", {}, False),
        ("not(${a} > 0)", {}, True),
        ("${a} != ''", {}, False),
        ("selected(${a}, 'y')", {"a": "x y"}, True),
        ("selected(${a}, 'y')", {"a": "xy"}, False),
        ("count-selected(${a}) = 2", {"a": "x y"}, True),
        ("${a} < today()", {"a": "2026-11-24"}, True),
        ("-${a} = 0 - 3 and ${a} mod 2 = 1", {"a": "3"}, True),
        ("${a} div 0 > 0", {"a": "3"}, False),
        ("string-length(${a}) >= 3", {"a": "abc"}, True),
    ],
)
def test_expressions_mean_what_xpath_means_by_them(
    written: str, answers: dict[str, str], expected: bool
) -> None:
    assert holds(parse(written), answers, "", ON) is expected


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({}, {"kind"}),
        ({"kind": "shop"}, set()),
        ({"kind": "house"}, {"floors"}),
        ({"kind": "house", "floors": "٤٠"}, set()),
        ({"kind": "house", "floors": "٤١"}, {"floors"}),
        ({"kind": "house", "floors": "two"}, {"floors"}),
        ({"kind": "shop", "floors": "2"}, {"floors"}),
        ({"kind": "house", "floors": "2", "others": "shop castle"}, {"others"}),
        ({"kind": "shop", "since": "2026-11-26"}, {"since"}),
        ({"kind": "shop", "since": "2026-11-25"}, set()),
        ({"kind": "shop", "door": "95 10"}, {"door"}),
        ({"kind": "shop", "door": "32.2 35.2 0 4.5"}, set()),
        ({"kind": "shop", "front": "x.jpg"}, {"front"}),
        ({"kind": "shop", "soul": "x"}, {"soul"}),
    ],
)
def test_answers_are_held_against_the_form(answers: dict[str, str], wrong: set[str]) -> None:
    assert set(faults(read(form(SURVEY)).questions, answers, ON, complete=True)) == wrong


@pytest.mark.django_db
def test_a_round_asks_the_newest_form_and_a_stale_phone_is_held_to_the_one_it_kept(
    sign_in: SignIn, cases: list[Case]
) -> None:
    engineer, surveyor = sign_in("engineer"), sign_in("surveyor")
    Case.objects.update(assignee=User.objects.get(username="surveyor"))
    assert upload(engineer, form(SURVEY)).status_code == 302
    asked = surveyor.get("/api/v1/visits/round?lang=ar").json()["queues"][KEY]
    assert (asked["form"], asked["questions"][0]["title"]) == (1, "ما الذي يقوم هنا؟")
    later = [SURVEY[0], ["text", "roof", "السقف", "Roof", "yes"]]
    assert upload(engineer, form(later)).status_code == 302
    stale = send(surveyor, uuid.uuid4(), cases[0], form=1, answers={"kind": "shop"})
    assert stale.status_code == 200
    assert send(surveyor, uuid.uuid4(), cases[1], form=2, answers={"kind": "shop"}).status_code == 422
    assert send(surveyor, uuid.uuid4(), cases[1], form=3, answers={}).status_code == 422
    assert Visit.objects.get().form == VisitForm.objects.get(version=1)
    page = engineer.get(f"/staff/queues/{KEY}/{cases[0].pk}/?lang=en").content.decode()
    assert "What stands here?" in page
    assert "Shop" in page
    assert engineer.post(f"/staff/queues/{KEY}/form/", {"withdraw": "1"}).status_code == 302
    assert surveyor.get("/api/v1/visits/round").json()["queues"][KEY]["form"] is None


@pytest.mark.django_db
def test_a_broken_form_changes_nothing_and_says_row_and_column(sign_in: SignIn) -> None:
    engineer = sign_in("engineer")
    answer = upload(engineer, form([*SURVEY, ["colour", "paint", "لون", "Paint"]]))
    assert answer.status_code == 422
    assert '<td class="number">11</td><td><bdi>type</bdi></td>' in answer.content.decode()
    assert upload(engineer, b"no workbook").status_code == 422
    assert engineer.post(f"/staff/queues/{KEY}/form/").status_code == 422
    assert not VisitForm.objects.exists()


@pytest.mark.django_db
def test_a_form_comes_back_as_it_was_sent_and_only_its_keepers_change_it(sign_in: SignIn) -> None:
    body = form(SURVEY)
    assert upload(sign_in("surveyor"), body).status_code == 403
    assert upload(sign_in("citizen"), body).status_code in (403, 404)
    engineer = sign_in("engineer")
    upload(engineer, body)
    assert engineer.get(f"/staff/queues/{KEY}/form/1.xlsx").content == body
    assert b"<h:html" in engineer.get(f"/staff/queues/{KEY}/form/1.xml").content
    assert engineer.get(f"/staff/queues/{KEY}/form/2.xml").status_code == 404
    for kept in VisitForm.objects.all():
        kept.file.delete(save=False)
