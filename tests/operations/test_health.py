"""Those who watch a portal learn how it is; strangers learn no more than whether it works."""

from contextlib import closing

import psycopg2
import pytest
from django.db import connection
from django.test import Client

from core.instance import secret
from jobs.worker import ALIVE_KEY

pytestmark = pytest.mark.django_db


def test_a_living_process_says_so(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_a_portal_without_worker_is_not_ready(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    checks = answer.json()["checks"]
    assert {name: found["is_well"] for name, found in checks.items()} == {
        "database": True,
        "cache": True,
        "worker": False,
        "disk": True,
    }


def test_strangers_learn_no_details(client: Client) -> None:
    answer = client.get("/readyz", headers={"X-Forwarded-For": "198.51.100.7"})
    assert set(answer.json()["checks"]["disk"]) == {"is_well"}


def test_measurements_count_requests_by_route_and_not_by_address(client: Client) -> None:
    client.get("/healthz")
    client.get("/no/such/page")
    text = client.get("/metrics").content.decode()
    assert 'gisportal_requests_total{method="GET",route="healthz",status="200"}' in text
    assert 'route="unknown",status="404"' in text
    assert "/no/such/page" not in text
    assert "gisportal_database_bytes" in text


def test_measurements_are_for_this_machine_or_the_token_alone(client: Client) -> None:
    passed_on = {"X-Forwarded-For": "198.51.100.7"}
    assert client.get("/metrics", headers=passed_on).status_code == 404
    assert client.get("/metrics", headers={**passed_on, "Authorization": "Bearer wrong"}).status_code == 404
    token = {**passed_on, "Authorization": f"Bearer {secret('metrics_token')}"}
    assert client.get("/metrics", headers=token).status_code == 200


def test_a_portal_with_a_worker_is_ready(client: Client) -> None:
    with closing(psycopg2.connect(**connection.get_connection_params())) as worker:
        worker.cursor().execute("SELECT pg_advisory_lock_shared(%s)", [ALIVE_KEY])
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
