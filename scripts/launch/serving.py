"""Keeping web server and worker up until the person or the system says stop."""

import ctypes
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from scripts.launch import say
from scripts.launch.places import BIN, PYTHON, ROOT, Instance
from scripts.launch.say import Refusal
from scripts.launch.shell import last_lines

# A program that falls over so often within so many seconds is not started again.
FALLS, WINDOW = 5, 60.0
PATIENCE = 30.0
SET_PARENT_DEATH_SIGNAL = 1


@dataclass
class Program:
    """One program that the launcher keeps running, with its log."""

    name: str
    command: list[str]
    env: dict[str, str]
    log: Path
    falls: list[float] = field(default_factory=list)
    child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the program in a session of its own: Ctrl-C is the launcher's to pass on."""
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env={**os.environ, **self.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent(),
            )

    def tend(self) -> None:
        """Start the program again when it fell; refuse when it keeps falling."""
        if self.child is None or self.child.poll() is None:
            return
        now = time.monotonic()
        self.falls = [fall for fall in self.falls if now - fall < WINDOW] + [now]
        if len(self.falls) >= FALLS:
            raise Refusal(f"the {self.name} keeps ending (log: {self.log})\n{last_lines(self.log)}")
        say.line(f"The {self.name} ended with code {self.child.returncode}: starting it again")
        self.start()

    def stop(self) -> None:
        """Ask the program to finish, and end its whole session when it does not."""
        if self.child is None or self.child.poll() is not None:
            return
        self.child.terminate()
        try:
            self.child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            say.line(f"The {self.name} did not finish within {PATIENCE:.0f} s: ending it")
            os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()


def _end_with_parent() -> Callable[[], None]:
    """Return what asks the kernel to end a child whose launcher was killed."""
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def programs(instance: Instance, port: int) -> list[Program]:
    """Return the web server and the worker of an instance served on a loopback port."""
    cores = os.cpu_count() or 2
    web = [str(BIN / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    web += ["--workers", str(min(max(cores, 2), 8)), "--blocking-threads", "4", "--backlog", "1024"]
    web += ["--respawn-failed-workers", "--workers-kill-timeout", "20", "--log-level", "warning", "--no-ws"]
    worker = [str(PYTHON), "manage.py", "worker"]
    measured = instance.folder / "metrics"
    shutil.rmtree(measured, ignore_errors=True)
    measured.mkdir(mode=0o700)
    env = {"PROMETHEUS_MULTIPROC_DIR": str(measured)}
    started = [("worker", worker, "worker"), ("web server", [*web, "gisportal.wsgi:application"], "web")]
    return [
        Program(name, command, {**env, "GISPORTAL_ROLE": role}, instance.log(role))
        for name, command, role in started
    ]


class Stop(Exception):
    """The person or the system asked the launcher to stop."""


def _raise_stop(number: int, frame: FrameType | None) -> None:
    raise Stop


def listen_for_stop() -> None:
    """Turn Ctrl-C, a closed terminal and SIGTERM into one exception."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _raise_stop)


def deaf_to_stop() -> None:
    """Let a second Ctrl-C not cut the clean stop short."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def serve(running: list[Program], port: int, *, announce: Callable[[], None]) -> None:
    """Start the programs, announce them when the portal answers, and keep them until stopped."""
    try:
        for program in running:
            program.start()
        _wait_until_answering(running, port)
        announce()
        while True:
            time.sleep(0.5)
            for program in running:
                program.tend()
    finally:
        deaf_to_stop()
        say.line("Stopping")
        for program in reversed(running):
            program.stop()


def _wait_until_answering(running: list[Program], port: int) -> None:
    deadline = time.monotonic() + 60
    while not answers(f"http://127.0.0.1:{port}/healthz"):
        for program in running:
            program.tend()
        if time.monotonic() > deadline:
            log = running[-1].log
            raise Refusal(f"the portal does not answer after 60 s (log: {log})\n{last_lines(log)}")
        time.sleep(0.1)


def answers(url: str) -> bool:
    """Say whether a web server answers at an address at all."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
