"""What all tests share: a real database, and the narrow roles in which the portal acts on it.

The test database is made and migrated by its owner. The tests themselves act as the worker, and
the test client's requests and every other thread's as the web application, so that a missing
grant fails here and not in a town.
"""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.conf import settings
from django.db import InternalError, connection
from django.db.backends.signals import connection_created
from django.test import Client

from tests.shares import BROWSER, Shares

if not (settings.STATIC_ROOT / "staticfiles.json").exists():
    # A test run by hand before anything was collected: serve static files by their own names.
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"

# Playwright keeps an event loop in this thread for the rest of the session once a browser has been
# used, and Django takes every later query for one from inside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Shares:
    """Deal the suite out to the processes that `./test` starts."""
    return Shares(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the browser's tests where the suite is dealt out: theirs is the longest share."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.startswith(BROWSER))


OWNER, WORKER, WEB = "gisportal_owner", "gisportal_worker", "gisportal_web"
_main_thread_role = OWNER


def set_role(role: str) -> None:
    """Act as a role from now on, on this thread's connection and on those that replace it."""
    global _main_thread_role
    _main_thread_role = role
    if connection.connection is not None and not connection.needs_rollback:
        # In a transaction that failed nothing can be said; its rollback takes the role back too.
        with suppress(InternalError):
            _apply(connection, role)


def _apply(wrapper: Any, role: str) -> None:
    with wrapper.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    """Act as another role inside the block."""
    before = _main_thread_role
    set_role(role)
    try:
        yield
    finally:
        set_role(before)


def _on_connection(sender: object, connection: Any, **kwargs: object) -> None:
    main = threading.current_thread() is threading.main_thread()
    role = _main_thread_role if main else WEB
    if role != OWNER:
        _apply(connection, role)


connection_created.connect(_on_connection)


@pytest.fixture(autouse=True)
def _narrow_role(request: pytest.FixtureRequest) -> Iterator[None]:
    """Act as the worker in every test that has a database; make and clear it as its owner."""
    names = {"db", "transactional_db", "live_server"} & set(request.fixturenames)
    if not names and not request.node.get_closest_marker("django_db"):
        yield
        return
    request.getfixturevalue("_django_db_helper")
    set_role(WORKER)
    yield
    set_role(OWNER)


class WebClient(Client):
    """Django's test client, whose requests act as the web application's role."""

    def request(self, **request: Any) -> Any:
        """Send a request as the web application."""
        with acting_as(WEB):
            return super().request(**request)


@pytest.fixture
def client() -> WebClient:
    """Return a client of the web application, signed out."""
    return WebClient()


@pytest.fixture
def sign_in(db: None) -> Callable[..., WebClient]:
    """Return a function that gives a client signed in as somebody with a role (see `tests.cast.person`)."""
    from tests.cast import person

    def enter(role: str = "", **known: Any) -> WebClient:
        visitor = WebClient()
        visitor.force_login(person(role, **known))
        return visitor

    return enter


@pytest.fixture
def free_port() -> int:
    """Return a port of the loopback address that nobody holds."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
