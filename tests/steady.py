"""Waiting for the database after one of its processes was killed."""

import time
from pathlib import Path

from django.db import Error, connection

# Seconds: a cluster replays its log before it answers again, on a busy disk slowly.
PATIENCE = 300


def checkpointer() -> int:
    """Return the id of the server's process that is made anew whenever the server comes back from a crash."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    server = int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return next(int(pid) for pid in children if b"checkpointer" in Path(f"/proc/{pid}/cmdline").read_bytes())


def steady(*, crashed: int = 0) -> None:
    """Wait until the database answers, and have what this connection commits kept from now on.

    `crashed` is the checkpointer of a server that is known to go down: until it has noticed, it still answers.
    """
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit = on")
            if not crashed or checkpointer() != crashed:
                return
        except (Error, OSError, StopIteration):
            # The server is down, or coming up.
            connection.close()
        assert time.monotonic() < end, "the database did not come back"
        time.sleep(0.05)
