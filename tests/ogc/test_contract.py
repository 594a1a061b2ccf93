"""Requests made up from the interface's own definition: no failure of ours, no answer outside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from psycopg2.extensions import TRANSACTION_STATUS_INERROR
from schemathesis import openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gisportal.wsgi import application
from layers.collections import Collection
from tests.conftest import WEB, acting_as
from tests.ogc.conftest import Program

pytestmark = pytest.mark.django_db
THERE_ARE = {"collection": ["trees", "parcels", "units", "nothing"], "fid": ["1", "2", "99", "x"]}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def ask_everything(each: int, document: str = "/ogc/api", *, least: int = 0) -> int:
    """Send made-up requests to every operation as an engineer's program; return how many were sent.

    What has few parameters is soon asked in every way; the rest is asked again until it was `least` in all.
    """
    program, sent = Program("engineer"), [0]
    schema = openapi.from_wsgi(document, application, headers=program.headers)
    _hint(schema.raw_schema)
    # The portal's own API does not list its refusals: problem documents, the same everywhere.
    checks = CHECKS if document == "/ogc/api" else [not_a_server_error, response_schema_conformance]
    operations, turn = [found.ok() for found in schema.get_all_operations()], 0
    while operations:
        operations = [one for one in operations if _ask(one, program, each, sent, checks, turn) >= each]
        turn += 1
        if sent[0] >= least:
            break
    return sent[0]


@contextmanager
def by_itself() -> Iterator[None]:
    """Undo what the database refused a request, as on a server, where requests share no transaction."""
    before = transaction.savepoint()
    yield
    is_refused = connection.connection.info.transaction_status == TRANSACTION_STATUS_INERROR
    (transaction.savepoint_rollback if is_refused else transaction.savepoint_commit)(before)


def _hint(document: dict[str, Any]) -> None:
    """Say which layers and features there are, since made-up names would hardly meet one."""
    operations = (
        one for path in document["paths"].values() for one in path.values() if isinstance(one, dict)
    )
    for parameter in (each for one in operations for each in one.get("parameters", ())):
        if parameter.get("in") == "path" and parameter["name"] in THERE_ARE:
            parameter["schema"] = {"enum": THERE_ARE[parameter["name"]]}


def _ask(operation: Any, program: Program, each: int, sent: list[int], checks: list[Any], turn: int) -> int:
    """Ask one operation in up to so many ways; return in how many."""
    before = sent[0]

    @seed(turn)
    @settings(
        max_examples=each,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case) -> None:
        sent[0] += 1
        with acting_as(WEB), by_itself():
            response = case.call(headers=program.headers)
        case.validate_response(response, checks=checks)

    ask()
    return sent[0] - before


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Let requests leave the test's own connection open, as Django's test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_made_up_requests_are_answered_as_the_definition_says(trees: Collection) -> None:
    assert ask_everything(3) > 40


def test_some_made_up_requests_to_the_portals_own_api_are_no_failure_of_ours(trees: Collection) -> None:
    assert ask_everything(2, "/api/openapi.json") > 150


@pytest.mark.long
def test_made_up_requests_to_the_portals_own_api_are_answered_as_it_says(trees: Collection) -> None:
    sent = ask_everything(200, "/api/openapi.json")
    print(f"\n{sent} made-up requests to /api/: no failure, no breach of a schema")


@pytest.mark.long
def test_a_hundred_thousand_made_up_requests_are_answered_as_the_definition_says(trees: Collection) -> None:
    sent = ask_everything(6_000, least=100_000)
    print(f"\n{sent} made-up requests: no failure, no answer outside the definition")
    assert sent >= 100_000
