"""Tasks that the tests of the queue run in real worker processes."""

import time
from pathlib import Path

from django.db import connection
from django_tasks import task

from core.errors import Unprocessable
from jobs import progress


@task()
def add(one: int, other: int) -> int:
    """Return a sum."""
    return one + other


@task()
def write_slowly(path: str, seconds: float) -> str:
    """Append a line, then report progress for some seconds."""
    with Path(path).open("a") as file:
        file.write("begun\n")
    steps = int(seconds * 20)
    for step in range(steps):
        progress.report(step, steps, "writing")
        time.sleep(0.05)
    return "written"


@task()
def append_number(path: str, number: int) -> None:
    """Append one number and take a moment over it."""
    time.sleep(0.02)
    with Path(path).open("a") as file:
        file.write(f"{number}\n")


@task()
def refuse() -> None:
    """Refuse as an action does."""
    raise Unprocessable("The file is empty.")


@task()
def break_down() -> None:
    """Fail as a programming error does."""
    raise ZeroDivisionError("oops")


@task()
def sleep_in_database(seconds: float) -> None:
    """Wait in one long statement that reports nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


@task(max_attempts=1)
def only_once(path: str) -> None:
    """Append a line, then hang."""
    with Path(path).open("a") as file:
        file.write("begun\n")
    time.sleep(60)
