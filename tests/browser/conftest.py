"""A small demo town of its own, served by granian as in production, and Chromium looking at it."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright
from playwright.sync_api import TimeoutError as PageTimeout

from scripts.launch.places import BIN, PYTHON, ROOT

if TYPE_CHECKING:
    from tests.browser.bench import Bench

PASSWORD = "a-password-for-tests"
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
DRAWN = "html[data-drawn]"
# A loaded machine draws late, and what is right comes all the same.
expect.set_options(timeout=30_000)


@dataclass
class ServedTown:
    """A running portal: where it answers, the environment of its commands, and its web server."""

    address: str
    env: dict[str, str] = field(default_factory=dict)
    server: "subprocess.Popen[bytes] | None" = None

    def serve(self) -> None:
        """Start the web server and wait until it answers."""
        port = str(urlsplit(self.address).port)
        command = [str(BIN / "granian"), "--interface", "wsgi", "--port", port, "--workers", "1"]
        command += ["--blocking-threads", "4", "--log-level", "warning", "gisportal.wsgi:application"]
        env = {**self.env, "GISPORTAL_ROLE": "web"}
        self.server = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True)
        _wait(f"{self.address}/", self.server)

    def kill(self) -> None:
        """End the web server as a power cut would, with every process of it."""
        if self.server is not None:
            os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait(30)
            self.server = None

    def stop(self) -> None:
        """End the web server in good order."""
        if self.server is not None:
            self.server.terminate()
            self.server.wait(30)


@dataclass
class Visit:
    """One browser window, and everything it asked for and complained about."""

    page: Page
    town: ServedTown
    hosts: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)
    scripts: dict[str, int] = field(default_factory=dict)
    under_way: set[Request] = field(default_factory=set)

    def open(self, path: str, *, until: str = DRAWN) -> Page:
        """Open an address and wait until the page says that it is drawn."""
        self.page.goto(self.town.address + path)
        try:
            self.page.wait_for_selector(until, state="attached", timeout=60000)
        except PageTimeout as error:
            raise AssertionError(f"{path} was not drawn: {self.state()}") from error
        return self.page

    def state(self) -> str:
        """Say how far the page came, what it still waits for, and what it complained about."""
        said = self.page.evaluate("() => JSON.stringify({...document.documentElement.dataset})")
        return f"{said}, under way {sorted(one.url for one in self.under_way)}, said {self.complaints}"

    def sign_in(self, username: str) -> None:
        """Sign in as one of the demo accounts."""
        self.page.goto(self.town.address + "/accounts/login/")
        self.page.fill("input[name=login]", username)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/accounts/" not in url)


def _run(command: list[str], env: dict[str, str]) -> None:
    ran = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"


def _database(host: str, name: str, *statements: str) -> None:
    session = psycopg2.connect(host=host, dbname="postgres", user="gisportal_owner")
    session.autocommit = True
    for statement in statements:
        session.cursor().execute(statement.format(name=name))
    session.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, "the web server ended"
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the web server did not answer within a minute")


@pytest.fixture(scope="session")
def served_town() -> Iterator[ServedTown]:
    """Found a town of 300 parcels in a database of its own and serve it."""
    host = settings.DATABASES["default"]["HOST"]
    name = f"gisportal_browser_{os.getpid()}"
    folder = Path(tempfile.mkdtemp(prefix="town-"))
    (folder / "pg").mkdir()
    (folder / "pg" / "socket").write_text(f"{host}\n")
    (folder / "pg" / "database").write_text(f"{name}\n")
    env = {key: value for key, value in os.environ.items() if not key.startswith("GISPORTAL_")}
    env |= {"GISPORTAL_DATA": str(folder), "GISPORTAL_TLS": "0", "DEMO_PASSWORD": PASSWORD}
    owner = {**env, "GISPORTAL_ROLE": "owner"}
    _database(
        host,
        name,
        "DROP DATABASE IF EXISTS {name} WITH (FORCE)",
        "CREATE DATABASE {name} TEMPLATE template_gisportal",
    )
    town = ServedTown(f"http://127.0.0.1:{_free_port()}", env)
    try:
        _run([str(PYTHON), "manage.py", "migrate", "--no-input", "-v0"], owner)
        if (settings.STATIC_ROOT / "staticfiles.json").exists():
            (folder / "static").symlink_to(settings.STATIC_ROOT)
        else:
            _run([str(PYTHON), "manage.py", "collectstatic", "--no-input", "-v0"], env)
        _run([str(PYTHON), "manage.py", "create_demo", "--parcels", "300", "--seed", "5"], env)
        town.serve()
        yield town
    finally:
        town.stop()
        _database(host, name, "DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return the system's Chromium, headless."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, served_town: ServedTown) -> Iterator[Callable[..., Visit]]:
    """Return what opens a window: on a desk or a phone, light or dark, with the policy on or bypassed."""
    contexts = []

    def enter(*, phone: bool = False, dark: bool = False, bypass_csp: bool = False) -> Visit:
        context = chromium.new_context(
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            color_scheme="dark" if dark else "light",
            bypass_csp=bypass_csp,
            reduced_motion="reduce",
        )
        context.set_default_timeout(60000)
        contexts.append(context)
        seen = Visit(context.new_page(), served_town)
        _watch(seen)
        return seen

    yield enter
    for context in contexts:
        context.close()


@pytest.fixture
def at_bench(visit: Callable[..., Visit]) -> Iterator[Callable[..., "Bench"]]:
    """Return what sits somebody down at the workbench; what they leave open is withdrawn in the end."""
    from tests.browser.bench import Bench

    benches: list[Bench] = []

    def sit_down(lang: str, user: str = "engineer") -> Bench:
        benches.append(Bench(visit(), lang, user))
        return benches[-1]

    yield sit_down
    for bench in benches:
        bench.withdraw()


def _watch(seen: Visit) -> None:
    def on_console(message: object) -> None:
        if getattr(message, "type", "") == "error":
            seen.complaints.append(str(getattr(message, "text", "")))

    def on_request(request: Request) -> None:
        seen.hosts.add(urlsplit(request.url).hostname or "")
        seen.under_way.add(request)

    seen.page.on("request", on_request)
    seen.page.on("requestfinished", lambda request: seen.under_way.discard(request))
    seen.page.on("requestfailed", lambda request: seen.under_way.discard(request))
    seen.page.on("console", on_console)
    seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
