"""`./run`, from an empty folder to a served portal, and all of it gone again."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.launch.places import ROOT

PATIENCE = 180


class Launch:
    """One run of the launcher, watched from outside."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        env = {key: value for key, value in os.environ.items() if not key.startswith(("GISPORTAL_", "DEMO_"))}
        self.log = folder.parent / f"{folder.name}.log"
        self.began = time.monotonic()
        with self.log.open("w") as log:
            command = [ROOT / "run", "--data", folder, *arguments]
            self.child = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=env)

    @property
    def told(self) -> str:
        """Return what the launcher has printed so far."""
        return self.log.read_text()

    def until(self, words: str) -> float:
        """Wait until the launcher says something; return the seconds since it began."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.told:
            assert self.child.poll() is None, self.told
            assert time.monotonic() < deadline, self.told
            time.sleep(0.1)
        return time.monotonic() - self.began

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        if self.child.poll() is None:
            self.child.send_signal(number)
        return self.child.wait(PATIENCE)


@pytest.fixture(scope="module")
def instance() -> Iterator[Path]:
    """Return the place of an instance that does not exist yet; it is removed at the end."""
    base = Path(tempfile.mkdtemp(prefix="run-", dir=ROOT / "var" / "test"))
    base.chmod(0o711)
    yield base / "town"
    home = base / "town" / "pg" / "home"
    if home.exists():
        shutil.rmtree(home.read_text().strip(), ignore_errors=True)
    shutil.rmtree(base)


@pytest.fixture
def launch(instance: Path) -> Iterator[Callable[..., Launch]]:
    """Return what starts the launcher on the instance; whatever still runs is stopped."""
    running: list[Launch] = []

    def start(*arguments: str) -> Launch:
        running.append(Launch(instance, *arguments))
        return running[-1]

    yield start
    for one in running:
        one.stop()


def readiness(port: int) -> dict[str, bool]:
    """Return the parts of the portal and whether each is well."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
            found = json.load(answer)
    except urllib.error.HTTPError as unwell:
        found = json.load(unwell)
    return {name: check["is_well"] for name, check in found["checks"].items()}


def wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while not all(readiness(port).values()):
        assert time.monotonic() < deadline, readiness(port)
        time.sleep(0.2)


def processes_of(instance: Path) -> list[str]:
    """Return the command lines of every process that belongs to the instance."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_text().replace("\0", " ")
            environment = (folder / "environ").read_text()
        except OSError:
            continue
        if f"GISPORTAL_DATA={instance}" in environment.split("\0") or f"-D {instance}/" in command:
            found.append(command)
    return found


def test_an_empty_folder_becomes_a_portal_and_stops_cleanly(
    instance: Path, launch: Callable[..., Launch], free_port: int
) -> None:
    first = launch("--empty", "--port", str(free_port))
    first.until(f"Portal ready: http://127.0.0.1:{free_port}/")
    wait_until_ready(free_port)
    assert "Demo accounts" not in first.told
    assert re.search(r"^\[ *\d+\.\d s\] Migrating", first.told, re.MULTILINE)
    assert (instance / "secrets.json").stat().st_mode & 0o777 == 0o600
    settings = (Path((instance / "pg" / "home").read_text().strip()) / "data" / "gisportal.conf").read_text()
    assert "listen_addresses = ''" in settings
    assert "fsync = 'on'" in settings
    assert processes_of(instance)
    assert first.stop(signal.SIGINT) == 0
    assert processes_of(instance) == []


def test_the_second_start_is_quick_keeps_secrets_and_mends_a_killed_worker(
    instance: Path, launch: Callable[..., Launch], free_port: int
) -> None:
    secrets = (instance / "secrets.json").read_bytes()
    second = launch("--port", str(free_port))
    second.until("Portal ready")
    assert "Making a private PostgreSQL" not in second.told
    assert "Migrating" not in second.told
    assert "demo municipality" not in second.told
    assert (instance / "secrets.json").read_bytes() == secrets

    wait_until_ready(free_port)
    worker = subprocess.run(
        ["pgrep", "-P", str(second.child.pid), "-f", "manage.py worker"],
        capture_output=True,
        text=True,
        check=True,
    )
    os.kill(int(worker.stdout), signal.SIGKILL)
    second.until("The worker ended with code -9: starting it again")
    wait_until_ready(free_port)

    other = subprocess.run(
        [ROOT / "run", "--data", instance, "--port", str(free_port)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (other.returncode, "is already running" in other.stderr) == (1, True)
    assert second.stop() == 0
    assert processes_of(instance) == []


def test_commands_work_while_nothing_runs_and_leave_nothing_running(instance: Path) -> None:
    env = {**os.environ, "GISPORTAL_DATA": str(instance), "GISPORTAL_ROLE": "worker"}
    ran = subprocess.run(
        [ROOT / ".venv/bin/python", "manage.py", "check_integrity"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert processes_of(instance) == []
