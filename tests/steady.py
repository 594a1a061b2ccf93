"""Waiting for the database after one of its processes was killed."""

import time

from django.db import Error, connection

# Seconds: a cluster replays its log before it answers again, on a busy disk slowly.
PATIENCE = 300


def steady() -> None:
    """Wait until the database answers, and have what this connection commits kept from now on."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit = on")
            return
        except Error:
            connection.close()
            assert time.monotonic() < end, "the database did not come back"
            time.sleep(0.05)
