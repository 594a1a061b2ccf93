"""Uploads against a served portal: a line that breaks, a web process that is killed, a browser that goes on."""

import hashlib
import socket
import subprocess
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Route

from scripts.launch.places import BIN, ROOT
from tests.browser.conftest import ServedTown, Visit, _free_port, _wait

pytestmark = pytest.mark.browser
Enter = Callable[..., Visit]
PIECE = 4 << 20
CONTENT = bytes(range(256)) * 36_000


class Sender:
    """A signed-in program that speaks tus to one address."""

    def __init__(self, cookies: str, token: str) -> None:
        self.known = {"Cookie": cookies, "X-CSRFToken": token, "Tus-Resumable": "1.0.0"}

    def ask(self, method: str, address: str, body: bytes | None = None, **headers: str) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(address, body, {**self.known, **named}, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return {name.lower(): value for name, value in answer.headers.items()}

    def begin(self, town: ServedTown, name: str) -> str:
        named = f"filename {b64encode(name.encode()).decode()}"
        length = str(len(CONTENT))
        made = self.ask(
            "POST", f"{town.address}/api/v1/uploads/", b"", Upload_Length=length, Upload_Metadata=named
        )
        return made["location"]

    def offset(self, address: str) -> int:
        return int(self.ask("HEAD", address)["upload-offset"])

    def finish(self, address: str) -> str:
        """Send what is missing, asking anew as long as a request that broke off is not over; return the page."""
        kind = "application/offset+octet-stream"
        for _again in range(1000):
            at = self.offset(address)
            headers = {"Upload_Offset": str(at), "Content_Type": kind}
            # A refusal may come before all was sent, which then finds nobody there.
            with suppress(urllib.error.URLError):
                answer = self.ask("PATCH", address, CONTENT[at : at + PIECE], **headers)
                if "content-location" in answer:
                    return answer["content-location"]
        raise AssertionError(f"the upload stands at {self.offset(address)}")

    def half(self, address: str) -> socket.socket:
        """Announce the whole file, send half of it, and leave the line open."""
        where = urlsplit(address)
        line = socket.create_connection((where.hostname, where.port), timeout=60)
        headers = {**self.known, "Host": where.netloc, "Content-Length": str(len(CONTENT)), "Upload-Offset": "0",
                   "Content-Type": "application/offset+octet-stream"}  # fmt: skip
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        line.sendall(f"PATCH {where.path} HTTP/1.1\r\n{head}\r\n".encode() + CONTENT[: len(CONTENT) // 2])
        return line


@pytest.fixture
def sender(visit: Enter) -> Sender:
    seen = visit()
    seen.sign_in("engineer")
    seen.page.goto(f"{seen.town.address}/staff/import/")
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in seen.page.context.cookies())
    return Sender(cookies, seen.page.locator("input[name=csrfmiddlewaretoken]").first.input_value())


@pytest.fixture
def second_server(served_town: ServedTown) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve the same town once more, by a process that may be killed."""
    port = _free_port()
    command = [str(BIN / "granian"), "--interface", "wsgi", "--port", str(port), "--workers", "1",
               "--log-level", "warning", "gisportal.wsgi:application"]  # fmt: skip
    env = {**served_town.env, "GISPORTAL_ROLE": "web"}
    server = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True)
    _wait(f"http://127.0.0.1:{port}/healthz", server)
    yield f"http://127.0.0.1:{port}", server
    if server.poll() is None:
        server.kill()
        server.wait(30)


def kept(town: ServedTown, page: str) -> str:
    """Return the checksum of the file that an import keeps."""
    folder = Path(town.env["GISPORTAL_DATA"]) / "media" / "imports" / page.split("/")[-2]
    return hashlib.sha256(next(folder.glob("file*")).read_bytes()).hexdigest()


def test_a_broken_line_and_a_killed_web_process_lose_no_byte_and_double_none(
    sender: Sender, served_town: ServedTown, second_server: tuple[str, subprocess.Popen[bytes]]
) -> None:
    wanted = hashlib.sha256(CONTENT).hexdigest()
    address = sender.begin(served_town, "broken.gpkg")
    sender.half(address).close()
    page = sender.finish(address)
    assert kept(served_town, page) == wanted
    other, server = second_server
    address = sender.begin(served_town, "killed.gpkg")
    line = sender.half(address.replace(served_town.address, other))
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    server.kill()
    for child in children:
        subprocess.run(["kill", "-9", child], check=False)
    server.wait(30)
    line.close()
    page = sender.finish(address)
    assert kept(served_town, page) == wanted
    assert sender.offset(address) == len(CONTENT)


def test_the_wizard_goes_on_by_itself_and_after_the_page_was_left(visit: Enter, tmp_path: Path) -> None:
    path = tmp_path / "large.gpkg"
    path.write_bytes(CONTENT)
    seen = visit()
    seen.sign_in("engineer")
    page, sent = seen.page, []

    def breaking(route: Route) -> None:
        if route.request.method == "PATCH":
            sent.append(int(route.request.headers["upload-offset"]))
            if len(sent) == 2:
                route.abort("connectionreset")
                return
        route.continue_()

    page.route("**/api/v1/uploads/*", breaking)
    page.goto(f"{seen.town.address}/staff/import/?lang=en")
    page.set_input_files("input[type=file]", path)
    page.locator("form[data-upload] button.primary").click()
    page.wait_for_url("**/staff/import/*-*/")
    assert sent == [0, PIECE, PIECE, 2 * PIECE]
    assert kept(seen.town, page.url) == hashlib.sha256(CONTENT).hexdigest()
