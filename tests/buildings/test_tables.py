"""Many changes at once: what is shown is what is done, all of it or nothing."""

import io
from collections.abc import Callable

import pytest
from django.test import Client

from buildings.actions import tables
from buildings.errors import StaleRow
from buildings.models import Building
from core.errors import Unprocessable
from tests.buildings.conftest import box
from tests.workbooks import workbook

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def row(house: Building) -> list[Building]:
    """Three houses, A-1 to A-3."""
    return [
        Building.objects.create(code=f"A-{n}", parcel=house.parcel, geom=box(174740 + n * 12, 180830, 10, 10))
        for n in (1, 2, 3)
    ]


def test_a_paste_shows_each_cell_that_would_change(row: list[Building]) -> None:
    found = tables.difference("code\tfloors\tuse\nA-1\t4\tschool\nA-2\t1\tresidential")
    assert [(one.building.code, one.name, one.after) for one in found.changes] == [
        ("A-1", "floors", "4"),
        ("A-1", "use", str(dict(Building._meta.get_field("use").choices)["school"])),
    ]
    assert found.faults == []
    assert Building.objects.get(code="A-1").floors == 1


def test_every_row_that_does_not_fit_is_named_with_its_column(row: list[Building]) -> None:
    found = tables.difference("code\tfloors\nA-1\tmany\nZ-9\t2\nA-2\t3\nA-2\t4\nA-3\t-1")
    assert [(one.row, one.name) for one in found.faults] == [
        (2, "floors"), (3, "code"), (5, "code"), (6, "floors"),
    ]  # fmt: skip


def test_what_was_shown_is_done_once_and_only_while_it_holds(row: list[Building]) -> None:
    table = "code\tfloors\nA-1\t4\nA-2\t5"
    digest = tables.difference(table).digest
    Building.objects.filter(code="A-2").update(floors=9, version=2)
    with pytest.raises(StaleRow):
        tables.apply(table, digest=digest)
    assert Building.objects.get(code="A-1").floors == 1
    tables.apply(table, digest=tables.difference(table).digest)
    assert [Building.objects.get(code=code).floors for code in ("A-1", "A-2")] == [4, 5]
    assert Building.objects.get(code="A-2").version == 3


def test_a_table_with_one_fault_changes_nothing(row: list[Building]) -> None:
    table = "code\tfloors\nA-1\t4\nA-2\tmany"
    with pytest.raises(Unprocessable):
        tables.apply(table, digest=tables.difference(table).digest)
    assert Building.objects.get(code="A-1").floors == 1


@pytest.mark.parametrize("table", ["", "floors\n3", "code\tsoul\nA-1\tx", "code\tfloors\tfloors\nA-1\t1\t2"])
def test_a_table_without_its_columns_is_refused(row: list[Building], table: str) -> None:
    with pytest.raises(Unprocessable):
        tables.difference(table)


def test_a_workbook_is_read_by_page_and_changes_after_a_look(sign_in: SignIn, row: list[Building]) -> None:
    client = sign_in("engineer")
    body = io.BytesIO(workbook(["code", "floors"], ["A-1", 7.0]))
    body.name = "t.xlsx"
    page = client.post("/staff/buildings/table/", {"file": body})
    digest = page.context["difference"].digest
    done = client.post("/staff/buildings/apply/", {"table": page.context["table"], "digest": digest})
    assert done.status_code == 302
    assert Building.objects.get(code="A-1").floors == 7


@pytest.mark.parametrize("body", [b"", b"no workbook", workbook(["code", "floors"], ["A-1", "=1+1"])])
def test_a_file_that_is_no_table_or_holds_formulas_is_refused(
    sign_in: SignIn, row: list[Building], body: bytes
) -> None:
    file = io.BytesIO(body)
    file.name = "t.xlsx"
    answer = sign_in("engineer").post("/staff/buildings/table/?lang=en", {"file": file})
    assert answer.status_code in (200, 422)
    assert not body.startswith(b"PK") or "Row 2, column B holds a formula" in answer.content.decode()
    assert Building.objects.get(code="A-1").floors == 1


def test_one_value_for_chosen_rows_is_shown_first(sign_in: SignIn, row: list[Building]) -> None:
    client = sign_in("engineer")
    chosen = {"building": [one.pk for one in row], "field": "condition", "value": "poor"}
    page = client.post("/staff/buildings/bulk/", chosen)
    assert len(page.context["difference"].changes) == 3
    assert sign_in("auditor").post("/staff/buildings/bulk/", chosen).status_code == 403
