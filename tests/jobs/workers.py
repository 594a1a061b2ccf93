"""Real worker processes on the test database."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from jobs.models import Job

ROOT = Path(settings.BASE_DIR)


def test_database_url(role: str) -> str:
    """Return the test database's address for a role of the portal."""
    given = connection.settings_dict
    host = quote(given["HOST"], safe="")
    return f"postgresql://{role}@/{quote(given['NAME'])}?host={host}"


test_database_url.__test__ = False  # type: ignore[attr-defined]


def start_worker(*options: str) -> subprocess.Popen[str]:
    """Start `manage.py worker` and wait until it says that it is ready."""
    environment = os.environ | {
        "DATABASE_URL": test_database_url("gisportal_worker"),
        "GISPORTAL_ROLE": "worker",
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", "worker", *options],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert "ready" in line, line + process.stdout.read()
    return process


@contextmanager
def worker(*options: str) -> Iterator[subprocess.Popen[str]]:
    """Run a worker during the block."""
    process = start_worker(*options)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_until(condition: Callable[[], bool], *, seconds: float = 20) -> None:
    """Wait for a condition, at most so long."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain"
        time.sleep(0.05)


def wait_for(job: Job, *states: str, seconds: float = 20) -> Job:
    """Wait until a job is in one of the states, and return it."""

    def is_there() -> bool:
        job.refresh_from_db()
        return job.state in states

    wait_until(is_there, seconds=seconds)
    return job
