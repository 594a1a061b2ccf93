"""The worker: takes due jobs, sleeps until a notification or the next look, goes when told."""

import logging
import os
import select
import signal
import socket
from typing import Any

from django.db import Error, close_old_connections, connection

from jobs.backend import CHANNEL
from jobs.runner import Runner
from jobs.stopping import GRACE_S, Stopping

logger = logging.getLogger(__name__)
# A waiting job is heard of at once; this is how soon a deferred one, or a dead worker's, is looked at.
LOOK_EVERY_S = 1.0
RETRY_DATABASE_S = 2.0
# Each living worker's session holds this advisory lock, shared: how `workers_alive` counts them.
ALIVE_KEY = 7_305_881_400


class Worker:
    """One process that runs one job at a time."""

    def __init__(self, *, grace_s: float = GRACE_S, look_every_s: float = LOOK_EVERY_S) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.stopping = Stopping(grace_s)
        self.look_every_s = look_every_s
        # Writing to a pipe is how a signal wakes a process that waits in select().
        self.woken, self.waker = os.pipe()

    def stop(self, *_signal: Any) -> None:
        """Finish the running job, or hand it back after the grace period, then go."""
        self.stopping.ask()
        os.write(self.waker, b".")

    def listen_to_signals(self) -> None:
        """Go on SIGTERM and on Ctrl-C."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)

    def run(self, *, until_idle: bool = False) -> None:
        """Work until told to go, or until nothing is due; a lost database is waited for."""
        while not self.stopping.is_asked:
            runner = Runner(self.name, self.stopping)
            try:
                self._work(runner, until_idle=until_idle)
                if until_idle:
                    return
            except Error as error:
                logger.warning("the worker lost the database and tries again: %s", error)
                connection.close()
                self.stopping.event.wait(RETRY_DATABASE_S)
            finally:
                runner.close()

    def _work(self, runner: Runner, *, until_idle: bool) -> None:
        with runner.session.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
            cursor.execute("SELECT pg_advisory_lock_shared(%s)", [ALIVE_KEY])
        while not self.stopping.is_asked:
            close_old_connections()
            if runner.run_next():
                continue
            if until_idle:
                return
            self._sleep(runner)

    def _sleep(self, runner: Runner) -> None:
        raw = runner.session.connection
        select.select([raw, self.woken], [], [], self.look_every_s)
        raw.poll()
        raw.notifies.clear()


def workers_alive() -> int:
    """Count the workers connected to this database right now."""
    sql = """
        SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (classid::bigint << 32 | objid::bigint) = %s
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [ALIVE_KEY])
        return int(cursor.fetchone()[0])
