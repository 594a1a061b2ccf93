"""What does not fit is refused in the reader's language, with its field or its row, and nothing of it is kept."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from buildings.models import Building, Floor, Photo
from tests.buildings.test_register import API, huge_picture, picture, send, square_at
from tests.buildings.test_tables import workbook

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
ARABIC = re.compile(r"[\u0621-\u064a]{2}")


def photo(client: Client, house: Building, body: bytes) -> Any:
    return client.post(f"{API}/{house.pk}/photos", {"photo": io.BytesIO(body)})


def floor(client: Client, house: Building) -> Any:
    return send(client, "post", f"{API}/{house.pk}/floors", values={"level": 0, "covered_m2": "190"})


def said(answer: Any, status: int) -> dict[str, str]:
    """Return the details by field of a refusal, each in Arabic."""
    assert answer.status_code == status, answer.content
    problem = answer.json()
    assert ARABIC.search(problem["title"]), problem
    details = {one["field"]: one["detail"] for one in problem["errors"]} or {
        "": problem["detail"] or problem["title"]
    }
    assert all(ARABIC.search(detail) for detail in details.values()), details
    return details


def test_a_program_is_told_the_field_in_arabic(sign_in: SignIn, house: Building) -> None:
    client = sign_in("engineer")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ar"
    afar = {"geometry": square_at(300000, 300000), "srid": 28191}
    assert set(said(send(client, "post", API, **afar), 422)) == {"geometry"}
    assert floor(client, house).status_code == 200
    assert set(said(floor(client, house), 422)) <= {"level", "__all__"}
    said(photo(client, house, picture()[:60]), 422)
    said(photo(client, house, huge_picture()), 413)
    assert (Building.objects.count(), Floor.objects.count(), Photo.objects.count()) == (1, 1, 0)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([["code", "soul"], ["7-12/3-1", 3]], ["soul"]),
        ([["code", "floors"], ["7-12/3-1", "=1+1"]], ["2", "B"]),
        ([["code", "floors"], ["7-12/3-1", "many"]], ["2", "floors"]),
    ],
)
def test_a_workbook_is_refused_by_row_and_column_in_arabic(
    sign_in: SignIn, house: Building, lines: list[list[object]], says: list[str]
) -> None:
    file = io.BytesIO(workbook(*lines))
    file.name = "t.xlsx"
    page = sign_in("engineer").post("/staff/buildings/table/?lang=ar", {"file": file}).content.decode()
    alert = page[page.index('role="alert"') :]
    assert ARABIC.search(alert)
    assert all(word in alert for word in says)
    assert Building.objects.get().floors == 2
