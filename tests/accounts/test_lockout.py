"""Five wrong passwords lock an account, whichever process they were tried in."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.cookiejar import CookieJar

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.cache import SharedCache
from tests.cast import person
from tests.jobs.workers import ROOT, test_database_url

PASSWORD = "olive trees on a hill"


@contextmanager
def server() -> Iterator[str]:
    """Run the portal in a process of its own on the test database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": test_database_url("gisportal_web"),
        "GISPORTAL_ROLE": "web",
        "GISPORTAL_TLS": "0",
        "PYTHONPATH": str(ROOT),
    }
    code = (
        "from wsgiref.simple_server import make_server; from gisportal.wsgi import application; "
        f"make_server('127.0.0.1', {port}, application).serve_forever()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server did not start")


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        """Follow no redirect: the cookie tells enough."""


def try_password(base: str, name: str, password: str) -> bool:
    """Say whether a browser without history gets in."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar), _StayHere())
    page = f"{base}/accounts/login/"
    browser.open(page)
    token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
    form = urllib.parse.urlencode(
        {"login": name, "password": password, "csrfmiddlewaretoken": token}
    ).encode()
    with suppress(urllib.error.HTTPError):  # the redirect that is not followed, or a refusal
        browser.open(page, form)
    return any(cookie.name == "sessionid" for cookie in jar)


@pytest.mark.django_db(transaction=True)
def test_wrong_passwords_in_one_process_lock_the_account_in_the_other() -> None:
    cache.clear()
    for name in ("samar", "huda"):
        user = person("clerk", username=name)
        user.set_password(PASSWORD)
        user.save()
    with ExitStack() as stack:
        one, other = (stack.enter_context(server()) for _ in range(2))
        assert try_password(one, "samar", PASSWORD)
        for attempt in range(5):
            assert not try_password((one, other)[attempt % 2], "samar", f"wrong {attempt}")
        assert not try_password(one, "samar", PASSWORD)
        assert not try_password(other, "samar", PASSWORD)
        assert not try_password(other, "SAMAR@town.example", PASSWORD), (
            "the account is locked, not one spelling"
        )
        assert try_password(other, "huda", PASSWORD)


@pytest.mark.django_db
def test_the_lock_is_said_in_words_and_leaves_others_alone(client: Client) -> None:
    cache.clear()
    user = person("clerk", username="samar")
    user.set_password(PASSWORD)
    user.save()
    for _ in range(5):
        client.post("/accounts/login/", {"login": "samar", "password": "wrong"})
    answer = client.post(
        "/accounts/login/", {"login": "samar", "password": PASSWORD}, headers={"Accept-Language": "ar"}
    )
    assert "error-summary" in answer.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_of_two_that_add_a_value_one_succeeds() -> None:
    one, other = SharedCache("", {}), SharedCache("", {})
    assert one.add("k", [1.5, "x"], 60)
    assert not other.add("k", "late", 60)
    assert other.get("k") == [1.5, "x"]
    assert other.touch("k", -1)
    assert other.get("k", "gone") == "gone"
    assert other.add("k", "text", None)
    assert one.get("k") == "text"
    assert one.delete("k")
    assert not one.delete("k")
    with pytest.raises(TypeError):
        one.set("k", object())
