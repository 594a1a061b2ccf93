"""Visits from phones: each once however often it comes, nothing over somebody else's decision unseen."""

import io
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from PIL import Image

from accounts.models import User
from reconciliation.models import Case, Visit, VisitPhoto
from tests.cast import person
from tests.reconciliation.conftest import KEY

SignIn = Callable[..., Client]
AT = "2026-11-25T09:30:00Z"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#0B5A6B").save(out, "JPEG")
    return out.getvalue()


def send(client: Client, visit: uuid.UUID, case: Case, **more: Any) -> Any:
    body = {
        "case": case.pk,
        "base": case.version,
        "result": "confirmed",
        "note": "Seen",
        "visited_at": AT,
        **more,
    }
    return client.put(f"/api/v1/visits/{visit}", body, content_type="application/json")


def send_photo(client: Client, visit: uuid.UUID, photo: uuid.UUID, body: bytes) -> Any:
    return client.put(f"/api/v1/visits/{visit}/photos/{photo}", body, content_type="image/jpeg")


@pytest.mark.django_db
def test_a_round_holds_all_that_is_needed_without_network(sign_in: SignIn, cases: list[Case]) -> None:
    client = sign_in("surveyor")
    Case.objects.filter(pk=cases[1].pk).update(assignee=User.objects.get(username="surveyor"))
    found = client.get("/api/v1/visits/round").json()
    assert [one["label"] for one in found["cases"]] == ["CASE-1"]
    assert found["cases"][0]["geometry"]["type"] == "MultiPolygon"
    queue = found["queues"][KEY]
    assert {one["value"] for one in queue["results"]} >= {"confirmed", "not-a-case"}
    assert [one["name"] for one in queue["questions"]] == ["use", "floors", "condition"]


@pytest.mark.django_db
def test_a_visit_and_its_photographs_count_once_and_close_the_case(
    sign_in: SignIn, cases: list[Case]
) -> None:
    client, visit, photo = sign_in("surveyor"), uuid.uuid4(), uuid.uuid4()
    for _time in range(3):
        answer = send(client, visit, cases[0], answers={"floors": "٣", "use": "school"})
        assert answer.status_code == 200
        assert answer.json()["id"] == str(visit)
        assert send_photo(client, visit, photo, picture()).status_code == 200
    cases[0].refresh_from_db()
    assert (cases[0].state, cases[0].result, cases[0].version) == ("closed", "confirmed", 2)
    assert (Visit.objects.count(), VisitPhoto.objects.count()) == (1, 1)
    VisitPhoto.objects.get().file.delete(save=False)


@pytest.mark.django_db
def test_another_visit_under_the_same_id_is_refused(sign_in: SignIn, cases: list[Case]) -> None:
    client, visit = sign_in("surveyor"), uuid.uuid4()
    assert send(client, visit, cases[0]).status_code == 200
    assert send(client, visit, cases[0], note="Something else").status_code == 409
    assert send(client, visit, cases[1]).status_code == 409
    assert Visit.objects.get().note == "Seen"


@pytest.mark.django_db
def test_a_decision_made_meanwhile_is_shown_field_by_field_before_it_is_overruled(
    sign_in: SignIn, cases: list[Case]
) -> None:
    surveyor, visit = sign_in("surveyor"), uuid.uuid4()
    send(sign_in("engineer"), uuid.uuid4(), cases[0], result="not-a-case", note="Greenhouse")
    overtaken = send(surveyor, visit, cases[0])
    assert overtaken.status_code == 409
    assert overtaken.json()["differences"] == {
        "result": {"yours": "confirmed", "theirs": "not-a-case"},
        "note": {"yours": "Seen", "theirs": "Greenhouse"},
    }
    assert send(surveyor, visit, cases[0], overrule=True).status_code == 409
    assert send(surveyor, visit, cases[0], overrule=True, base=overtaken.json()["version"]).status_code == 200
    cases[0].refresh_from_db()
    assert cases[0].result == "confirmed"
    assert Visit.objects.get(pk=visit).replaced["result"]["theirs"] == "not-a-case"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"result": "nonsense"}, "result"),
        ({"result": "", "note": " "}, "note"),
        ({"answers": {"floors": "many"}}, "floors"),
        ({"answers": {"use": "castle"}}, "use"),
        ({"answers": {"soul": "x"}}, "soul"),
    ],
)
def test_a_visit_that_does_not_fit_is_refused_by_field(
    sign_in: SignIn, cases: list[Case], more: dict[str, Any], field: str
) -> None:
    answer = send(sign_in("surveyor"), uuid.uuid4(), cases[0], **more)
    assert answer.status_code == 422
    assert field in {one["field"] for one in answer.json()["errors"]}
    assert not Visit.objects.exists()


@pytest.mark.django_db
def test_who_may_not_work_on_a_queue_sends_no_visit(sign_in: SignIn, cases: list[Case]) -> None:
    assert send(sign_in("auditor"), uuid.uuid4(), cases[0]).status_code == 403
    assert send(sign_in("citizen"), uuid.uuid4(), cases[0]).status_code == 404
    visit = uuid.uuid4()
    send(sign_in("surveyor"), visit, cases[1])
    assert send_photo(sign_in("engineer"), visit, uuid.uuid4(), picture()).status_code == 404
    assert Visit.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_visit_sent_at_once_from_several_lines_is_one(cases: list[Case]) -> None:
    surveyor, visit = person("surveyor"), uuid.uuid4()
    clients = [Client() for _each in range(4)]
    for client in clients:
        client.force_login(surveyor)
    codes: list[int] = []

    def line(client: Client) -> None:
        codes.append(send(client, visit, cases[0]).status_code)
        connection.close()

    threads = [threading.Thread(target=line, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [200] * 4
    assert Visit.objects.count() == 1
    assert Case.objects.get(pk=cases[0].pk).version == 2
