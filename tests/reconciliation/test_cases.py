"""Working on cases: by page and by program, under a version, with a reason, within one's districts."""

from collections.abc import Callable

import pytest
from django.test import Client

from municipality.models import District
from reconciliation.models import Case
from tests.reconciliation.conftest import KEY

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def api(case: Case) -> str:
    return f"/api/v1/queues/{KEY}/cases/{case.pk}"


def patch(client: Client, case: Case, tag: str, **body: str | None) -> object:
    headers = {"HTTP_IF_MATCH": tag} if tag else {}
    return client.patch(api(case), body, content_type="application/json", **headers)


def test_the_list_shows_the_most_urgent_first_with_honest_totals(sign_in: SignIn, cases: list[Case]) -> None:
    page = sign_in("engineer").get(f"/staff/queues/{KEY}/").content.decode()
    assert page.index("CASE-2") < page.index("CASE-1") < page.index("CASE-0")
    assert "6,000.00 ILS" in page or "6٬000" in page or "6000" in page.replace(",", "")


def test_somebody_of_one_district_sees_its_cases_alone(
    sign_in: SignIn, cases: list[Case], districts: tuple[District, District]
) -> None:
    client = sign_in("engineer", districts=[districts[0]])
    page = client.get(f"/staff/queues/{KEY}/?state=all").content.decode()
    assert "CASE-0" in page
    assert "CASE-2" not in page
    assert client.get(f"/staff/queues/{KEY}/{cases[2].pk}/").status_code == 404
    assert client.get(api(cases[2])).status_code == 404
    items = client.get(f"/api/v1/collections/queue-{KEY}/items").json()
    assert {one["properties"]["label"] for one in items["features"]} == {"CASE-0", "CASE-1"}
    assert client.get("/api/v1/queues").json()[0]["open"] == 2


def test_a_case_is_closed_only_with_a_result_and_a_reason(sign_in: SignIn, cases: list[Case]) -> None:
    client = sign_in("engineer")
    address = f"/staff/queues/{KEY}/{cases[0].pk}/close/"
    refused = client.post(address, {"version": 1, "result": "not-a-case", "reason": " "})
    assert refused.status_code == 422
    assert b"reason" in refused.content
    assert client.post(address, {"version": 1, "result": "nonsense", "reason": "x"}).status_code == 422
    done = client.post(address, {"version": 1, "result": "not-a-case", "reason": "A greenhouse"})
    assert done.status_code == 302
    cases[0].refresh_from_db()
    assert (cases[0].state, cases[0].reason, cases[0].closed_by.username) == (
        "closed",
        "A greenhouse",
        "engineer",
    )
    assert client.post(address, {"version": 2, "result": "not-a-case", "reason": "Again"}).status_code == 409


def test_a_change_needs_the_version_that_was_seen(sign_in: SignIn, cases: list[Case]) -> None:
    client = sign_in("engineer")
    tag = client.get(api(cases[0]))["ETag"]
    assert patch(client, cases[0], "", assignee="engineer").status_code == 428
    assert patch(client, cases[0], tag, assignee="engineer").json()["assignee"] == "engineer"
    stale = patch(client, cases[0], tag, state="closed", result="corrected", reason="x")
    assert stale.status_code == 412
    assert stale.json()["current"]["assignee"] == "engineer"
    assert patch(client, cases[0], stale["ETag"], assignee="nobody-known").status_code == 422


def test_a_round_is_given_to_somebody_and_shows_as_theirs(sign_in: SignIn, cases: list[Case]) -> None:
    sign_in("surveyor")
    client = sign_in("engineer")
    client.post(f"/staff/queues/{KEY}/assign/", {"case": [cases[0].pk, cases[1].pk], "to": "surveyor"})
    assert set(Case.objects.filter(assignee__username="surveyor")) == set(cases[:2])
    page = client.get(f"/staff/queues/{KEY}/?whose=nobody").content.decode()
    assert "CASE-2" in page
    assert "CASE-0" not in page


def test_who_may_only_look_cannot_work(sign_in: SignIn, cases: list[Case]) -> None:
    client = sign_in("auditor")
    assert client.get(f"/staff/queues/{KEY}/{cases[0].pk}/").status_code == 200
    address = f"/staff/queues/{KEY}/{cases[0].pk}/close/"
    assert client.post(address, {"version": 1, "result": "not-a-case", "reason": "x"}).status_code == 403
    assert client.post(f"/staff/queues/{KEY}/fill/").status_code == 403
    assert patch(client, cases[0], '"1-1"', state="open").status_code == 403


def test_a_queue_goes_out_as_a_table(sign_in: SignIn, cases: list[Case]) -> None:
    text = sign_in("engineer").get(f"/staff/queues/{KEY}/?format=csv").getvalue().decode("utf-8-sig")
    assert text.count("CASE-") == 3


def test_a_comparison_runs_as_a_job(sign_in: SignIn, cases: list[Case]) -> None:
    answer = sign_in("engineer").post(f"/api/v1/queues/{KEY}/fill")
    assert answer.status_code == 202
